// Words of the long text that answer the question.

import { bar, make, percent } from '../elements.js';
import { Outcome } from '../outcome.js';
import { ask, askEach } from '../request.js';
import { codeUnits } from '../text.js';

const shown = 3;
const around = 80;

export function start(page, longText) {
  const outcome = new Outcome(document.querySelector('#answers > .outcome'), async signal => {
    const { text, question } = longText;
    if (!text.trim() || !question) {
      return 'A text and a question are needed.';
    }
    const request = model => ['answer', { model: model.name, inputs: { question, context: text }, top: shown }];
    return {
      answers: await askEach(page.chosen('answers'), async model => located(text, await ask(...request(model), signal)), signal),
      summary: () => '',
      column: ({ answer, none, candidates }) => [make(
        'ol', { class: 'found' },
        ...(answer === null ? [make('li', {}, ...silence(none))] : []),
        ...candidates.map(candidate => make('li', {}, row(candidate.probability), quote(longText, text, candidate))),
        ...(answer !== null && none !== null ? [make('li', {}, ...silence(none))] : []))],
      text: ({ candidates }) => candidates.map(candidate => `${candidate.probability}\t${candidate.text}`).join('\n'),
      request: (_, model) => request(model),
    };
  });

  const run = () => page.chosen('answers').length > 0 ? outcome.run() : outcome.clear();
  longText.addEventListener('ask', run);
  page.addEventListener('models', () => outcome.isEmpty || run());
}

/** Places count characters in the route's answer. */
function located(text, [{ answer, no_answer_probability: none, candidates }]) {
  const starts = codeUnits(text, candidates.map(candidate => candidate.start));
  const ends = codeUnits(text, candidates.map(candidate => candidate.end));
  return { answer, none, candidates: candidates.map((candidate, i) => ({ ...candidate, start: starts[i], end: ends[i] })) };
}

function row(probability) {
  return make('div', { class: 'bars' }, make('div', {}, ...bar('', probability, percent(probability))));
}

function silence(probability) {
  return [row(probability), make('p', { class: 'note' }, 'The text does not say.')];
}

/** An answer among the words around it; choosing it shows it in the text. */
function quote(longText, text, { start, end }) {
  const [from, to] = [Math.max(0, start - around), Math.min(text.length, end + around)];
  const before = text.slice(from, start);
  const after = text.slice(end, to);
  return make(
    'button', { type: 'button', class: 'quote', dir: 'auto', title: 'Show it in the text', click: () => longText.select(start, end) },
    from > 0 ? before.replace(/^\S*\s/, '… ') : before, make('mark', {}, text.slice(start, end)), to < text.length ? after.replace(/\s\S*$/, ' …') : after);
}
