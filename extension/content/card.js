// Card: the receipt itself. The same component stands on the page (inside host.js) and in the side panel. It asks only when
// clicked, and every answer is held against the person it was asked for: one that comes late, for somebody else, is dropped.

const SOFT_LIMIT_MS = 3000;

class Card {
  /** @type {Here | null} */ here = null;
  /** @type {Record<string, Balance> | null} */ credits = null;
  /** @type {Line[]} */ lines = [];
  shownAt = 0;
  view = ''; // the server's mark that this person's page was looked up here: a reveal brings it back
  saying = 0;

  /**
   * @param {{ask: (message: any) => Promise<Answer>, still?: () => boolean}} seams
   *   `ask` speaks to the worker; `still` looks once more, at the click, whether the page is about the person shown
   */
  constructor({ ask, still = () => true }) {
    this.ask = ask;
    this.still = still;
    this.head = build('div', { class: 'head' });
    this.body = build('div', { class: 'body' });
    this.foot = build('div', { class: 'foot', hidden: true });
    this.live = build('div', { class: 'live', role: 'status', 'aria-live': 'polite' });
    const label = { role: 'region', 'aria-label': Words.t('cardLabel') };
    this.element = build('section', { class: 'card', ...label }, this.head, this.body, this.foot, this.live);
  }

  /** Names a person as one string, for comparing. @param {Here | null} here */
  static id(here) {
    if (!here) return '';
    return 'vanity' in here.key ? `in/${here.key.vanity.toLowerCase()}` : `id/${here.key.member}`;
  }

  /** @param {string} text */
  announce(text) {
    cancelAnimationFrame(this.saying);
    this.live.textContent = '';
    if (text) this.saying = requestAnimationFrame(() => (this.live.textContent = text));
  }

