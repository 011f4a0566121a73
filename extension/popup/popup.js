// The popup: decides which view to show. Everything it knows it asks the worker for, each time it opens.
import { ask, part, speak } from '../lib/own.js';
import { drawAccount } from './account.js';
import { drawEntry } from './entry.js';
import { drawFoot } from './foot.js';

/** @typedef {{agreed: boolean, server: string, surface: string, switchedOff: boolean, signedIn: boolean,
 *   pending: {step: "validate" | "reset", email: string} | null}} State */

function drawSetUp() {
  const click = () => chrome.tabs.create({ url: chrome.runtime.getURL('welcome/welcome.html') });
  const finish = build('button', { type: 'button', class: 'primary', 'data-act': 'finish', click }, Words.t('popupFinish'));
  part('view').replaceChildren(
    build('div', { class: 'form', 'data-view': 'set-up' }, build('p', {}, Words.t('popupSetUp')), finish),
  );
}

/** @param {string} [said] a sentence to show on top, left over from the step before */
export async function draw(said = '') {
  const answer = await ask({ type: 'state' });
  if (!answer.ok) return void part('view').replaceChildren(build('p', {}, explainProblem(answer.problem).text));
  /** @type {State} */
  const state = answer.data;
  drawFoot(state, draw);
  if (!state.agreed) drawSetUp();
  else if (state.signedIn) await drawAccount(state, draw);
  else drawEntry(state.pending?.step ?? 'sign-in', state.pending?.email ?? '', draw, said);
}

speak();
await draw();
