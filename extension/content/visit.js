// Visit: the life of this script on one LinkedIn tab. Notices that the page has changed, waits until page and address name the
// same person, and hands that person to the card or to the side panel. It acts on nothing: it only looks.

const WAITS_MS = [0, 150, 400, 1000, 2500];

class Visit {
  /** @type {Here | null} */ here = null;
  /** @type {CardHost | null} */ host = null;
  /** @type {{agreed: boolean, surface: string, place: any, style: string} | null} */ state = null;
  #life = new AbortController();
  #turn = 0;
  #goodbye = '';

  start() {
    const { signal } = this.#life;
    navigation.addEventListener('navigatesuccess', () => this.look(), { signal });
    addEventListener('pageshow', (event) => event.persisted && this.look(), { signal });
    document.addEventListener('visibilitychange', () => chrome.runtime?.id || this.#leave(), { signal });
    chrome.runtime.onMessage.addListener((message, sender, respond) => this.#hear(message, sender, respond));
    this.look();
  }

  /** @param {any} message @param {chrome.runtime.MessageSender} sender @param {(answer: any) => void} respond */
  #hear(message, sender, respond) {
    if (sender.id !== chrome.runtime.id) return;
    if (message?.type === 'here') respond(this.here);
    if (message?.type === 'changed') this.look(true);
    if (message?.type === 'show') this.host?.open();
  }

  /** @param {object} message @returns {Promise<Answer>} */
  async #ask(message) {
    if (!chrome.runtime?.id) return this.#leave();
    try {
      return await chrome.runtime.sendMessage(message);
    } catch {
      if (!chrome.runtime?.id) return this.#leave();
      return { ok: false, problem: { code: 'worker-gone', status: 0 } };
    }
  }

  /** The extension was updated under us: this copy goes, and says what to do. @returns {Answer} */
  #leave() {
    this.#life.abort();
    this.#turn += 1;
    this.host?.leave(this.#goodbye);
    return { ok: false, problem: { code: 'gone', status: 0 } };
  }

  /** Looks at the page anew; several times, while it still shows somebody else. @param {boolean} [changed] settings changed */
  async look(changed = false) {
    const turn = ++this.#turn;
    if (!Address.read(location.href)) return this.#empty();
    if (!this.state || changed) {
      const answer = await this.#ask({ type: 'page' });
      if (turn !== this.#turn || !answer.ok) return;
      this.state = answer.data;
    }
    const began = performance.now();
    for (const wait of WAITS_MS) {
      const rest = wait - (performance.now() - began);
      if (rest > 0) await new Promise((done) => setTimeout(done, rest));
      if (turn !== this.#turn) return;
      const { key, page, ...read } = readProfile(document, location.href);
      if (!key) {
        this.#empty(); // a wall, or a page that is not built yet: look again
        continue;
      }
      if (!this.state?.agreed) return this.#show(null, true);
      const known = Address.same(this.here?.key ?? null, key) ? this.here : null; // an overlay may hide a name read before
      const { name, headline } = read.name === null && known ? known : read;
      const settled = name !== null || wait === WAITS_MS.at(-1);
      this.#show({ key, name, headline, page }, settled);
      if (settled) return;
    }
  }

  /** At the click: is the page still about the person shown? */
  #still() {
    if (this.here && Address.same(this.here.key, Address.read(location.href))) return true;
    this.look();
    return false;
  }

  #empty() {
    this.here = null;
    this.host?.hide();
    this.#tellPanel(true);
  }

  /** @param {Here | null} here @param {boolean} settled */
  #show(here, settled) {
    if (Card.id(here) !== Card.id(this.here)) this.host?.welcome();
    this.here = here;
    if (this.state?.surface === 'panel') {
      this.host?.hide();
      this.#tellPanel(settled);
      return;
    }
    this.host ??= this.#makeHost();
    if (here) this.host.card.show(here, settled);
    else this.host.card.showSetUp();
    this.host.show();
  }

  /** @param {boolean} settled */
  #tellPanel(settled) {
    if (this.state?.surface === 'panel') this.#ask({ type: 'page', here: this.here, settled });
  }

  #makeHost() {
    this.#goodbye = Words.t('problemGone'); // after an update nothing can be read any more
    const card = new Card({ ask: (message) => this.#ask(message), still: () => this.#still() });
    const { style, place } = /** @type {any} */ (this.state);
    return new CardHost(card, style, place, (kept) => void this.#ask({ type: 'page', place: kept }));
  }
}

new Visit().start();
/** @type {any} */ (globalThis).Visit = Visit;
