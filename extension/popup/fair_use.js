// Fair use: a short question where one is asked, what is left of the unlimited credits once most are used, and the way to object.
import { ask } from '../lib/own.js';

/**
 * @typedef {{left: number | null, of: number, resets_at: string | null, near: boolean, state: "free" | "asked" | "held",
 *   asked_because: string[] | null, how_to_appeal: string}} FairUse
 */

/** Nothing, as long as there is nothing to say. @param {FairUse | null | undefined} use @returns {HTMLElement[]} */
export function fairUse(use) {
  if (!use) return [];
  if (use.state === 'asked') return [check(use)];
  if (!use.near && use.state === 'free') return [];
  const section = build('section', { class: 'part', 'data-part': 'fair-use' }, build('h2', {}, Words.t('fairUse')), ...meter(use));
  if (use.state === 'held') section.append(...held(use));
  return [section];
}

/** @param {FairUse} use */
function meter({ left, of, resets_at: at }) {
  if (left === null) return [];
  const said = Words.t('fairUseMeter', Words.number(left), Words.number(of), Words.date(at));
  return [
    build('p', {}, said),
    build('meter', { min: '0', max: String(of), value: String(left), low: String(of / 5), 'aria-label': said }),
  ];
}

/** @param {FairUse} use */
function because({ asked_because: signs }) {
  const list = build('ul', { class: 'mentions' }, ...(signs ?? []).map((sign) => build('li', {}, sign)));
  return build('details', {}, build('summary', {}, Words.t('because')), list);
}

/** @param {FairUse} use */
function held(use) {
  const trouble = build('p', { class: 'form-problem', role: 'alert' });
  const told = build('p', { class: 'form-said', role: 'status' });
  const text = /** @type {HTMLTextAreaElement} */ (build('textarea', { name: 'appeal', rows: '3', maxlength: '2000', required: true }));
  const send = build('button', { type: 'submit', class: 'primary', 'data-act': 'appeal' }, Words.t('appealSend'));
  const form = build('form', { class: 'form', 'data-view': 'appeal' }, build('label', {}, Words.t('appealWhy'), text), send);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const answer = await ask({ type: 'appeal', text: text.value });
    trouble.textContent = answer.ok ? '' : explainProblem(answer.problem).text;
    if (!answer.ok) return;
    told.textContent = Words.t('appealSent');
    form.remove();
  });
  const intro = build('p', {}, Words.t('heldIntro'));
  return [intro, because(use), build('p', { class: 'hint' }, use.how_to_appeal), trouble, told, form];
}

/** The question, with one button for each answer. @param {FairUse} use */
function check(use) {
  const section = build('section', { class: 'part', 'data-part': 'check' }, build('h2', {}, Words.t('checkTitle')));
  const place = build('div', { class: 'form' });
  const told = build('p', { class: 'form-said', role: 'status' });
  const pose = async () => {
    const answer = await ask({ type: 'question' });
    if (!answer.ok) return place.replaceChildren(build('p', { class: 'form-problem' }, explainProblem(answer.problem).text));
    const { question } = answer.data;
    if (!question) return section.remove();
    const choose = async (/** @type {number} */ choice) => {
      const graded = await ask({ type: 'answerQuestion', check: question.check, choice });
      if (!graded.ok) told.textContent = explainProblem(graded.problem).text;
      else if (graded.data.passed) {
        told.textContent = Words.t('checkPassed');
        return place.remove();
      } else told.textContent = Words.t('checkWrong');
      await pose();
      place.querySelector('button')?.focus();
    };
    const buttons = question.choices.map((/** @type {string} */ text, /** @type {number} */ choice) =>
      build('button', { type: 'button', class: 'quiet', 'data-act': 'choose', click: () => choose(choice) }, text),
    );
    const asked = build('fieldset', {}, build('legend', {}, question.asks), build('div', { class: 'row' }, ...buttons));
    place.replaceChildren(build('p', { 'data-part': 'says' }, question.says), asked);
  };
  section.append(build('p', { class: 'hint' }, Words.t('checkIntro')), told, place, because(use));
  pose();
  return section;
}
