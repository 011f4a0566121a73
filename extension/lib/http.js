// One request to the Candor server and its answer, whatever happens on the way. The only file that speaks to the network.
import { allowedServer } from './server.js';
import { keepSettings, readSettings } from './storage.js';

/** @typedef {import("./messages.js").Answer} Answer */
/** @typedef {import("./messages.js").Problem} Problem */

const PATIENCE_MS = 20_000;

/**
 * @param {string} code @param {number} [status] @param {Partial<Problem>} [more]
 * @returns {{ok: false, problem: Problem}}
 */
export function refuse(code, status = 0, more = {}) {
  return { ok: false, problem: { ...more, code, status } };
}

/**
 * @param {string} method @param {string} path
 * @param {{body?: object, bearer?: string | null}} [options]
 * @returns {Promise<Answer>}
 */
export async function send(method, path, { body, bearer } = {}) {
  const { server } = await readSettings();
  if (allowedServer(server) !== server) return refuse('server-not-allowed');
  /** @type {Record<string, string>} */
  const headers = { 'X-Candor-Client': `extension/${chrome.runtime.getManifest().version}`, Accept: 'application/json' };
  if (body) headers['Content-Type'] = 'application/json';
  if (bearer) headers.Authorization = `Bearer ${bearer}`;
  let response;
  let text;
  try {
    response = await fetch(server + path, {
      method,
      headers,
      body: body && JSON.stringify(body),
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    text = await response.text();
  } catch (error) {
    if (/** @type {Error} */ (error).name === 'TimeoutError') return refuse('timeout');
    return refuse(navigator.onLine ? 'unreachable' : 'offline');
  }
  await noteSwitch(response);
  return judge(response, parse(text));
}

/** The server may switch the card off; it says so on the answers we get anyway. @param {Response} response */
async function noteSwitch(response) {
  const said = response.headers.get('X-Candor-Extension');
  if (said === 'on' || said === 'off') await keepSettings({ switchedOff: said === 'off' });
}

/** @param {string} text @returns {any} */
function parse(text) {
  try {
    return text ? JSON.parse(text) : {};
  } catch {
    return null;
  }
}

/** @param {Response} response @param {any} data @returns {Answer} */
function judge(response, data) {
  const status = response.status;
  if (response.ok) return data === null ? refuse('internal', status) : { ok: true, data };
  /** @type {Partial<Problem>} */
  const told = data !== null && typeof data === 'object' ? data : {};
  const wait = Number(response.headers.get('Retry-After'));
  const more = wait > 0 ? { ...told, retry_after: wait } : told;
  if (typeof told.code === 'string') return refuse(told.code, status, more);
  if (status === 426) return refuse('extension-outdated', status, more);
  return refuse(status === 503 ? 'unavailable' : status >= 500 ? 'internal' : `http-${status}`, status, more);
}
