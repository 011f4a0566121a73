// Calls to the API on behalf of the user. Two gates stand here and nowhere else: nothing leaves before the consent page was
// agreed to, and a call that needs a signed-in user brings a live token.
import { refuse, send } from './http.js';
import { accessToken } from './session.js';
import { hasAgreed, readSettings } from './storage.js';

/** @typedef {import("./messages.js").Answer} Answer */

/** A call that needs nobody signed in. @param {string} path @param {object} body @returns {Promise<Answer>} */
export async function post(path, body) {
  if (!hasAgreed(await readSettings())) return refuse('consent-needed');
  return send('POST', path, { body });
}

/**
 * A signed-in call. A 401 is tried once more with a fresh token, never twice.
 * @param {string} method @param {string} path @param {object} [body]
 * @returns {Promise<Answer>}
 */
export async function call(method, path, body) {
  if (!hasAgreed(await readSettings())) return refuse('consent-needed');
  const token = await accessToken();
  if (!token.ok) return token;
  const answer = await send(method, path, { body, bearer: token.data });
  if (answer.ok || answer.problem.status !== 401) return answer;
  const second = await accessToken(token.data);
  if (!second.ok) return second;
  return send(method, path, { body, bearer: second.data });
}
