// What the extension's own pages share: asking the worker, and filling a page with words.

/** @typedef {import("./messages.js").Answer} Answer */

/** @param {object} message @returns {Promise<Answer>} */
export async function ask(message) {
  try {
    return await chrome.runtime.sendMessage(message);
  } catch {
    return { ok: false, problem: { code: 'worker-gone', status: 0 } };
  }
}

/** `data-say="key"` in the HTML becomes the sentence. @param {ParentNode} root */
export function speak(root = document) {
  document.documentElement.lang = Words.t('language');
  for (const element of root.querySelectorAll('[data-say]'))
    element.textContent = Words.t(/** @type {HTMLElement} */ (element).dataset.say ?? '');
}

/** @template {HTMLElement} T @param {string} id @returns {T} */
export function part(id) {
  return /** @type {T} */ (document.getElementById(id));
}
