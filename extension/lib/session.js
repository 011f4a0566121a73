// Who is signed in. The refresh token may be used once: a second use looks like theft and ends the whole family of tokens.
// So one lock stands around everything that touches it, and the new one is stored before anybody uses what came with it.
import { refuse, send } from './http.js';

/** @typedef {import("./messages.js").Answer} Answer */
/** @typedef {{access_token: string, refresh_token: string, expires_in: number}} Tokens */

const EARLY_MS = 15_000;

/** Web Locks hold across a dying worker and its successor; a promise in a variable would not. @template T
 * @param {() => Promise<T>} act @returns {Promise<T>} */
async function alone(act) {
  return /** @type {Promise<T>} */ (navigator.locks.request('candor-tokens', act));
}

/** @param {Tokens} tokens */
async function store(tokens) {
  await chrome.storage.local.set({ refresh: tokens.refresh_token });
  const until = Date.now() + tokens.expires_in * 1000 - EARLY_MS;
  await chrome.storage.session.set({ access: { token: tokens.access_token, until } });
}

async function clear() {
  await chrome.storage.session.remove('access');
  await chrome.storage.local.remove('refresh');
}

/** @param {string | null} stale @returns {Promise<string | null>} */
async function readAccess(stale) {
  const { access } = /** @type {{access?: {token: string, until: number}}} */ (await chrome.storage.session.get('access'));
  return access && access.token !== stale && access.until > Date.now() ? access.token : null;
}

/** @returns {Promise<string | null>} */
async function readRefresh() {
  const { refresh } = /** @type {{refresh?: string}} */ (await chrome.storage.local.get('refresh'));
  return refresh ?? null;
}

/** @param {Tokens} tokens */
export async function keepTokens(tokens) {
  await alone(() => store(tokens));
}

export async function forgetTokens() {
  await alone(clear);
}

export async function isSignedIn() {
  return (await readRefresh()) !== null;
}

/**
 * A token to send along, refreshed when needed.
 * @param {string | null} stale a token the server has just refused
 * @returns {Promise<Answer>} data: the token
 */
export async function accessToken(stale = null) {
  const ready = await readAccess(stale);
  if (ready) return { ok: true, data: ready };
  return alone(async () => {
    const fresh = await readAccess(stale); // somebody may have refreshed while we waited
    if (fresh) return { ok: true, data: fresh };
    const refresh = await readRefresh();
    if (!refresh) return refuse('signed-out', 401);
    const answer = await send('POST', '/v1/sessions/refresh', { bearer: refresh });
    if (answer.ok) {
      await store(answer.data);
      return { ok: true, data: answer.data.access_token };
    }
    if (answer.problem.status !== 401) return answer; // offline, busy …: the token is still good
    await clear();
    return refuse('signed-out', 401);
  });
}
