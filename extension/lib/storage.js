// What the extension remembers. `local` outlives the browser: settings, consent, the refresh token. `session` does not:
// the access token and a half-finished sign-up. Content scripts can read neither (worker.js, first line).

/** @typedef {import("./messages.js").Place} Place */
/** @typedef {import("./messages.js").Surface} Surface */

/** Raise it when what is read or sent changes: everybody is then asked again. */
export const CONSENT_VERSION = 2;
export const DEFAULT_SERVER = 'http://127.0.0.1:8000';

/**
 * @typedef {{server: string, surface: Surface, place: Place | null, switchedOff: boolean,
 *   consent: {version: number, at: string, told_chrome_only: boolean} | null}} Settings
 */

/** @returns {Promise<Settings>} */
export async function readSettings() {
  const kept = await chrome.storage.local.get(['server', 'surface', 'place', 'switchedOff', 'consent']);
  return /** @type {Settings} */ ({
    server: kept.server ?? DEFAULT_SERVER,
    surface: kept.surface ?? 'card',
    place: kept.place ?? null,
    switchedOff: kept.switchedOff ?? false,
    consent: kept.consent ?? null,
  });
}

/** @param {Partial<Settings>} changed */
export async function keepSettings(changed) {
  await chrome.storage.local.set(changed);
}

/** @param {Settings} settings */
export function hasAgreed(settings) {
  return settings.consent?.version === CONSENT_VERSION;
}

/** @returns {Promise<{step: "validate" | "reset", email: string} | null>} */
export async function readPending() {
  const { pending } = await chrome.storage.session.get('pending');
  return /** @type {any} */ (pending ?? null);
}

/** @param {{step: "validate" | "reset", email: string} | null} pending */
export async function keepPending(pending) {
  await chrome.storage.session.set({ pending });
}
