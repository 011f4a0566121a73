// The one table of messages. Whatever a page or a surface wants from the worker is named here, with who may ask for it:
// `page` is the content script on LinkedIn, `own` is one of the extension's own pages. Nothing else is answered.

/** @typedef {{vanity: string} | {member: string, hint?: number}} Key  who a profile address is about */
/** @typedef {"b2b_email" | "phone" | "direct_email"} Kind */
/** @typedef {"card" | "panel"} Surface */
/** @typedef {{right: number, bottom: number, collapsed: boolean}} Place  in CSS pixels from the window's corner */
/** @typedef {{dwell_ms: number, trusted: boolean, proof?: string}} Client  how the user's own click came about */
/** @typedef {{key: Key, name: string | null, headline: string | null, page: string | null}} Here  the profile shown */

/**
 * What went wrong, in the shape of RFC 9457 plus what the worker adds (`retry_after`, in seconds).
 * @typedef {{code: string, status: number, title?: string, detail?: string, kind?: string, retry_at?: string,
 *   retry_after?: number, resets_at?: string, results?: Record<string, Outcome>, errors?: unknown[]}} Problem
 */

/**
 * @typedef {{value: string, source?: string | {name?: string}, collected_at?: string, verified_at?: string,
 *   method?: string, basis?: string, confidence?: number | string, note?: string}} Value
 * @typedef {{outcome: string, values?: Value[], charged?: number, left?: number, reason?: string, retry_at?: string}} Outcome
 * @typedef {{available: number, unlimited?: {left: number, resets_at?: string} | null,
 *   next_expiry?: {amount: number, at: string} | null}} Balance
 * @typedef {{person_id?: string, found: boolean, kinds: Record<string, {state: string, reason?: string}>, view?: string}} Found
 * @typedef {{found: Found, credits: Record<string, Balance> | null}} LookupData
 * @typedef {{person_id?: string, results: Record<string, Outcome>}} RevealData
 */

/**
 * Every answer of the worker.
 * @template [T=any]
 * @typedef {{ok: true, data: T} | {ok: false, problem: Problem}} Answer
 */

/**
 * @typedef {{type: "page", place?: Place, here?: Here | null, settled?: boolean}} PageMessage
 * @typedef {{type: "lookup", key: Key, again?: boolean}} LookupMessage
 * @typedef {{type: "reveal", key: Key, kinds: Kind[], page?: string | null, client: Client}} RevealMessage
 */

/** @type {Readonly<Record<string, readonly ("page" | "own")[]>>} */
export const MESSAGES = Object.freeze({
  page: ['page', 'own'], //    the state a surface needs to draw itself; may report where the card stands
  lookup: ['page', 'own'], //  what is known of this person: free, without values
  reveal: ['page', 'own'], //  the values of the kinds asked for
  state: ['own'], //           consent, server, surface, signed in or not
  agree: ['own'], //           the consent page's "I agree"
  server: ['own'], //          another server address
  surface: ['own'], //         card or side panel
  pending: ['own'], //         where a sign-up or a new password stands while the user reads their mail
  signUp: ['own'],
  validate: ['own'],
  resend: ['own'],
  signIn: ['own'],
  askReset: ['own'],
  reset: ['own'],
  account: ['own'], //         who, plan, notices, balances, fair use
  question: ['own'], //        the human check, where one is asked
  answerQuestion: ['own'],
  appeal: ['own'], //          against the hold of the unlimited credits
  linkedin: ['own'], //        the six mentions to agree to
  connect: ['own'], //         agreed: where to go on
  signOut: ['own'],
});

/** The content script's only home. */
export const PAGE_ORIGIN = 'https://www.linkedin.com';

/**
 * Who speaks? Judged by what the browser says of the sender, never by what the message says.
 * @param {chrome.runtime.MessageSender} sender
 * @returns {"page" | "own" | null}
 */
export function senderOf(sender) {
  if (sender.id !== chrome.runtime.id) return null;
  if (sender.origin === `chrome-extension://${chrome.runtime.id}`) return 'own';
  if (sender.origin === PAGE_ORIGIN && sender.tab && sender.frameId === 0) return 'page';
  return null;
}
