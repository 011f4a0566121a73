// The consent page: opens at the first run and whenever what is read or sent has changed. Until "I agree" is clicked the
// worker refuses every request (lib/api.js).
import { ask, part, speak } from '../lib/own.js';

speak();

/** @param {boolean} agreed */
function show(agreed) {
  part('asking').hidden = agreed;
  part('agreed').hidden = !agreed;
  if (agreed) part('agreed').querySelector('h1')?.focus();
}

part('agree').addEventListener('click', async () => {
  const answer = await ask({ type: 'agree' });
  part('outcome').textContent = answer.ok ? '' : explainProblem(answer.problem).text;
  show(answer.ok);
});
part('decline').addEventListener('click', () => {
  part('outcome').textContent = Words.t('declined');
});

const state = await ask({ type: 'state' });
show(state.ok && state.data.agreed);
