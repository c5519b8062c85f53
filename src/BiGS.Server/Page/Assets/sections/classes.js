// The classes of the sentence, or of it and a second text.

import { bar, byId, make, percent } from '../elements.js';
import { Outcome } from '../outcome.js';
import { ask, askEach } from '../request.js';

const shown = 10;
const typing = 200;

export function start(page) {
  const second = byId('second');

  const request = model => {
    const { text } = page.reading(model);
    return ['predict', { model: model.name, inputs: second.value.trim() ? [[text, second.value]] : text, truncate: false }];
  };

  const outcome = new Outcome(document.querySelector('#classes > .outcome'), async signal => ({
    answers: await askEach(page.readers('classes'), async model => (await ask(...request(model), signal)).flat(), signal),
    summary: good => {
      const most = Math.max(...good.map(({ value }) => value.length));
      return most > shown ? `The ${shown} likeliest of ${most} classes.` : '';
    },
    column: classes => [make('ol', { class: 'bars' }, ...classes.slice(0, shown).map(({ label, score }) => make(
      'li', {}, ...bar(label, score, classes.length > 1 ? percent(score) : score.toFixed(3)))))],
    text: classes => classes.map(({ label, score }) => `${label}\t${score}`).join('\n'),
    request: (_, model) => request(model),
  }), { wait: typing });

  const run = () => page.readers('classes').length > 0 ? outcome.run() : outcome.clear();
  second.addEventListener('input', run);
  page.addEventListener('sentence', run);
}
