// The user's account: signing up, in and out, a forgotten password, who they are, and the link to their LinkedIn account.
import { call, post } from '../lib/api.js';
import { refuse } from '../lib/http.js';
import { forgetTokens, keepTokens } from '../lib/session.js';
import { allowedServer } from '../lib/server.js';
import { keepPending, readSettings } from '../lib/storage.js';
import { tellPages } from './setup.js';

/** @typedef {import("../lib/messages.js").Answer} Answer */

/** @param {Answer} answer @returns {Promise<Answer>} */
async function enter(answer) {
  if (!answer.ok) return answer;
  await keepTokens(answer.data);
  await keepPending(null);
  await tellPages();
  return { ok: true, data: {} };
}

/** @param {{email: string, password: string, accept_terms: boolean, adult: boolean}} message */
async function signUp({ email, password, accept_terms, adult }) {
  const answer = await post('/v1/accounts', { email, password, accept_terms, adult });
  if (answer.ok) await keepPending({ step: 'validate', email });
  return answer;
}

/** @param {{email: string, code: string}} message */
async function validate({ email, code }) {
  return enter(await post('/v1/accounts/validate', { email, code }));
}

/** @param {{email: string}} message */
async function resend({ email }) {
  return post('/v1/accounts/code', { email });
}

/** @param {{email: string, password: string}} message */
async function signIn({ email, password }) {
  return enter(await post('/v1/sessions', { email, password }));
}

/** @param {{email: string}} message */
async function askReset({ email }) {
  const answer = await post('/v1/password/reset', { email });
  if (answer.ok) await keepPending({ step: 'reset', email });
  return answer;
}

/** @param {{token: string, password: string}} message */
async function reset({ token, password }) {
  const answer = await post('/v1/password/reset/confirm', { token, password });
  if (answer.ok) await keepPending(null);
  return answer;
}

/** @returns {Promise<Answer>} */
async function account() {
  const reads = ['/v1/me', '/v1/credits', '/v1/fair-use'].map((path) => call('GET', path));
  const [me, credits, use] = await Promise.all(reads);
  if (!me.ok) return me;
  const left = credits.ok ? credits.data : (me.data.credits ?? null);
  return { ok: true, data: { ...me.data, credits: left, fairUse: use.ok ? use.data : null } };
}

async function linkedin() {
  return call('GET', '/v1/linkedin');
}

/** @param {{version: string}} message @returns {Promise<Answer>} */
async function connect({ version }) {
  const answer = await call('POST', '/v1/linkedin/connect', { consent: version });
  if (!answer.ok) return answer;
  const url = new URL(answer.data.authorize_url, (await readSettings()).server);
  if (!allowedServer(url.origin)) return refuse('server-not-allowed');
  await chrome.tabs.create({ url: url.href });
  return { ok: true, data: {} };
}

/** Signed out here whatever the network does; the server is told when it can be. @returns {Promise<Answer>} */
async function signOut() {
  await call('DELETE', '/v1/sessions/current');
  await forgetTokens();
  await tellPages();
  return { ok: true, data: {} };
}

async function question() {
  return call('GET', '/v1/robots/check');
}

/** @param {{check: string, choice: number}} message */
async function answerQuestion({ check, choice }) {
  return call('POST', '/v1/robots/check', { check, choice });
}

/** @param {{text: string}} message */
async function appeal({ text }) {
  return call('POST', '/v1/robots/appeal', { text });
}

const fairUse = { question, answerQuestion, appeal };

export const answers = { ...fairUse, signUp, validate, resend, signIn, askReset, reset, account, linkedin, connect, signOut };
