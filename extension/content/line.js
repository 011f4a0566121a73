// Line: one line of the receipt, for one kind of contact detail. It draws what it is told and reports clicks; it asks nobody.

const AGEING_MS = 180 * 24 * 3600 * 1000;
// A number in international form: the country's code, of one to three digits, then its own.
const PHONE = /^\+(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})(\d{6,12})$/;

class Line {
  /**
   * @param {(typeof Words.kinds)[number]} words
   * @param {{reveal: (kind: Kind, event: Event) => void, announce: (text: string) => void}} told
   */
  constructor(words, told) {
    this.words = words;
    this.kind = words.kind;
    this.told = told;
    this.state = '';
    /** @type {{state: string, reason?: string} | undefined} */
    this.found = undefined;
    this.charged = 0;
    this.element = build('li', { class: 'line', 'data-kind': words.kind });
  }

  get name() {
    return Words.t(this.words.say);
  }

  get price() {
    return Words.t(this.words.price);
  }

  /** @param {string} state @param {(Node | string | null)[]} right @param {...(Node | null)} below */
  #draw(state, right, ...below) {
    this.state = state;
    this.element.dataset.state = state;
    const head = build('div', { class: 'line-head' }, drawIcon(this.kind), build('span', { class: 'kind' }, this.name));
    head.append(build('span', { class: 'right' }, ...right));
    this.element.replaceChildren(head, ...below.filter((node) => node !== null));
  }

  /** @param {string} text @param {string} [look] */
  #note(text, look = '') {
    return build('p', { class: `note ${look}` }, text);
  }

  /** No answer came: back to what the lookup said. */
  withdraw() {
    if (this.state === 'asking') this.offer(this.found);
  }

  /** What is on offer, and its price. @param {string} state @param {string} price */
  #offer(state, price) {
    const tag = build('span', { class: 'price', 'data-part': 'price' }, price);
    return build('p', { class: 'note offer' }, build('span', {}, state), tag);
  }

  /** @param {string} label the button's word @param {string} [price] */
  #revealButton(label, price = this.price) {
    const props = { type: 'button', class: 'quiet', 'data-act': 'reveal', 'data-kind': this.kind };
    const spoken = Words.t('revealSpoken', label, this.name, price);
    const click = (/** @type {Event} */ event) => this.told.reveal(this.kind, event);
    return build('button', { ...props, 'aria-label': spoken, click }, label);
  }

  /** What the free lookup said. @param {{state: string, reason?: string} | undefined} found */
  offer(found) {
    this.found = found;
    if (found?.state === 'available') {
      this.#draw('available', [this.#revealButton(Words.t('reveal'))], this.#offer(Words.t('available'), this.price));
    } else if (found?.state === 'owned') {
      this.#draw('owned', [this.#revealButton(Words.t('show'), Words.t('paidBefore'))], this.#offer(Words.t('paidBefore'), ''));
    } else if (found?.state === 'blocked') {
      this.#draw('blocked', [Words.t('notAllowed')], this.#note(Words.reason(found.reason)));
    } else this.#draw('none', [Words.t('none')]);
  }

  /** The question is on its way. */
  ask() {
    this.#draw('asking', [build('span', { class: 'price' }, Words.t('asking'))]);
  }

  /** The answer of a reveal. @param {Outcome} outcome */
  settle(outcome) {
    const { outcome: state, reason } = outcome;
    if (state === 'revealed' || state === 'known') this.#receive(outcome);
    else if (state === 'blocked') this.#draw(state, [Words.t('notAllowed')], this.#note(Words.reason(reason)));
    else if (state === 'empty') {
      const when = outcome.retry_at ? Words.t('waitUntil', Words.moment(outcome.retry_at)) : Words.t('nothingCharged');
      this.#draw(state, [Words.t('noCredit')], this.#note(when));
    } else if (state === 'capped') this.#draw(state, [Words.t('capped')], this.#note(Words.t('nothingCharged')));
    else if (state === 'pending') {
      const when = outcome.retry_at ? Words.t('waitUntil', Words.moment(outcome.retry_at)) : '';
      this.#draw(state, [this.#revealButton(Words.t('askAgain'))], this.#note(`${Words.t('askedElsewhere')} ${when}`));
    } else this.#draw('not_found', [Words.t('none')], this.#note(Words.t(this.words.none)));
  }

  /** @param {Outcome} outcome */
  #receive(outcome) {
    this.charged = Math.max(this.charged, outcome.charged ?? 0); // a retry's "known" does not undo what the first try cost
    const cost = this.charged ? Words.t('cost', Words.number(this.charged)) : Words.t('paidBefore');
    const left = typeof outcome.left === 'number' && this.charged ? Words.t('leftAfter', Words.number(outcome.left)) : '';
    const values = (outcome.values ?? []).map((value) => this.#value(value));
    const right = build('span', { class: 'price', 'data-part': 'cost' }, cost, left && ' · ', left);
    this.#draw(this.charged ? 'revealed' : 'known', [right], ...values);
  }

  /** @param {Value} value */
  #value(value) {
    const look = PHONE.test(value.value) ? 'digits' : 'piece';
    const parts = Line.split(value.value).map((one) => build('span', { class: look }, one));
    const text = build('span', { class: 'value', 'data-part': 'value', dir: 'ltr' }, ...parts);
    const spoken = Words.t('copySpoken', value.value);
    const copy = build('button', {
      type: 'button',
      class: 'icon-button',
      'data-act': 'copy',
      'aria-label': spoken,
      title: Words.t('copy'),
    });
    copy.append(drawIcon('copy'));
    copy.addEventListener('click', async () => {
      const done = await navigator.clipboard.writeText(value.value).then(
        () => true,
        () => false,
      );
      if (!done) getSelection()?.selectAllChildren(text);
      this.told.announce(Words.t(done ? 'copied' : 'copyByHand'));
      copy.dataset.done = String(done);
      setTimeout(() => delete copy.dataset.done, 1500);
    });
    const note = Words.notes.find((one) => one.note === value.note);
    const advice = note ? this.#note(Words.t(note.say)) : null;
    return build('div', { class: 'found' }, build('div', { class: 'value-row' }, text, copy), this.#papers(value), advice);
  }

  /**
   * A value as it is easy to read: a phone in groups of digits, which only stand apart and are copied as one; an address that
   * breaks before its @. @param {string} value
   */
  static split(value) {
    const phone = PHONE.exec(value);
    if (!phone) return value.split(/(?=@)/);
    return [`+${phone[1]}`, ...(phone[2].match(phone[1] === '33' ? /^\d|\d\d/g : /\d{3}(?=\d\d)|\d+/g) ?? [])];
  }

  /** The line as one sentence, for those who hear it. */
  get spoken() {
    return this.element.innerText.replace(/\s*\n+\s*/g, ', ');
  }

  /** Where it comes from, when it was looked at, how sure. @param {Value} value */
  #papers(value) {
    const source = typeof value.source === 'object' ? value.source?.name : value.source;
    const at = value.verified_at || value.collected_at;
    const parts = [];
    if (at) {
      const ageing = Date.now() - Date.parse(at) > AGEING_MS;
      const date = Words.t(value.verified_at ? 'checked' : 'collected', Words.date(at));
      const text = ageing ? Words.t('ageing', date) : date;
      parts.push(build('span', { 'data-part': 'checked', class: ageing ? 'ageing' : null }, text));
    }
    const sure = Line.sureness(value.confidence);
    if (sure) parts.push(build('span', { 'data-part': 'sure' }, sure));
    const from = source ? build('div', { 'data-part': 'source' }, Words.t('source', source)) : null;
    return build('div', { class: 'papers' }, from, ...parts.flatMap((one, index) => (index ? [' · ', one] : [one])));
  }

  /** @param {number | string | undefined} confidence a share of one, a share of a hundred, or a word */
  static sureness(confidence) {
    if (confidence === undefined || confidence === null || confidence === '') return '';
    const number = Number(confidence);
    if (Number.isNaN(number)) return Words.t('sureWord', String(confidence));
    return Words.t('sure', Math.round(number <= 1 ? number * 100 : number));
  }
}

/** @type {any} */ (globalThis).Line = Line;
