// Words: sentences in the browser's language, and dates and numbers as its readers write them.
// Also the kinds of contact details, in the order in which they stand on every surface.

// The shapes that travel between page and worker are named here once for all the classic scripts.
/** @typedef {import("../lib/messages.js").Kind} Kind */
/** @typedef {import("../lib/messages.js").Here} Here */
/** @typedef {import("../lib/messages.js").Place} Place */
/** @typedef {import("../lib/messages.js").Client} Client */
/** @typedef {import("../lib/messages.js").Problem} Problem */
/** @typedef {import("../lib/messages.js").Value} Value */
/** @typedef {import("../lib/messages.js").Outcome} Outcome */
/** @typedef {import("../lib/messages.js").Balance} Balance */
/** @typedef {import("../lib/messages.js").Found} LookupFound */
/** @typedef {import("../lib/messages.js").Answer} Answer */

const Words = {
  /** @type {{kind: Kind, say: string, price: string, none: string}[]} */
  kinds: [
    { kind: 'b2b_email', say: 'kindB2bEmail', price: 'priceB2bEmail', none: 'noneB2bEmail' },
    { kind: 'phone', say: 'kindPhone', price: 'pricePhone', none: 'nonePhone' },
    { kind: 'direct_email', say: 'kindDirectEmail', price: 'priceDirectEmail', none: 'noneDirectEmail' },
  ],

  /** What may stand in the way by law or policy: the API's reason → our sentence. */
  reasons: [
    { reason: 'no-notice-channel', say: 'reasonNoNotice' },
    { reason: 'screening-needed', say: 'reasonScreening' },
    { reason: 'do-not-call', say: 'reasonDoNotCall' },
    { reason: 'consent-needed', say: 'reasonConsent' },
  ],

  /** What the law asks of whoever uses a value: the API's note → our sentence. */
  notes: [
    { note: 'business-purpose-only', say: 'noteBusiness' },
    { note: 'consent-before-advertising', say: 'noteConsent' },
  ],

  /** Empty once the extension was updated under this page. @param {string} key @param {...(string | number)} parts */
  t(key, ...parts) {
    if (!chrome.runtime?.id) return '';
    return chrome.i18n.getMessage(key, parts.map(String));
  },

  /** The user's own way of writing dates, where it fits the language of the sentences. */
  get locale() {
    const own = chrome.i18n.getUILanguage();
    return own.startsWith(Words.t('language')) ? own : Words.t('language');
  },

  /** @param {string | undefined} reason */
  reason(reason) {
    const known = Words.reasons.find((one) => one.reason === reason);
    return known ? Words.t(known.say) : reason ? Words.t('reasonOther', reason.replaceAll('-', ' ')) : '';
  },

  /** @param {string | undefined | null} iso */
  date(iso) {
    const at = new Date(iso ?? NaN);
    if (Number.isNaN(at.getTime())) return '';
    return new Intl.DateTimeFormat(Words.locale, { day: 'numeric', month: 'short', year: 'numeric' }).format(at);
  },

  /** A day to come: the year only where it is not plain. @param {string} iso */
  day(iso) {
    if (Date.parse(iso) - Date.now() > 300 * 24 * 3600 * 1000) return Words.date(iso);
    return new Intl.DateTimeFormat(Words.locale, { day: 'numeric', month: 'short' }).format(new Date(iso));
  },

  /** A moment near by: with the hour. @param {string | undefined | null} iso */
  moment(iso) {
    const at = new Date(iso ?? NaN);
    if (Number.isNaN(at.getTime())) return '';
    const shape = /** @type {const} */ ({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
    return new Intl.DateTimeFormat(Words.locale, shape).format(at);
  },

  /** @param {number} amount */
  number(amount) {
    return new Intl.NumberFormat(Words.locale).format(amount);
  },
};

/** @type {any} */ (globalThis).Words = Words;
