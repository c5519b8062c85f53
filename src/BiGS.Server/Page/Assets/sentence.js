// The sentence that most sections read, and how much of it each model takes in.

import { copy } from './clipboard.js';
import { byId, make } from './elements.js';
import { examples } from './examples.js';
import * as link from './link.js';
import { Outcome } from './outcome.js';
import { ask } from './request.js';
import { words } from './text.js';

const typing = 200;

export function start(page) {
  const box = byId('sentence');

  const reading = new Outcome(byId('sentence-outcome'), async signal => {
    const text = box.value;
    const models = page.chosen();
    if (!text.trim()) {
      page.publish({ text: '', readings: new Map() });
      return 'Type a sentence.';
    }
    const read = await Promise.all(models.map(async model => ({ model, ...await ask('page/tokens', { model: model.name, text }, signal) })));
    page.publish({ text, readings: new Map(read.map(({ model, tokens, end }) => [model.name, { tokens, text: text.slice(0, end) }])) });
    const lengths = read.map(each => lengthOf(each, text));
    return new Set(lengths).size === 1 ? lengths[0] : read.map(({ model }, i) => `${model.name}: ${lengths[i]}`).join(' ');
  }, { wait: typing, lost: () => page.publish(null) });

  box.addEventListener('input', () => reading.run());
  page.addEventListener('models', () => reading.run());

  byId('examples').querySelector('ul').replaceChildren(...examples.map(example => make(
    'li', {}, make('button', { type: 'button', dir: 'auto', lang: example.language, click: () => choose(example) }, example.text))));

  function choose({ text, mask }) {
    box.value = text;
    byId('masked').value = mask;
    page.dispatchEvent(new Event('replaced'));
    byId('examples').open = false;
    byId('examples').querySelector('summary').focus();
    link.save();
    reading.run();
  }

  byId('copy-link').addEventListener('click', event => {
    const left = link.write();
    copy(event.currentTarget, location.href, left.length > 0 ? `Copied; the ${left.join(' and ')} is too long for a link` : 'Copied');
  });
}

/** How many tokens a model reads, and what it does not. */
function lengthOf({ tokens, total, end }, text) {
  if (total === tokens.length) {
    return `${total} tokens.`;
  }
  const left = words(text.slice(end)).length;
  return `${tokens.length} of ${total} tokens are read; the last ${left === 1 ? 'word is' : `${left} words are`} cut off.`;
}
