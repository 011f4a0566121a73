// What a surface may ask about the profile in front of it: how to draw itself, what is known, and the values. The three
// messages a content script is allowed.
import { call } from '../lib/api.js';
import { refuse } from '../lib/http.js';
import { hasAgreed, keepSettings, readSettings } from '../lib/storage.js';
import { PAGE_ORIGIN } from '../lib/messages.js';

/** @typedef {import("../lib/messages.js").Answer} Answer */
/** @typedef {import("../lib/messages.js").Key} Key */

const KINDS = ['b2b_email', 'phone', 'direct_email'];
const LONGEST_DWELL_MS = 86_400_000; // a day: the API takes no more
const LONGEST_PROOF = 512;
const WAY_IS_THE_POPUP = new Set(['signed-out', 'linkedin-sync-required', 'human-check-required']);

/** What names the person to the server, made from the address alone. @param {any} key @returns {string | null} */
function nameOf(key) {
  if (typeof key?.vanity === 'string' && key.vanity && key.vanity.length <= 200)
    return `${PAGE_ORIGIN}/in/${encodeURIComponent(key.vanity)}/`;
  if (/^[A-Za-z0-9_-]{1,200}$/.test(key?.member ?? '')) return String(key.member);
  return null;
}

/** @param {any} place */
function isPlace(place) {
  return Number.isFinite(place?.right) && Number.isFinite(place?.bottom) && typeof place.collapsed === 'boolean';
}

async function readStyle() {
  const files = ['lib/colours.css', 'lib/card.css'].map((file) => fetch(chrome.runtime.getURL(file)).then((r) => r.text()));
  return (await Promise.all(files)).join('\n');
}

/** @param {{place?: unknown}} message @param {"page" | "own"} from @returns {Promise<Answer>} */
async function page({ place }, from) {
  if (isPlace(place)) await keepSettings({ place: /** @type {any} */ (place) });
  const settings = await readSettings();
  const style = from === 'page' ? await readStyle() : null;
  return { ok: true, data: { agreed: hasAgreed(settings), surface: settings.surface, place: settings.place, style } };
}

/** A click that ended at the sign-in, or at a question, gets it. @param {Answer} answer */
async function showWay(answer) {
  if (!answer.ok && WAY_IS_THE_POPUP.has(answer.problem.code)) await chrome.action.openPopup().catch(() => undefined);
  return answer;
}

/** @param {{key: Key, again?: boolean}} message @returns {Promise<Answer>} */
async function lookup({ key, again }) {
  const profile = nameOf(key);
  if (!profile) return refuse('not-a-profile');
  if (again) {
    const asked = await call('GET', '/v1/me'); // its answer says whether the card is switched on again
    if (!asked.ok) return showWay(asked);
  }
  if ((await readSettings()).switchedOff) return refuse('switched-off');
  const [found, credits] = await Promise.all([call('POST', '/v1/lookups', { profile }), call('GET', '/v1/credits')]);
  if (!found.ok) return showWay(found);
  return { ok: true, data: { found: found.data, credits: credits.ok ? credits.data : null } };
}

/**
 * @param {{key: Key, kinds: unknown, page?: unknown, client?: any}} message
 * @returns {Promise<Answer>}
 */
async function reveal({ key, kinds, page, client }) {
  const profile = nameOf(key);
  if (!profile) return refuse('not-a-profile');
  if (!Array.isArray(kinds) || !kinds.length || !kinds.every((kind) => KINDS.includes(kind))) return refuse('not-allowed');
  if ((await readSettings()).switchedOff) return refuse('switched-off');
  /** @type {Record<string, unknown>} */
  const body = { profile, kinds: [...new Set(kinds)] };
  if (typeof page === 'string' && /^[a-z-]{1,40}$/.test(page)) body.page = page;
  const dwell = Number(client?.dwell_ms);
  /** @type {Record<string, unknown>} */
  const signs = { dwell_ms: dwell > 0 ? Math.min(Math.round(dwell), LONGEST_DWELL_MS) : 0, trusted: client?.trusted === true };
  const { proof } = client ?? {};
  if (typeof proof === 'string' && proof && proof.length <= LONGEST_PROOF) signs.proof = proof;
  body.client = signs;
  return showWay(await call('POST', '/v1/reveals', body));
}

export const answers = { page, lookup, reveal };
