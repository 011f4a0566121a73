// Settings: consent, server address, surface. Only the extension's own pages may ask for these.
import { refuse } from '../lib/http.js';
import { forgetTokens, isSignedIn } from '../lib/session.js';
import { allowedServer } from '../lib/server.js';
import { CONSENT_VERSION, hasAgreed, keepPending, keepSettings, readPending, readSettings } from '../lib/storage.js';

/** @typedef {import("../lib/messages.js").Answer} Answer */

/** Something changed that the open pages should know: each asks for its state again. */
export async function tellPages() {
  const tabs = await chrome.tabs.query({});
  await Promise.all(tabs.map((tab) => chrome.tabs.sendMessage(tab.id ?? -1, { type: 'changed' }).catch(() => undefined)));
  await chrome.runtime.sendMessage({ type: 'changed' }).catch(() => undefined);
}

/** @returns {Promise<Answer>} */
async function state() {
  const settings = await readSettings();
  const [signedIn, pending] = await Promise.all([isSignedIn(), readPending()]);
  const { server, surface, switchedOff } = settings;
  return { ok: true, data: { agreed: hasAgreed(settings), server, surface, switchedOff, signedIn, pending } };
}

/** The consent page has told everything, also that Candor works in Google Chrome only. @returns {Promise<Answer>} */
async function agree() {
  const consent = { version: CONSENT_VERSION, at: new Date().toISOString(), told_chrome_only: true };
  await keepSettings({ consent });
  await tellPages();
  return { ok: true, data: {} };
}

/** Tokens belong to the server that gave them. @param {{server: string}} message @returns {Promise<Answer>} */
async function server({ server }) {
  const allowed = allowedServer(String(server));
  if (!allowed) return refuse('server-not-allowed');
  if (allowed !== (await readSettings()).server) {
    await forgetTokens();
    await keepPending(null);
    await keepSettings({ server: allowed, switchedOff: false });
    await tellPages();
  }
  return { ok: true, data: { server: allowed } };
}

/** @param {{surface: string}} message @returns {Promise<Answer>} */
async function surface({ surface }) {
  if (surface !== 'card' && surface !== 'panel') return refuse('not-allowed');
  await keepSettings({ surface });
  await tellPages();
  return { ok: true, data: {} };
}

/** @param {{pending: any}} message @returns {Promise<Answer>} */
async function pending({ pending }) {
  await keepPending(pending ?? null);
  return { ok: true, data: {} };
}

export const answers = { state, agree, server, surface, pending };
