// The page: which models are chosen, which sections they can fill, and the sentence that these read.

import { byId, make } from './elements.js';
import * as link from './link.js';
import { LongText } from './longtext.js';
import { Outcome } from './outcome.js';
import { ask } from './request.js';
import * as sentence from './sentence.js';
import * as agreement from './sections/agreement.js';
import * as answers from './sections/answers.js';
import * as classes from './sections/classes.js';
import * as documents from './sections/documents.js';
import * as kernels from './sections/kernels.js';
import * as masks from './sections/masks.js';
import * as search from './sections/search.js';
import * as similarity from './sections/similarity.js';
import * as tags from './sections/tags.js';

const model = byId('model');
const beside = byId('beside');
const sections = [...document.querySelectorAll('section[data-needs]')];

/**
 * What the sections share. Events: "models" when others are chosen, "sentence" when the models have read it, "replaced" when its text is another one
 * altogether.
 */
class Page extends EventTarget {
  models = [];
  textsAtOnce = 1;
  payloadLimit = 0;

  /** { text, readings: by the names of models }; null where the server did not say how they read it. */
  sentence = null;

  /** The chosen models that can do something; all of them without a name for it. */
  chosen(ability) {
    return [...new Set([model.value, beside.value])]
      .map(name => this.models.find(each => each.name === name))
      .filter(each => each && (!ability || each[ability]));
  }

  /** Those of them that have read the sentence. */
  readers(ability) {
    return this.chosen(ability).filter(({ name }) => this.sentence?.readings.has(name));
  }

  /** The sentence as a model reads it: { tokens, text }, the text cut where the model stops. */
  reading(model) {
    return this.sentence.readings.get(model.name);
  }

  publish(read) {
    this.sentence = read;
    this.dispatchEvent(new Event('sentence'));
  }
}

const page = new Page();

const start = new Outcome(byId('start'), async signal => {
  const served = await ask('page/models', null, signal);
  Object.assign(page, { models: served.models, textsAtOnce: served.texts_at_once, payloadLimit: served.payload_limit });
  const options = () => page.models.map(each => make('option', { value: each.name }, each.name));
  model.replaceChildren(...options());
  beside.replaceChildren(make('option', { value: '' }, 'no other'), ...options());
  beside.options[page.models.length === 2 ? 2 : 0].defaultSelected = true;
  byId('beside-label').hidden = page.models.length < 2;
  page.addEventListener('models', showSections);
  const longText = new LongText(page);
  for (const part of [masks, classes, tags, agreement, similarity, answers, search, documents, kernels]) {
    part.start(page, longText);
  }
  link.restore();
  link.follow(() => {
    page.dispatchEvent(new Event('replaced'));
    page.dispatchEvent(new Event('models'));
  });
  sentence.start(page);
  page.dispatchEvent(new Event('models'));
  keepInView(byId(link.place()));
  return '';
});

/** The sections for what the chosen models can do, and links to them. */
function showSections() {
  Outcome.namesModels = page.chosen().length > 1;
  for (const section of sections) {
    section.hidden = !section.dataset.needs.split(' ').some(ability => page.chosen(ability).length > 0);
  }
  document.querySelector('nav ul').replaceChildren(...sections.filter(section => !section.hidden).map(section => make(
    'li', {}, make('a', { href: `#${section.id}` }, byId(section.getAttribute('aria-labelledby')).textContent))));
}

/** Leads to a section, and stays there while those above it fill, until the person does something. */
function keepInView(section) {
  if (section) {
    const observer = new ResizeObserver(() => section.scrollIntoView({ behavior: 'instant' }));
    observer.observe(byId('results'));
    for (const kind of ['wheel', 'touchstart', 'pointerdown', 'keydown']) {
      addEventListener(kind, () => observer.disconnect(), { once: true, passive: true });
    }
  }
}

for (const select of [model, beside]) {
  select.addEventListener('change', () => page.dispatchEvent(new Event('models')));
}

// The fragment of the address holds the page's state: links within the page lead to their places without changing it.
document.addEventListener('click', event => {
  const anchor = event.target.closest('a[href^="#"]');
  const place = anchor && byId(anchor.hash.slice(1));
  if (place) {
    event.preventDefault();
    link.goTo(place.id);
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
    place.scrollIntoView();
  }
});

start.run();
