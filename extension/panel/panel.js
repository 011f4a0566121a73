// The side panel: the same card, beside the page instead of on it. Shows the profile of the tab in front, which that tab's own
// script tells, or a profile whose address the user pastes.
import { ask, part, speak } from '../lib/own.js';

/** @typedef {import("../lib/messages.js").Here} Here */

/** @type {number | undefined} */
let tabId;
let pasted = false;

const card = new Card({ ask });
part('card').append(card.element);
speak();

/** @returns {Promise<Here | null>} who the tab in front is about; null for any page that has no script of ours */
async function askTab() {
  const [tab] = await chrome.tabs.query({ active: true, currentWindow: true });
  tabId = tab?.id;
  if (tabId === undefined) return null;
  return (await chrome.tabs.sendMessage(tabId, { type: 'here' }).catch(() => null)) ?? null;
}

async function draw() {
  const state = await ask({ type: 'page' });
  if (!state.ok || !state.data.agreed) return card.showSetUp();
  if (!pasted) card.show(await askTab());
}

/** @param {boolean} on */
function setPasted(on) {
  pasted = on;
  part('back').hidden = !on;
}

part('paste').addEventListener('submit', async (event) => {
  event.preventDefault();
  const typed = /** @type {HTMLInputElement} */ (part('address')).value.trim();
  const key = Address.read(/^[a-z]+:\/\//i.test(typed) ? typed : `https://${typed}`);
  part('paste-problem').textContent = key ? '' : explainProblem({ code: 'not-a-profile', status: 0 }).text;
  const state = await ask({ type: 'page' });
  if (!key || !state.ok || !state.data.agreed) return;
  setPasted(true);
  card.show({ key, name: null, headline: null, page: null });
});

part('back').addEventListener('click', () => {
  setPasted(false);
  draw();
});

chrome.runtime.onMessage.addListener((message, sender) => {
  if (sender.id !== chrome.runtime.id) return;
  if (message?.type === 'changed') draw();
  if (message?.type === 'page' && sender.tab?.id === tabId && !pasted && 'here' in message)
    card.show(message.here, message.settled);
});
chrome.tabs.onActivated.addListener(draw);
chrome.tabs.onUpdated.addListener((id, change) => {
  if (id === tabId && change.status === 'complete') draw();
});

draw();
