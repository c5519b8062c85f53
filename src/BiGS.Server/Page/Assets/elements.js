// Elements of the page.

const svgTags = new Set(['svg', 'path', 'line', 'text']);

export const byId = id => document.getElementById(id);

/** make('li', { class: 'fill' }, 'text', child, …); properties that are functions are listeners, null children are left out. */
export function make(tag, properties = {}, ...children) {
  const element = svgTags.has(tag) ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'function') {
      element.addEventListener(name, value);
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value === true ? '' : value);
    }
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

/** A share in percent, without the sign: "65", "7.1", "<0.1". */
export function hundredths(share) {
  const number = 100 * share;
  return number >= 10 ? number.toFixed(0) : number >= 0.1 ? number.toFixed(1) : number > 0 ? '<0.1' : '0';
}

export const percent = share => `${hundredths(share)} %`;

/** A word, a bar that is full at 1, and a number. */
export function bar(word, filled, number, kind = '') {
  const length = make('span', { class: 'length' });
  length.style.inlineSize = `${Math.max(0, Math.min(1, filled)) * 100}%`;
  return [
    make('span', { class: `word ${kind}`, dir: 'auto' }, word),
    make('span', { class: `bar ${kind}`, 'aria-hidden': 'true' }, length),
    make('span', { class: 'number' }, number),
  ];
}
