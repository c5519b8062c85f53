// Other texts by their similarity to the sentence.

import { bar, byId, make } from '../elements.js';
import { Outcome } from '../outcome.js';
import { askEach } from '../request.js';
import { cosine, vectors } from '../vectors.js';

const mostLines = 100;
const typing = 400;

export function start(page) {
  const others = byId('others');

  const outcome = new Outcome(document.querySelector('#similarity > .outcome'), async signal => {
    const lines = others.value.split('\n').map(line => line.trim()).filter(Boolean);
    const compared = lines.slice(0, mostLines);
    if (lines.length === 0) {
      return 'Type a text to compare with.';
    }
    return {
      answers: await askEach(page.readers('embeds'), async model => {
        const [sentence, ...found] = await vectors(page, model, [page.reading(model).text, ...compared], signal);
        return compared.map((text, i) => ({ text, score: cosine(sentence, found[i]) })).sort((a, b) => b.score - a.score);
      }, signal),
      summary: () => lines.length > mostLines ? `The first ${mostLines} of ${lines.length} texts are compared.` : '',
      column: ranked => [make('ol', { class: 'bars texts' }, ...ranked.map(({ text, score }) => make('li', {}, ...bar(text, score, score.toFixed(3)))))],
      text: ranked => ranked.map(({ text, score }) => `${score}\t${text}`).join('\n'),
      request: (_, model) => ['similarity', { model: model.name, inputs: { source_sentence: page.reading(model).text, sentences: compared.slice(0, page.textsAtOnce) }, parameters: { truncate: false } }],
    };
  }, { wait: typing });

  const run = () => page.readers('embeds').length > 0 ? outcome.run() : outcome.clear();
  others.addEventListener('input', run);
  page.addEventListener('sentence', run);
}
