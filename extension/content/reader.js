// Reads which person a LinkedIn page is about. The address says who; the page may lend a name and a headline where it names
// the same member: for a while the last person's page stands under the next one's address, and no name is better than a
// wrong one. Pure: changes nothing, asks nobody.

/** @typedef {{ name: string, headline: string | null, rule: string } | null} Found */

const readProfile = (() => {
  /** Text with a letter, without asterisks, no longer than a headline; else null. @param {unknown} value */
  function plain(value) {
    const text = typeof value === 'string' ? value.replace(/\s+/g, ' ').trim() : '';
    return text.length <= 300 && !text.includes('*') && /\p{L}/u.test(text) ? text : null;
  }

  /** @param {ParentNode} root @param {string} css */
  const all = (root, css) => [...root.querySelectorAll(css)];

  /** What an element shows. @param {Element | null} [element] */
  function textOf(element) {
    const copy = /** @type {Element | undefined} */ (element?.cloneNode(true));
    copy?.querySelectorAll(Selectors.unseen).forEach((part) => part.remove());
    return plain(copy?.textContent) ?? plain(element?.textContent);
  }

  /** @param {string} text @returns {any} */
  function parse(text) {
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  }

  /** Whom a JSON-LD document is about, not whom it mentions. @param {any} node @returns {any[]} */
  function persons(node) {
    if (Array.isArray(node)) return node.flatMap(persons);
    if (!node?.['@type'] && !node?.['@graph']) return [];
    return [node['@type']].flat().includes('Person') ? [node] : [node['@graph'], node.mainEntity].flatMap(persons);
  }

  /** The object around a place in a JSON text, without parsing the rest. @param {string} text @param {number} at */
  function objectAround(text, at) {
    for (let start = text.lastIndexOf('{', at), tries = 0; start >= 0 && tries < 60; tries++) {
      let depth = 0;
      let quoted = false;
      for (let i = start; i < Math.min(text.length, start + 60_000); i++) {
        const c = text[i];
        if (c === '\\') i++;
        else if (c === '"') quoted = !quoted;
        else if (!quoted && (c === '{' || c === '}')) depth += c === '{' ? 1 : -1;
        if (depth) continue;
        const found = i > at && parse(text.slice(start, i + 1));
        if (found) return found;
        break;
      }
      start = start ? text.lastIndexOf('{', start - 1) : -1;
    }
    return null;
  }

  /** @param {string} text an embedded answer @param {MemberKey} key @returns {Found} */
  function findMember(text, key) {
    const mark = 'vanity' in key ? '"publicIdentifier":' : key.member;
    for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) {
      // It may stand there percent-encoded or with \u escapes.
      const after = parse(/^\s*("[^"]*")/.exec(text.slice(at + mark.length, at + 1000))?.[1] ?? '""') ?? '';
      const before = text.slice(Math.max(0, at - 90), at);
      if ('vanity' in key ? !Address.same(Address.name(after), key) : !/"entityUrn":\s*"[^"]*rofile:\(?$/.test(before)) continue;
      const { fullName, firstName = '', lastName = '', headline, occupation } = objectAround(text, at) ?? {};
      const name = plain(fullName ?? `${firstName} ${lastName}`);
      if (name) return { name, headline: plain(headline ?? occupation), rule: 'embedded-json' };
    }
    return null;
  }

  /** @param {Document} document @param {string} place */
  function kindOf(document, place) {
    /** @param {string} css @param {string} [text] */
    const has = (css, text) =>
      text ? all(document, css).some((one) => one.textContent?.includes(text)) : document.querySelector(css) !== null;
    const id = document.querySelector(Selectors.pageKey)?.getAttribute('content') ?? '';
    if (place === 'wall' || /auth[_-]?wall|guest[_-]home|login|signup/i.test(id)) return 'wall';
    if (place === 'not-found' || /404|not[_-]?found|unavailable/i.test(id) || has(Selectors.notFound)) return 'not-found';
    if (place === 'home') return has(Selectors.joinForm) ? 'wall' : 'feed';
    if (place !== 'profile') return place;
    if (/public_profile/i.test(id) || has(Selectors.publicName)) return 'profile-public';
    if (has(Selectors.topCard)) return 'profile-server';
    if (has(Selectors.classicShell)) return 'profile-classic';
    if (has(Selectors.serverShell)) return 'profile-server';
    if (has(Selectors.jsonLd, '"Person"')) return 'profile-public';
    // Status 999: nothing but a script that leads to the wall.
    const bare = !has('body > :not(script)') && has('script', '/authwall');
    return bare || has(Selectors.joinForm) ? 'wall' : 'profile-unknown';
  }

  /** What may give a name here, in order. @param {string} page @param {Document} document @param {MemberKey} key */
  function rulesFor(page, document, key) {
    /** @param {string} css @param {ParentNode} [root] */
    const shown = (css, root = document) => all(root, css).filter((one) => !one.closest(Selectors.stranger));
    /** @param {string} css */
    const meta = (css) => plain(document.querySelector(css)?.getAttribute('content'));
    /** @param {MemberKey | null} other */
    const isKey = (other) => Address.same(other, key);
    /** @param {Element} tag */
    const keyIn = (tag) => {
      const link = tag.getAttribute('href') ?? tag.getAttribute('content') ?? '';
      return Address.read(link.startsWith('/') ? `https://www.linkedin.com${link}` : link);
    };

    /** Has this document shown nobody else since it was loaded? */
    function untouched() {
      /** @type {any[]} */
      const visited = /** @type {any} */ (document.defaultView)?.navigation?.entries() ?? [];
      return visited.every(({ sameDocument: here, url }) => !here || !Address.onLinkedIn(url) || isKey(Address.read(url)));
    }

    function fromPublic() {
      const named = all(document, Selectors.canonical).map(keyIn).filter(Boolean);
      if (named.length ? !named.every(isKey) : !untouched()) return null;
      const about = all(document, Selectors.jsonLd).flatMap((tag) => persons(parse(tag.textContent ?? '')));
      const own = about.filter(({ url, '@id': id, sameAs }) => [url, id, sameAs].flat().some((said) => isKey(Address.read(said))));
      const [given, family] = [meta(Selectors.firstName), meta(Selectors.lastName)];
      const rules = {
        'json-ld': own.map(({ name }) => plain(name)).find(Boolean),
        'profile-meta': given && family && `${given} ${family}`,
        'og-title': /^(.+?)(?: [-–—] .*)? \| LinkedIn$/.exec(meta(Selectors.ogTitle) ?? '')?.[1],
        'public-card': textOf(document.querySelector(Selectors.publicName)),
      };
      const [rule, name] = Object.entries(rules).find(([, found]) => found) ?? [''];
      return name ? { name, headline: textOf(document.querySelector(Selectors.publicHeadline)), rule } : null;
    }

    /** The embedded answers asked for by the member's name, or spelling it. */
    function fromEmbedded() {
      const name = 'vanity' in key ? key.vanity : key.member;
      const spellings = [...new Set([name, encodeURIComponent(name)])];
      const requests = all(document, Selectors.request).map(({ textContent }) => textContent?.toLowerCase() ?? '');
      const asked = requests.filter((text) => spellings.some((one) => text.includes(one.toLowerCase()))).join();
      for (const { id, textContent } of all(document, Selectors.answer)) {
        const text = textContent ?? '';
        const found = (asked.includes(`"${id}"`) || spellings.some((one) => text.includes(one))) && findMember(text, key);
        if (found) return found;
      }
      return null;
    }

    /** The heading above (4: followed by) the person's "contact info" link. */
    function fromContactLink() {
      const links = shown(Selectors.contactLink);
      const keys = shown(Selectors.topCard).map((card) => card.getAttribute('componentkey'));
      const ids = keys.map((text) => /A[CE][owM]AA[\w-]{34}/.exec(text ?? '')?.[0]);
      const byCard = 'member' in key && ids.length && ids.every((member) => member && isKey({ member }));
      if (!links.length || !links.every((link) => byCard || isKey(keyIn(link)))) return null;
      for (let card = links[0].parentElement; card; card = card.matches(Selectors.main) ? null : card.parentElement) {
        const headings = shown(Selectors.heading, card);
        if (!headings.length) continue;
        const seen = headings.filter((one) => textOf(one) && !one.matches(Selectors.unseen));
        const above = seen.filter((one) => one.compareDocumentPosition(links[0]) & 4);
        const name = textOf(above.find(({ localName }) => localName === 'h1') ?? above[0]);
        return name ? { name, headline: textOf(card.querySelector(Selectors.classicHeadline)), rule: 'contact-link' } : null;
      }
      return null;
    }

    /**
     * Sales Navigator and Recruiter mark names, also other people's. A person's own card is the largest part in which only
     * one name is marked; no opaque id (all hold AA) linked in it may be somebody else's.
     */
    function fromMarks() {
      const marks = all(document, Selectors.mark).filter(textOf);
      const titles = shown(Selectors.markedTitle).filter(textOf);
      const own = titles.length ? titles : shown(Selectors.mark).filter(textOf);
      const name = textOf(own[0]);
      const others = marks.filter((one) => textOf(one) !== name);
      if (!name || own.some((one) => textOf(one) !== name)) return null;
      let card = own[0];
      while (card.parentElement && !others.some((one) => card.parentElement?.contains(one))) card = card.parentElement;
      const ids = all(card, 'a[href*="AA"]').map(keyIn).filter((one) => one && 'member' in one);
      if (ids.length ? !ids.every(isKey) : !untouched()) return null;
      return { name, headline: textOf(card.querySelector(Selectors.markedHeadline)), rule: 'marked-card' };
    }

    if (page === 'profile-public') return [fromPublic];
    return page.startsWith('profile') ? [fromEmbedded, fromContactLink] : [fromMarks, fromEmbedded];
  }

  /** What is not known for certain is null; `from` names the rules. @param {Document} document @param {string} url */
  return function readProfile(document, url) {
    const page = kindOf(document, Address.place(url));
    const key = ['wall', 'not-found'].includes(page) ? null : Address.read(url);
    let found = /** @type {Found} */ (null);
    for (const rule of key ? rulesFor(page, document, key) : []) found ??= rule();
    const { name = null, headline = null, rule = null } = found ?? {};
    return { page, key, name, headline, from: { key: key && 'address', name: name && rule, headline: headline && rule } };
  };
})();

/** @type {any} */ (globalThis).readProfile = readProfile;