  /** A person to show, not asked about yet; or nobody. @param {Here | null} here @param {boolean} [settled] name read? */
  show(here, settled = true) {
    const same = here !== null && Card.id(here) === Card.id(this.here);
    this.here = here;
    this.#drawHead(settled);
    if (same && !['waiting', 'problem', 'set-up'].includes(this.body.dataset.view ?? '')) return;
    this.lines = [];
    this.view = '';
    this.announce(''); // what was said of the last person
    this.foot.hidden = true;
    if (!here) return this.#view('nobody', build('p', { class: 'note' }, Words.t('nobody')));
    if (!settled) return this.#view('waiting', build('p', { class: 'note' }, Words.t('reading')));
    this.shownAt = performance.now();
    this.#view(
      'idle',
      this.#button('lookup', 'lookup', 'primary', (event) => this.lookup(event)),
      build('p', { class: 'note' }, Words.t('lookupFree')),
    );
  }

  /** Consent is missing: one line, and nothing to click. */
  showSetUp() {
    this.here = null;
    this.#drawHead(true);
    this.foot.hidden = true;
    this.#view('set-up', build('p', { class: 'note' }, Words.t('problemConsent')));
  }

  /** @param {string} view @param {...(Node | null)} nodes */
  #view(view, ...nodes) {
    this.body.dataset.view = view;
    this.body.replaceChildren(...nodes.filter((node) => node !== null));
  }

  /** @param {boolean} settled */
  #drawHead(settled) {
    const { name, headline } = this.here ?? {};
    this.head.replaceChildren();
    if (!this.here) return;
    const text = name || (settled ? Words.t('nameUnknown') : Words.t('oneMoment'));
    this.head.append(build('h2', { class: name ? 'name' : 'name unknown', 'data-part': 'name', dir: 'auto' }, text));
    const address = 'vanity' in this.here.key ? `in/${this.here.key.vanity}` : this.here.key.member;
    if (!name) this.head.append(build('p', { class: 'headline', 'data-part': 'address', dir: 'auto' }, address));
    if (name && headline) this.head.append(build('p', { class: 'headline', dir: 'auto', title: headline }, headline));
  }

  /** @param {string} act @param {string} say @param {string} look @param {(event: Event) => void} click */
  #button(act, say, look, click) {
    return build('button', { type: 'button', class: look, 'data-act': act, click }, Words.t(say));
  }

  /**
   * Asks, says so when it takes long, and drops an answer for somebody who is no longer shown.
   * @param {any} message @param {() => void} retry
   * @returns {Promise<Answer | null>} null: not for the person shown now
   */
  async #askAbout(message, retry) {
    const asked = Card.id(this.here);
    const soft = setTimeout(() => {
      if (Card.id(this.here) === asked) this.#warn('slow', Words.t('slow'), 'retry', retry);
    }, SOFT_LIMIT_MS);
    const answer = await this.ask(message);
    clearTimeout(soft);
    if (Card.id(this.here) !== asked) return null;
    this.#calm();
    return answer;
  }

  /** @param {Event | null} event @param {boolean} [again] */
  async lookup(event, again = false) {
    if (!this.here || !this.still()) return;
    const client = this.#client(event);
    if (!this.lines.length) this.#view('asking', build('p', { class: 'note' }, Words.t('asking')));
    const retry = () => this.lookup(event);
    const answer = await this.#askAbout({ type: 'lookup', key: this.here.key, again }, retry);
    if (!answer) return;
    if (!answer.ok) return this.#fail(answer.problem, retry, () => this.lookup(event, true));
    if (this.lines.length) return; // asked twice, for patience ran out: the first answer stands
    this.credits = answer.data.credits;
    this.view = answer.data.found.view ?? '';
    this.#drawLines(answer.data.found);
    this.#drawFoot();
    this.#resume(event, this.body.querySelector('.lines'));
    const owned = this.lines.filter((line) => line.state === 'owned');
    if (owned.length) await this.#reveal(owned, client);
  }

  /** @param {LookupFound} found */
  #drawLines(found) {
    const told = { reveal: this.revealOne.bind(this), announce: this.announce.bind(this) };
    this.lines = Words.kinds.map((words) => new Line(words, told));
    for (const line of this.lines) line.offer(found.kinds?.[line.kind]);
    const available = this.lines.filter((line) => line.state === 'available');
    const list = build('ul', { class: 'lines' }, ...this.lines.map((line) => line.element));
    const nothing = available.length === 0 && this.lines.every((line) => line.state === 'none');
    const note = nothing ? build('p', { class: 'note' }, Words.t('nothingKnown')) : null;
    const all = available.length > 1 ? this.#button('reveal-all', 'revealAll', 'primary', (event) => this.revealAll(event)) : null;
    this.#view('lines', list, note, all);
    this.announce(nothing ? Words.t('nothingKnown') : Words.t('announceFound', available.length));
  }

  /** @param {Kind} kind @param {Event} event */
  async revealOne(kind, event) {
    const line = this.lines.find((one) => one.kind === kind);
    if (!line) return;
    await this.#reveal([line], this.#client(event));
    this.#resume(event, line.element);
  }

  /** @param {Event} event */
  async revealAll(event) {
    const available = this.lines.filter((line) => line.state === 'available');
    await this.#reveal(available, this.#client(event));
    this.#resume(event, this.body.querySelector('.lines'));
  }

  /**
   * The button is gone that the keyboard was on: go on from what came in its place. Never straight to a button, which the
   * next press of the same key would push.
   * @param {Event | null} event @param {Element | null} element
   */
  #resume(event, element) {
    const byKeyboard = event instanceof UIEvent && event.detail === 0;
    if (!byKeyboard || document.activeElement !== document.body || !(element instanceof HTMLElement)) return;
    element.tabIndex = -1;
    element.focus({ preventScroll: true });
  }

  /** @param {Line[]} lines @param {Client} client */
  async #reveal(lines, client) {
    if (!this.here || !lines.length || !this.still()) return;
    for (const line of lines) line.ask();
    this.#calm();
    const retry = () => this.#reveal(lines, client);
    const { key, page } = this.here;
    const signs = { ...client, proof: this.view };
    const answer = await this.#askAbout({ type: 'reveal', key, kinds: lines.map((line) => line.kind), page, client: signs }, retry);
    if (!answer) return;
    const results = answer.ok ? answer.data.results : answer.problem.results;
    for (const line of lines) {
      const outcome = results?.[line.kind];
      if (outcome) this.#settle(line, outcome);
      else line.withdraw();
    }
    this.#dropRevealAll();
    this.#drawFoot();
    if (!answer.ok) this.#fail(answer.problem, retry, () => this.lookup(null, true));
    else this.announce(lines.map((line) => line.spoken).join('. '));
  }

  /** @param {Line} line @param {Outcome} outcome */
  #settle(line, outcome) {
    line.settle(outcome);
    const balance = this.credits?.[line.kind];
    if (!balance || typeof outcome.left !== 'number') return;
    const { unlimited, next_expiry: next } = balance;
    const charged = outcome.charged ?? 0;
    if (unlimited) unlimited.left = Math.max(0, unlimited.left - charged);
    else if (next && (next.amount -= charged) <= 0) delete balance.next_expiry; // what is lost first was spent first
    balance.available = outcome.left;
  }

  #dropRevealAll() {
    if (this.lines.filter((line) => line.state === 'available').length < 2)
      this.body.querySelector('[data-act="reveal-all"]')?.remove();
  }

  /** What is left of each kind, and what is lost first. */
  #drawFoot() {
    this.foot.hidden = !this.credits;
    if (!this.credits) return;
    const list = build('dl', { class: 'left' });
    for (const { kind, say } of [...Words.kinds, { kind: 'export', say: 'kindExport' }]) {
      const balance = this.credits[kind];
      if (!balance) continue;
      const amount = balance.unlimited ? '∞' : Words.number(balance.available);
      const spoken = balance.unlimited ? Words.t('unlimited') : null;
      list.append(
        build('div', {}, build('dt', {}, Words.t(say)), build('dd', { 'data-left': kind, 'aria-label': spoken }, amount)),
      );
    }
    this.foot.replaceChildren(build('p', { class: 'foot-title' }, Words.t('left')), list);
    const next = Card.nextExpiry(this.credits);
    if (next) this.foot.append(build('p', { class: 'note', 'data-part': 'expiry' }, next));
  }

  /** @param {Record<string, Balance>} credits @returns {string} empty when nothing is lost */
  static nextExpiry(credits) {
    const kinds = [...Words.kinds, { kind: 'export', say: 'kindExport' }];
    const due = kinds.flatMap(({ kind, say }) => {
      const next = credits[kind]?.next_expiry;
      return next ? [{ say, ...next }] : [];
    });
    due.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
    const [first] = due;
    return first ? Words.t('nextExpiry', Words.number(first.amount), Words.t(first.say), Words.day(first.at)) : '';
  }

  /** @param {Problem} problem @param {() => void} retry @param {() => void} again */
  #fail(problem, retry, again) {
    const { text, way } = explainProblem(problem);
    if (this.lines.some((line) => line.state === 'asking')) return; // a second try is still on its way
    if (!this.lines.length) this.#view('problem');
    this.#warn(problem.code, text, way, way === 'again' ? again : retry);
    this.announce(text);
  }

  /** @param {string} code @param {string} text @param {string | null} way @param {() => void} act */
  #warn(code, text, way, act) {
    this.#calm();
    const box = build('div', { class: 'problem', 'data-code': code }, build('p', {}, text));
    if (way) box.dataset.way = way;
    if (way === 'retry' || way === 'again' || (way === 'popup' && !this.lines.length)) {
      const say = way === 'again' || way === 'popup' ? 'tryAgain' : 'retry';
      box.append(this.#button(way === 'again' ? 'again' : 'retry', say, 'quiet', act));
    }
    this.body.append(box);
  }

  #calm() {
    this.body.querySelector('.problem')?.remove();
  }

  /** How the user's own click came about. @param {Event | null} event */
  #client(event) {
    return { dwell_ms: Math.round(performance.now() - this.shownAt), trusted: event?.isTrusted ?? false };
  }
}

/** @type {any} */ (globalThis).Card = Card;
