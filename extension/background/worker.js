chrome.storage.local.setAccessLevel({ accessLevel: 'TRUSTED_CONTEXTS' });
// The service worker: hears messages, checks who sent them, hands them to whoever answers. It dies after half a minute of
// quiet and keeps nothing in variables.
import { MESSAGES, senderOf } from '../lib/messages.js';
import { refuse } from '../lib/http.js';
import { hasAgreed, readSettings } from '../lib/storage.js';
import * as account from './account.js';
import * as profile from './profile.js';
import * as setup from './setup.js';

chrome.storage.session.setAccessLevel({ accessLevel: 'TRUSTED_CONTEXTS' });

/** @type {Record<string, (message: any, from: "page" | "own") => Promise<import("../lib/messages.js").Answer>>} */
const answers = { ...profile.answers, ...setup.answers, ...account.answers };

chrome.runtime.onMessage.addListener((message, sender, respond) => {
  const from = senderOf(sender);
  const type = String(message?.type);
  if (!from || !Object.hasOwn(MESSAGES, type) || !MESSAGES[type].includes(from)) {
    respond(refuse('not-allowed'));
    return false;
  }
  answers[type](message, from).then(respond, () => respond(refuse('internal')));
  return true;
});

chrome.runtime.onInstalled.addListener(async () => {
  if (!hasAgreed(await readSettings())) await chrome.tabs.create({ url: chrome.runtime.getURL('welcome/welcome.html') });
});
