// Every failure in plain words with the way out. One table: the API's code → our sentence and what the user can do.
// `retry`: ask the same again. `again`: ask whether the server has switched the card on. `popup`: the Candor icon.

/** @typedef {"retry" | "again" | "popup" | "reload" | null} Way */

/** @type {{code: string, say: string, way: Way}[]} */
const PROBLEMS = [
  { code: 'consent-needed', say: 'problemConsent', way: 'popup' },
  { code: 'signed-out', say: 'problemSignedOut', way: 'popup' },
  { code: 'linkedin-sync-required', say: 'problemSync', way: 'popup' },
  { code: 'extension-required', say: 'problemExtension', way: 'retry' },
  { code: 'terms-required', say: 'problemTerms', way: 'popup' },
  { code: 'subscription-required', say: 'problemSubscription', way: 'popup' },
  { code: 'plan-required', say: 'problemPlan', way: 'popup' },
  { code: 'account-suspended', say: 'problemSuspended', way: 'popup' },
  { code: 'credits-exhausted', say: 'problemCredits', way: 'popup' },
  { code: 'fair-use-exceeded', say: 'problemFairUse', way: null },
  { code: 'robot-suspected', say: 'problemRobot', way: 'popup' },
  { code: 'human-check-required', say: 'problemCheck', way: 'popup' },
  { code: 'rate-limited', say: 'problemRate', way: 'retry' },
  { code: 'offline', say: 'problemOffline', way: 'retry' },
  { code: 'unreachable', say: 'problemUnreachable', way: 'retry' },
  { code: 'timeout', say: 'problemTimeout', way: 'retry' },
  { code: 'maintenance', say: 'problemUnavailable', way: 'retry' },
  { code: 'unavailable', say: 'problemUnavailable', way: 'retry' },
  { code: 'notices-late', say: 'problemNotices', way: 'retry' },
  { code: 'internal', say: 'problemTrouble', way: 'retry' },
  { code: 'worker-gone', say: 'problemTimeout', way: 'retry' },
  { code: 'switched-off', say: 'problemSwitchedOff', way: 'again' },
  { code: 'extension-outdated', say: 'problemTooOld', way: null },
  { code: 'server-not-allowed', say: 'problemServer', way: 'popup' },
  { code: 'not-a-profile', say: 'problemNotProfile', way: null },
  { code: 'gone', say: 'problemGone', way: 'reload' },
  // in the popup
  { code: 'credentials-wrong', say: 'problemWrong', way: null },
  { code: 'account-pending', say: 'problemPending', way: 'popup' },
  { code: 'business-email', say: 'problemBusiness', way: null },
  { code: 'email-retired', say: 'problemRetired', way: null },
  { code: 'password-weak', say: 'problemWeak', way: null },
  { code: 'code-wrong', say: 'problemCode', way: null },
  { code: 'reset-wrong', say: 'problemCode', way: null },
  { code: 'invalid-body', say: 'problemForm', way: null },
  { code: 'linkedin-taken', say: 'problemTaken', way: null },
];

/**
 * @param {Problem} problem
 * @returns {{text: string, way: Way}}
 */
function explainProblem(problem) {
  const known = PROBLEMS.find((one) => one.code === problem.code);
  if (!known) return { text: problem.detail || problem.title || Words.t('problemOther', problem.code), way: 'retry' };
  const text = [Words.t(known.say)];
  const wait = problem.retry_after ?? 0;
  if (wait > 90) text.push(Words.t('waitMinutes', Words.number(Math.ceil(wait / 60))));
  else if (wait) text.push(Words.t('waitSeconds', Words.number(wait)));
  else if (problem.retry_at ?? problem.resets_at)
    text.push(Words.t('waitUntil', Words.moment(problem.retry_at ?? problem.resets_at)));
  return { text: text.join(' '), way: known.way };
}

/** @type {any} */ (globalThis).explainProblem = explainProblem;
