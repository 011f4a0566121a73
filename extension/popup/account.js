// The signed-in view: who, plan, LinkedIn, what is left of each kind, messages, and where Candor shows.
import { ask, part } from '../lib/own.js';
import { fairUse } from './fair_use.js';
import { link } from './form.js';

/** @typedef {import("./popup.js").State} State */
/** @typedef {import("./entry.js").Draw} Draw */
/** @typedef {Record<string, import("../lib/messages.js").Balance>} Credits */

/** @param {State} state @param {Draw} draw */
export async function drawAccount(state, draw) {
  part('view').replaceChildren(build('p', { class: 'hint', 'data-view': 'fetching' }, Words.t('oneMoment')));
  const answer = await ask({ type: 'account' });
  const leave = link('sign-out', 'signOut', async () => {
    await ask({ type: 'signOut' });
    await draw();
  });
  const refresh = link('refresh', 'refresh', () => draw());
  const exits = build('div', { class: 'row part' }, refresh, leave);
  if (!answer.ok) {
    if (answer.problem.code === 'signed-out') return draw();
    const trouble = build(
      'p',
      { class: 'form-problem', role: 'alert', 'data-code': answer.problem.code },
      explainProblem(answer.problem).text,
    );
    return part('view').replaceChildren(build('div', { 'data-view': 'trouble' }, trouble, exits));
  }
  const me = answer.data;
  const view = build('div', { 'data-view': 'account' }, who(me));
  view.append(
    ...fairUse(me.fairUse),
    ...notices(me.notices),
    ...(me.linkedin?.synced ? [] : [await connection()]),
    balances(me.credits),
    await surface(state, draw),
    exits,
  );
  part('view').replaceChildren(view);
}

/** @param {any} me */
function who(me) {
  const since = me.linkedin?.synced ? Words.t('synced', Words.date(me.linkedin.synced_at)) : Words.t('notSynced');
  const rows = [
    { part: 'who', say: 'signedInAs', value: me.account?.email ?? '' },
    { part: 'plan', say: 'plan', value: me.plan?.name ?? Words.t('noPlan') },
    { part: 'linkedin', say: 'linkedin', value: since },
  ];
  const pairs = rows.flatMap(({ part, say, value }) => [build('dt', {}, Words.t(say)), build('dd', { 'data-part': part }, value)]);
  return build('dl', { class: 'who' }, ...pairs);
}

/** @param {{text: string}[] | undefined} messages */
function notices(messages) {
  if (!messages?.length) return [];
  const each = messages.map(({ text }) => build('p', { class: 'notice' }, text));
  return [build('section', { class: 'part', 'data-part': 'notices' }, build('h2', {}, Words.t('notices')), ...each)];
}

/** The consent before LinkedIn, and the one click. */
async function connection() {
  const section = build('section', { class: 'part', 'data-part': 'connect' }, build('h2', {}, Words.t('linkedin')));
  const trouble = build('p', { class: 'form-problem', role: 'alert' });
  const answer = await ask({ type: 'linkedin' });
  if (!answer.ok) {
    trouble.textContent = explainProblem(answer.problem).text;
    section.append(trouble);
    return section;
  }
  const { version, mentions } = answer.data.consent;
  const list = build('ul', { class: 'mentions' });
  for (const mention of mentions) {
    const { title, text } = typeof mention === 'string' ? { title: '', text: mention } : mention;
    list.append(build('li', {}, title ? build('b', {}, `${title}: `) : null, text));
  }
  const click = async () => {
    const connected = await ask({ type: 'connect', version });
    if (connected.ok) section.replaceChildren(build('p', { role: 'status' }, Words.t('connectOpened')));
    else trouble.textContent = explainProblem(connected.problem).text;
  };
  const agree = build('button', { type: 'button', class: 'primary', 'data-act': 'connect', click }, Words.t('connect'));
  section.append(build('p', {}, Words.t('connectIntro')), list, agree, trouble);
  return section;
}

/** @param {Credits | null} credits */
function balances(credits) {
  const section = build('section', { class: 'part', 'data-part': 'balances' }, build('h2', {}, Words.t('balances')));
  if (!credits) {
    section.append(build('p', { class: 'hint' }, Words.t('balancesAway')));
    return section;
  }
  const table = build('table', { class: 'balances' });
  for (const { kind, say } of [...Words.kinds, { kind: 'export', say: 'kindExport' }]) {
    const balance = credits[kind];
    if (!balance) continue;
    const notes = [unlimitedLeft(balance), expiry(balance)].filter(Boolean).map((note) => build('small', {}, note));
    const amount = balance.unlimited ? Words.t('unlimited') : Words.number(balance.available);
    const name = build('th', { scope: 'row' }, Words.t(say), ...notes);
    table.append(build('tr', {}, name, build('td', { 'data-left': kind }, amount)));
  }
  section.append(table);
  return section;
}

/** @param {import("../lib/messages.js").Balance} balance */
function unlimitedLeft({ unlimited }) {
  if (!unlimited) return '';
  const left = Words.number(unlimited.left);
  return unlimited.resets_at ? Words.t('fairUseLeft', left, Words.date(unlimited.resets_at)) : Words.t('fairUseOnly', left);
}

/** @param {import("../lib/messages.js").Balance} balance */
function expiry({ next_expiry: next }) {
  return next ? Words.t('expires', Words.number(next.amount), Words.date(next.at)) : '';
}

/** @param {State} state @param {Draw} draw */
async function surface(state, draw) {
  const { id: windowId } = await chrome.windows.getCurrent(); // known beforehand: a panel opens only straight from a click
  const box = build('fieldset', {}, build('legend', {}, Words.t('surface')));
  const openPanel = () => chrome.sidePanel.open({ windowId: windowId ?? chrome.windows.WINDOW_ID_CURRENT }).catch(() => undefined);
  const choices = [
    { value: 'card', say: 'surfaceCard' },
    { value: 'panel', say: 'surfacePanel' },
  ];
  for (const { value, say } of choices) {
    const choose = async () => {
      if (value === 'panel') openPanel();
      await ask({ type: 'surface', surface: value });
      await draw();
    };
    const radio = build('input', { type: 'radio', name: 'surface', value, checked: state.surface === value, change: choose });
    box.append(build('label', { class: 'tick' }, radio, build('span', {}, Words.t(say))));
  }
  box.append(state.surface === 'panel' ? link('open-panel', 'openPanel', openPanel) : link('show-card', 'showCard', showCard));
  return build('div', { class: 'part', 'data-part': 'surface' }, box);
}

/** The user had closed the card on the page in front and wants it back. */
async function showCard() {
  const [tab] = await chrome.tabs.query({ active: true, currentWindow: true });
  if (tab?.id !== undefined) await chrome.tabs.sendMessage(tab.id, { type: 'show' }).catch(() => undefined);
  close();
}
