// Which member, if any, an address names. On LinkedIn the address is the identity: everything that decides "is this the same
// person" is asked here. It reads no page and guesses nothing.

/** @typedef {{ vanity: string } | { member: string, hint?: number }} MemberKey */

const Address = (() => {
  const HOST = /^((www|m|[a-z]{2})\.)?linkedin\.com$/;
  // 29 bytes in URL-safe base64: two for the product that made the id, six for the member's number, the rest a signature.
  const OPAQUE = /^A(Co|Cw|EM)AA[\w-]{34}$/;
  const LOOKS_OPAQUE = /^a(co|cw|em)aa[\w-]{30,}$/;
  /** @type {Record<number, string>} */
  const PRODUCTS = { 0x002a: 'in', 0x002c: 'sales/lead', 0x0043: 'talent/profile' };
  const NOBODY = ['me', 'unavailable', 'unknown']; // oneself, a profile that is gone, a member who may not be shown
  const WALLS = ['authwall', 'login', 'uas', 'checkpoint', 'signup'];

  /** @param {string | URL} url */
  function onLinkedIn(url) {
    const parsed = URL.parse(url);
    return parsed && /^https?:$/.test(parsed.protocol) && !parsed.port && HOST.test(parsed.hostname) ? parsed : null;
  }

  /** What an opaque id says; `proven`: its number is the member's (so far known of profile ids only). @param {string} id */
  function opaque(id) {
    if (!OPAQUE.test(id)) return null;
    const bytes = Uint8Array.from(atob(id.replace(/-/g, '+').replace(/_/g, '/') + '='), (c) => c.charCodeAt(0));
    const kind = bytes[0] * 256 + bytes[1];
    const number = bytes.subarray(2, 8).reduce((sum, byte) => sum * 256 + byte, 0);
    return PRODUCTS[kind] && number ? { product: PRODUCTS[kind], number, proven: kind === 0x002a } : null;
  }

  /** @param {string} id @returns {MemberKey | null} */
  function memberKey(id) {
    const said = opaque(id);
    return said && (said.proven ? { member: id } : { member: id, hint: said.number });
  }

  /** @param {string} segment */
  function decodeOnce(segment) {
    try {
      return decodeURIComponent(segment);
    } catch {
      return '';
    }
  }

  /**
   * The key in what follows `/in/`, still percent-encoded: a vanity name in any script and case, or an opaque id.
   * @param {string} segment @returns {MemberKey | null}
   */
  function name(segment) {
    const text = decodeOnce(segment).normalize('NFC');
    const vanity = text.toLowerCase();
    if (LOOKS_OPAQUE.test(vanity)) return memberKey(text);
    if (vanity.length > 150 || NOBODY.includes(vanity)) return null;
    if (/[\s/\\?#%*<>"\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/.test(vanity)) return null;
    return /[a-z\d]/.test(vanity) || /[\p{L}\p{N}\p{So}]/u.test(vanity) ? { vanity } : null; // all letters: slow to compile
  }

  /** The one person an address is about; null for every other page and every doubt. @param {string | URL} url */
  function read(url) {
    const path = onLinkedIn(url)?.pathname ?? '';
    const profile = /^(?:\/(?:comm|mwlite))?\/in\/([^/]+)/i.exec(path);
    if (profile) return name(profile[1]);
    const other = /^\/(?:sales\/(?:lead|people)|talent\/(?:.+\/)?profile)\/([^/]+)/i.exec(path);
    return other && memberKey(decodeOnce(other[1]).split(',')[0]);
  }

  /** The kind of page an address is of, by its path. @param {string | URL} url */
  function place(url) {
    const path = onLinkedIn(url)?.pathname.toLowerCase() ?? '/elsewhere';
    const room = path.split('/')[1];
    if (path === '/') return 'home';
    if (WALLS.includes(room)) return 'wall';
    if (/^\/(404|in\/unavailable)(\/|$)/.test(path)) return 'not-found';
    if (read(url)) return { sales: 'sales', talent: 'recruiter' }[room] ?? 'profile';
    if (/^\/(sales\/|talent\/.*)?search/.test(path)) return 'search';
    return ['feed', 'company', 'messaging', 'jobs'].includes(room) ? room : 'other';
  }

  /** Do two keys name the same member for certain? @param {MemberKey | null} a @param {MemberKey | null} b */
  function same(a, b) {
    if (!a || !b) return false;
    if ('vanity' in a || 'vanity' in b) return 'vanity' in a && 'vanity' in b && a.vanity === b.vanity;
    const [one, two] = [opaque(a.member), opaque(b.member)];
    return a.member === b.member || Boolean(one?.proven && two?.proven && one.number === two.number);
  }

  /** The address sent as `profile`: it names the member and nothing else. @param {MemberKey} key */
  function profileUrl(key) {
    const path = 'vanity' in key ? `in/${encodeURIComponent(key.vanity)}` : `${opaque(key.member)?.product ?? 'in'}/${key.member}`;
    return `https://www.linkedin.com/${path}/`;
  }

  return { onLinkedIn, opaque, name, read, place, same, profileUrl };
})();

/** @type {any} */ (globalThis).Address = Address;
