// A form of the popup: fields, one button, and what came of it.
import { ask } from '../lib/own.js';

/** @typedef {import("../lib/messages.js").Answer} Answer */

/**
 * @param {{name: string, say: string, type?: string, value?: string, hint?: string, autocomplete?: string}} shape
 */
export function field({ name, say, type = 'text', value = '', hint, autocomplete = 'off' }) {
  const inputmode = name === 'code' ? 'numeric' : null;
  const input = build('input', { name, type, value, autocomplete, required: true, spellcheck: 'false', inputmode });
  return build('label', {}, Words.t(say), input, hint ? build('span', { class: 'hint' }, Words.t(hint)) : null);
}

/** A box to tick; never ticked by us. @param {string} name @param {string} say */
export function tick(name, say) {
  return build('label', { class: 'tick' }, build('input', { type: 'checkbox', name }), build('span', {}, Words.t(say)));
}

/** @param {string} act @param {string} say @param {() => void} click */
export function link(act, say, click) {
  return build('button', { type: 'button', class: 'plain', 'data-act': act, click }, Words.t(say));
}

/**
 * @param {{view: string, title: string, parts: (Node | null)[], submit: string, links?: Node[], said?: string,
 *   check?: (data: FormData) => string, message: (data: FormData) => object,
 *   done: (data: FormData, answer: any) => void, failed?: (answer: any, data: FormData) => boolean}} shape
 *   `check` returns a sentence when something is missing; `failed` returns true when it has dealt with a failure itself
 * @returns {HTMLFormElement}
 */
export function form({ view, title, parts, submit, links = [], said = '', check, message, done, failed }) {
  const trouble = build('p', { class: 'form-problem', role: 'alert' });
  const told = build('p', { class: 'form-said', role: 'status' }, said);
  const button = /** @type {HTMLButtonElement} */ (
    build('button', { type: 'submit', class: 'primary', 'data-act': view }, Words.t(submit))
  );
  const body = [build('h2', {}, Words.t(title)), told, ...parts, trouble, button, build('div', { class: 'links' }, ...links)];
  const element = /** @type {HTMLFormElement} */ (build('form', { class: 'form', 'data-view': view }, ...body));
  element.addEventListener('submit', async (event) => {
    event.preventDefault();
    const data = new FormData(element);
    trouble.textContent = check?.(data) ?? '';
    if (trouble.textContent) return;
    button.disabled = true;
    const answer = await ask(message(data));
    button.disabled = false;
    if (answer.ok) return done(data, answer.data);
    if (failed?.(answer, data)) return;
    trouble.dataset.code = answer.problem.code;
    trouble.textContent = explainProblem(answer.problem).text;
  });
  return element;
}
