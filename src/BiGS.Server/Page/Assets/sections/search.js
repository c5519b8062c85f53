// Passages of the long text whose vectors are most similar to the question's.

import { bar, make } from '../elements.js';
import { Outcome } from '../outcome.js';
import { ask, askEach } from '../request.js';
import { cosine, vectors } from '../vectors.js';

const shown = 5;

export function start(page, longText) {
  const kept = new Map();

  const outcome = new Outcome(document.querySelector('#search > .outcome'), async (signal, progress) => {
    const { text, question } = longText;
    if (!text.trim() || !question) {
      return 'A text and a question are needed.';
    }
    return {
      answers: await askEach(page.chosen('embeds'), async model => {
        const [asked] = await vectors(page, model, [question], signal);
        const passages = await embedded(model, text, signal, progress);
        return passages.map(passage => ({ ...passage, score: cosine(asked, passage.vector) })).sort((a, b) => b.score - a.score);
      }, signal),
      summary: ([{ value }]) => value.length > shown ? `The ${shown} nearest of ${value.length} passages, with cosines.` : 'All passages, with cosines.',
      column: ranked => [make('ol', { class: 'found' }, ...ranked.slice(0, shown).map(passage => row(longText, text, passage, ranked)))],
      text: ranked => ranked.slice(0, shown).map(({ start, end, score }) => `${score}\t${text.slice(start, end)}`).join('\n'),
      request: (ranked, model) => ['similarity', {
        model: model.name,
        inputs: { source_sentence: question, sentences: ranked.slice(0, Math.min(shown, page.textsAtOnce)).map(({ start, end }) => text.slice(start, end)) },
      }],
    };
  });

  /** A text's passages with their vectors. Those of the last text are kept, also when the rest was cancelled. */
  async function embedded(model, text, signal, progress) {
    if (kept.get(model.name)?.text !== text) {
      kept.set(model.name, { text, ...await ask('page/passages', { model: model.name, text }, signal) });
    }
    const { passages } = kept.get(model.name);
    for (let missing = passages.filter(passage => !passage.vector); missing.length > 0; missing = missing.slice(page.textsAtOnce)) {
      progress(1 - missing.length / passages.length);
      const some = missing.slice(0, page.textsAtOnce);
      const found = await vectors(page, model, some.map(({ start, end }) => text.slice(start, end)), signal, { truncate: true }); // a word may be longer than a passage
      some.forEach((passage, i) => { passage.vector = found[i]; });
    }
    return passages;
  }

  const run = () => page.chosen('embeds').length > 0 ? outcome.run() : outcome.clear();
  longText.addEventListener('ask', run);
  page.addEventListener('models', () => outcome.isEmpty || run());
}

/** Bars grow from the farthest passage to the nearest. Choosing a passage shows it in the text. */
function row(longText, text, { start, end, score }, ranked) {
  const [most, least] = [ranked[0].score, ranked.at(-1).score];
  return make(
    'li', {},
    make('div', { class: 'bars' }, make('div', {}, ...bar('', most > least ? (score - least) / (most - least) : 1, score.toFixed(3)))),
    make('button', { type: 'button', class: 'quote', dir: 'auto', title: 'Show it in the text', click: () => longText.select(start, end) }, text.slice(start, end)));
}
