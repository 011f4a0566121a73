// Which server may be spoken to: https anywhere, plain http only on this very machine. The manifest's CSP says the same;
// this says it first, and in words.

const LOOPBACK = new Set(['127.0.0.1', 'localhost']);

/**
 * @param {string} typed what the user typed
 * @returns {string | null} the origin to use, or null when it may not be used
 */
export function allowedServer(typed) {
  let text = typed.trim();
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) text = `https://${text}`;
  let url;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  if (url.username || url.password) return null;
  if (url.protocol === 'https:') return url.origin;
  if (url.protocol === 'http:' && LOOPBACK.has(url.hostname)) return url.origin;
  return null;
}
