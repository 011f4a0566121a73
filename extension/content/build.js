// build("p", {class: "small"}, "text", child): makes an element. Text stays text: nothing here ever parses HTML.
// Icons are drawn from the same few strokes on every surface.

/**
 * @param {string} tag
 * @param {Record<string, any>} [props] attributes; a function is a listener; false, null and undefined are left out
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElement}
 */
function build(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

const STROKES = new Map([
  ['b2b_email', 'M3 5.5h14v9.5H3z M3 6l7 5.5L17 6'],
  ['phone', 'M6.5 2.8h7v14.4h-7z M9 14.8h2'],
  ['direct_email', 'M3 9.2 10 3.5l7 5.7V16.5H3z M3 9.5l7 4 7-4'],
  ['export', 'M10 3v9 M6.5 8.8 10 12.2l3.5-3.4 M4 13v3.5h12V13'],
  ['receipt', 'M5 2.8h10v14l-1.7-1.5-1.6 1.5L10 15.3l-1.7 1.5-1.6-1.5L5 16.8z M7.5 6.5h5 M7.5 9.5h5'],
  ['copy', 'M7.5 7.5h8.5v9H7.5z M4.5 12.5V3.5h8'],
  ['close', 'M5.5 5.5l9 9 M14.5 5.5l-9 9'],
  ['fold', 'M5 10h10'],
  ['grip', 'M8 5.5v0 M12 5.5v0 M8 10v0 M12 10v0 M8 14.5v0 M12 14.5v0'],
]);

/** @param {string} name @returns {SVGSVGElement} */
function drawIcon(name) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  const path = document.createElementNS(space, 'path');
  for (const [key, value] of [
    ['viewBox', '0 0 20 20'],
    ['class', `icon icon-${name}`],
    ['aria-hidden', 'true'],
  ])
    svg.setAttribute(key, value);
  path.setAttribute('d', STROKES.get(name) ?? '');
  svg.append(path);
  return svg;
}

/** @type {any} */ (globalThis).build = build;
/** @type {any} */ (globalThis).drawIcon = drawIcon;
