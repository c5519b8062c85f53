// Elements of the page.

/** make('li', { class: 'fill' }, 'text', child, …); properties that are functions are listeners. */
export function make(tag, properties = {}, ...children) {
  const svg = ['svg', 'path', 'line', 'text', 'title'].includes(tag);
  const element = svg ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
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

/** A share as people read it. */
export function percent(share) {
  const hundredths = 100 * share;
  return `${hundredths >= 10 ? hundredths.toFixed(0) : hundredths >= 0.1 ? hundredths.toFixed(1) : hundredths > 0 ? '<0.1' : '0'} %`;
}

/** A word, a bar that is full at 1, and a number. */
export function bar(word, filled, number, kind = '') {
  const length = make('span', { class: 'length' });
  length.style.inlineSize = `${Math.max(0, Math.min(1, filled)) * 100}%`;
  return [
    make('span', { class: `word ${kind}` }, word),
    make('span', { class: `bar ${kind}`, 'aria-hidden': 'true' }, length),
    make('span', { class: 'number' }, number),
  ];
}

/** A column a model, under its name where there are two; what stands in it has headings of the next level. A model that failed says so. */
export function columns(place, models, answers, content) {
  const many = models.length > 1;
  place.classList.toggle('two', many);
  place.replaceChildren(...models.map((model, i) => make(
    'div', { class: `column model-${i + 1}` },
    many ? make('h3', { class: 'model-name' }, model.name) : null,
    ...(answers[i].failure ? [make('p', { class: 'failed', role: 'alert' }, answers[i].failure)] : content(answers[i], many ? 'h4' : 'h3')))));
}
