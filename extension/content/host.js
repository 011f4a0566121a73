// CardHost: where the card stands on somebody else's page. A closed shadow root under <html>, fixed in place, so that the page
// neither moves nor reads it, and no redesign of the page takes it away. Movable by mouse and by arrow keys, folds into a tab.

const EDGE = 8;

class CardHost {
  /** @type {Place} */ place = { right: 24, bottom: 24, collapsed: false };
  #life = new AbortController();
  #dismissed = false;
  #stood = { right: 24, bottom: 24 };

  /** @param {Card} card @param {string} style @param {Place | null} place @param {(place: Place) => void} keep */
  constructor(card, style, place, keep) {
    this.card = card;
    this.keep = keep;
    if (place) this.place = { ...place };
    this.element = document.createElement('candor-card');
    this.root = this.element.attachShadow({ mode: 'closed' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    this.root.adoptedStyleSheets = [sheet];
    this.frame = build('div', { class: 'frame' }, this.#bar(), card.element);
    this.tab = this.#iconButton('unfold', 'unfold', 'receipt', () => this.fold(false));
    this.tab.className = 'tab';
    this.root.append(this.frame, this.tab);
    const { signal } = this.#life;
    addEventListener('resize', () => this.#stand(), { signal });
    new ResizeObserver(() => this.#stand()).observe(this.frame); // grown by an answer, it must not leave the window
    addEventListener('keydown', (event) => this.#escape(event), { signal });
    this.root.addEventListener('keydown', (event) => event.stopPropagation()); // the page's shortcuts are not for our buttons
    this.root.addEventListener('keydown', (event) => this.#escape(/** @type {KeyboardEvent} */ (event)));
  }

  #bar() {
    const grip = this.#iconButton('move', 'move', 'grip', () => undefined);
    grip.classList.add('grip');
    const bar = build(
      'div',
      { class: 'bar' },
      drawIcon('receipt'),
      build('span', { class: 'brand' }, 'Candor'),
      build('span', { class: 'room' }),
      grip,
    );
    bar.append(
      this.#iconButton('fold', 'fold', 'fold', () => this.fold(true)),
      this.#iconButton('close', 'close', 'close', () => this.close()),
    );
    bar.addEventListener('pointerdown', (event) => this.#drag(event, bar));
    grip.addEventListener('keydown', (event) => this.#nudge(event));
    return bar;
  }

  /** @param {string} act @param {string} say @param {string} icon @param {() => void} click */
  #iconButton(act, say, icon, click) {
    const label = Words.t(say);
    const button = build('button', {
      type: 'button',
      class: 'icon-button',
      'data-act': act,
      'aria-label': label,
      title: label,
      click,
    });
    button.append(drawIcon(icon));
    return button;
  }

  show() {
    if (this.#dismissed) return;
    if (!this.element.isConnected) document.documentElement.append(this.element);
    this.#stand();
  }

  hide() {
    this.element.remove();
  }

  /** The user closed the card: it stays away for this person. */
  close() {
    this.#dismissed = true;
    this.hide();
  }

  /** Another person: the card may come again. */
  welcome() {
    this.#dismissed = false;
  }

  /** The user asked for the card. */
  open() {
    this.welcome();
    this.fold(false);
    this.show();
  }

  /** This copy of the extension is no more: nothing stays but one sentence. @param {string} goodbye */
  leave(goodbye) {
    this.#life.abort();
    const note = build('p', { class: 'note', role: 'alert' }, goodbye);
    const close = build('button', {
      type: 'button',
      class: 'icon-button',
      'data-act': 'close',
      'aria-label': '×',
      click: () => this.hide(),
    });
    close.append(drawIcon('close'));
    this.root.replaceChildren(build('div', { class: 'frame' }, build('div', { class: 'card gone' }, note, close)));
  }

  /** @param {boolean} collapsed */
  fold(collapsed) {
    this.place.collapsed = collapsed;
    this.#stand();
    this.keep(this.place);
    /** @type {HTMLElement | null} */ (collapsed ? this.tab : this.frame.querySelector('[data-act="fold"]'))?.focus();
  }

  /** Puts the card where it was left, or as near as the window allows. */
  #stand() {
    const { collapsed } = this.place;
    this.frame.hidden = collapsed;
    this.tab.hidden = !collapsed;
    const width = collapsed ? 40 : 320;
    const height = collapsed ? 40 : Math.min(this.frame.offsetHeight || 200, innerHeight - 2 * EDGE);
    const right = collapsed ? 0 : Math.max(EDGE, Math.min(this.place.right, innerWidth - width - EDGE));
    const bottom = Math.max(EDGE, Math.min(this.place.bottom, innerHeight - height - EDGE));
    this.element.style.setProperty('--right', `${right}px`);
    this.element.style.setProperty('--bottom', `${bottom}px`);
    this.#stood = { right, bottom };
  }

  /** @param {number} right @param {number} bottom */
  #move(right, bottom) {
    this.place.right = Math.round(right);
    this.place.bottom = Math.round(bottom);
    this.#stand();
  }

  /** What stands on the screen is what is kept. */
  #rest() {
    Object.assign(this.place, this.#stood);
    this.keep(this.place);
  }

  /** @param {PointerEvent} start @param {HTMLElement} bar */
  #drag(start, bar) {
    const onButton = /** @type {Element} */ (start.target).closest('button:not(.grip)');
    if (start.button !== 0 || onButton) return;
    const { right, bottom } = this.place;
    const drag = new AbortController();
    bar.setPointerCapture(start.pointerId);
    const move = (/** @type {PointerEvent} */ event) =>
      this.#move(right - (event.clientX - start.clientX), bottom - (event.clientY - start.clientY));
    const end = () => {
      drag.abort();
      this.#rest();
    };
    bar.addEventListener('pointermove', move, { signal: drag.signal });
    for (const name of ['pointerup', 'pointercancel']) bar.addEventListener(name, end, { signal: drag.signal });
  }

  /** @param {KeyboardEvent} event */
  #nudge(event) {
    const steps = /** @type {Record<string, number[]>} */ ({
      ArrowLeft: [16, 0],
      ArrowRight: [-16, 0],
      ArrowUp: [0, 16],
      ArrowDown: [0, -16],
    });
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    this.#move(this.place.right + step[0], this.place.bottom + step[1]);
    this.#rest();
  }

  /** Esc closes while the card, or nothing at all, has the keyboard: a dialog of the page keeps its own Esc. @param {KeyboardEvent} event */
  #escape(event) {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    const active = document.activeElement;
    if (active === this.element || active === document.body || active === null) this.close();
  }
}

/** @type {any} */ (globalThis).CardHost = CardHost;
