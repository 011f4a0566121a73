// The ways in: sign in, create an account, type the code from the mail, get a new password.
import { ask, part } from '../lib/own.js';
import { field, form, link, tick } from './form.js';

/** @typedef {"sign-in" | "sign-up" | "validate" | "forgot" | "reset"} Step */
/** @typedef {(said?: string) => Promise<void>} Draw */

/** @param {Step} step @param {string} email @param {Draw} draw @param {string} [said] */
export function drawEntry(step, email, draw, said = '') {
  const go = (/** @type {Step} */ next, /** @type {string} */ told = '') => drawEntry(next, readEmail() || email, draw, told);
  const shapes = { 'sign-in': signIn, 'sign-up': signUp, validate, forgot, reset };
  const element = shapes[step](email, go, draw, said);
  part('view').replaceChildren(element);
  element.querySelector('input')?.focus();
}

/** What was typed so far goes along to the next step. */
function readEmail() {
  const input = /** @type {HTMLInputElement | null} */ (part('view').querySelector('input[name="email"]'));
  return input?.value.trim() ?? '';
}

/** @param {string} value */
const emailField = (value) => field({ name: 'email', say: 'email', type: 'email', value, autocomplete: 'username' });

/** @param {FormData} data @param {string} name */
const text = (data, name) => String(data.get(name) ?? '').trim();

/** @param {FormData} data */
const secret = (data) => String(data.get('password') ?? '');

/** @typedef {(step: Step, told?: string) => void} Go */

/** @param {string} email @param {Go} go @param {Draw} draw @param {string} said */
function signIn(email, go, draw, said) {
  return form({
    view: 'sign-in',
    title: 'signIn',
    said,
    parts: [emailField(email), field({ name: 'password', say: 'password', type: 'password', autocomplete: 'current-password' })],
    submit: 'signIn',
    links: [
      link('to-sign-up', 'signUp', () => go('sign-up')),
      link('to-forgot', 'forgot', () => go('forgot')),
      link('to-validate', 'haveCode', () => go('validate')),
    ],
    message: (data) => ({ type: 'signIn', email: text(data, 'email'), password: secret(data) }),
    done: () => void draw(),
    failed: ({ problem }) => {
      if (problem.code !== 'account-pending') return false;
      go('validate', explainProblem(problem).text);
      return true;
    },
  });
}

/** @param {string} email @param {Go} go */
function signUp(email, go) {
  return form({
    view: 'sign-up',
    title: 'signUp',
    parts: [
      emailField(email),
      field({ name: 'password', say: 'password', type: 'password', hint: 'passwordRule', autocomplete: 'new-password' }),
      tick('accept_terms', 'acceptTerms'),
      tick('adult', 'adult'),
    ],
    submit: 'signUp',
    links: [link('to-sign-in', 'signIn', () => go('sign-in'))],
    check: (data) => (data.has('accept_terms') && data.has('adult') ? '' : Words.t('tickBoth')),
    message: (data) => ({
      type: 'signUp',
      email: text(data, 'email'),
      password: secret(data),
      accept_terms: data.has('accept_terms'),
      adult: data.has('adult'),
    }),
    done: (data) => go('validate', Words.t('codeSent', text(data, 'email'))),
  });
}

/** @param {string} email @param {Go} go @param {Draw} draw @param {string} said */
function validate(email, go, draw, said) {
  const again = async () => {
    const answer = await ask({ type: 'resend', email: readEmail() });
    go('validate', answer.ok ? Words.t('resent') : explainProblem(answer.problem).text);
  };
  return form({
    view: 'validate',
    title: 'validate',
    said,
    parts: [emailField(email), field({ name: 'code', say: 'code', autocomplete: 'one-time-code' })],
    submit: 'validate',
    links: [link('resend', 'resend', again), link('to-sign-in', 'back', () => leave(go))],
    message: (data) => ({ type: 'validate', email: text(data, 'email'), code: text(data, 'code') }),
    done: () => void draw(),
  });
}

/** @param {string} email @param {Go} go */
function forgot(email, go) {
  return form({
    view: 'forgot',
    title: 'forgot',
    parts: [build('p', { class: 'hint' }, Words.t('forgotIntro')), emailField(email)],
    submit: 'sendCode',
    links: [link('to-sign-in', 'back', () => go('sign-in')), link('to-reset', 'haveCode', () => go('reset'))],
    message: (data) => ({ type: 'askReset', email: text(data, 'email') }),
    done: (data) => go('reset', Words.t('resetSent', text(data, 'email'))),
  });
}

/** @param {string} email @param {Go} go @param {Draw} draw @param {string} said */
function reset(email, go, draw, said) {
  return form({
    view: 'reset',
    title: 'newPassword',
    said,
    parts: [
      field({ name: 'token', say: 'resetCode' }),
      field({ name: 'password', say: 'newPassword', type: 'password', hint: 'passwordRule', autocomplete: 'new-password' }),
    ],
    submit: 'setPassword',
    links: [link('to-sign-in', 'back', () => leave(go))],
    message: (data) => ({ type: 'reset', token: text(data, 'token'), password: secret(data) }),
    done: () => go('sign-in', Words.t('passwordSet')),
  });
}

/** The user gives up waiting for a mail. @param {Go} go */
async function leave(go) {
  await ask({ type: 'pending', pending: null });
  go('sign-in');
}
