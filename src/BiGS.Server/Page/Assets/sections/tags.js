// A tag under every word of the sentence.

import { make, percent } from '../elements.js';
import { Outcome } from '../outcome.js';
import { ask, askEach } from '../request.js';

/** The tag of words that belong to nothing, in the usual schemes. */
const outside = 'O';

export function start(page) {
  const request = model => ['tag', { model: model.name, inputs: page.reading(model).text }];

  const outcome = new Outcome(document.querySelector('#tags > .outcome'), async signal => ({
    answers: await askEach(page.readers('tags'), async model => (await ask(...request(model), signal))[0].words, signal),
    summary: good => good.some(({ value }) => value.some(word => word.tag === outside)) ? `Words without a tag here are those that the model tags as ${outside}, outside.` : '',
    column: words => [make('ol', { class: 'flow', dir: 'auto' }, ...words.map(({ word, tag, probability }) => make(
      'li', { class: tag === outside ? '' : 'tagged' },
      make('span', { class: 'piece' }, word),
      ...(tag === outside ? [] : [make('span', { class: 'tag', dir: 'auto' }, tag), make('span', { class: 'number' }, percent(probability))]))))],
    text: words => words.map(({ word, tag, probability }) => [word, tag, probability].join('\t')).join('\n'),
    request: (_, model) => request(model),
  }));

  page.addEventListener('sentence', () => page.readers('tags').length > 0 ? outcome.run() : outcome.clear());
}
