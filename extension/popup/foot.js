// The popup's foot: which server, its pages: the site, the account, terms and privacy.
import { ask, part } from '../lib/own.js';

/** @typedef {import("./popup.js").State} State */
/** @typedef {import("./entry.js").Draw} Draw */

/** @param {State} state @param {Draw} draw */
export function drawFoot(state, draw) {
  const trouble = build('p', { class: 'form-problem', role: 'alert' });
  const address = build('input', {
    name: 'server',
    type: 'url',
    value: state.server,
    spellcheck: 'false',
    autocomplete: 'off',
    'aria-label': Words.t('server'),
  });
  const save = build('button', { type: 'submit', class: 'quiet', 'data-act': 'server' }, Words.t('save'));
  const change = build(
    'form',
    { novalidate: true, 'data-view': 'server' },
    address,
    build('p', { class: 'hint' }, Words.t('serverHint')),
    trouble,
    build('div', { class: 'row' }, save),
  );
  change.addEventListener('submit', async (event) => {
    event.preventDefault();
    const answer = await ask({ type: 'server', server: /** @type {HTMLInputElement} */ (address).value });
    if (answer.ok) await draw(Words.t('saved'));
    else trouble.textContent = explainProblem(answer.problem).text;
  });
  const host = build('b', {}, new URL(state.server).host);
  const details = build('details', {}, build('summary', {}, `${Words.t('serverIs')} `, host), change);
  const pages = [
    { path: '/', say: 'openSite' },
    { path: '/account', say: 'openAccount' },
    { path: '/terms', say: 'readTerms' },
    { path: '/privacy', say: 'readPrivacy' },
  ];
  const links = pages.map(({ path, say }) =>
    build('a', { href: state.server + path, target: '_blank', rel: 'noreferrer' }, Words.t(say)),
  );
  part('foot').replaceChildren(details, build('div', { class: 'links' }, ...links));
}
