// Passages of the indexed documents that answer a question.

import { byId, make } from '../elements.js';
import { Outcome } from '../outcome.js';
import { ask, askEach } from '../request.js';
import { codeUnits } from '../text.js';

const shown = 10;

export function start(page) {
  const query = byId('query');
  const form = query.form;

  const outcome = new Outcome(document.querySelector('#documents > .outcome'), async signal => {
    const question = query.value.trim();
    if (!question) {
      return 'Type a question.';
    }
    const request = ['search', { question, top: shown, mode: form.elements.ranking.value }];
    return {
      answers: await askEach(page.chosen('searches'), async () => (await ask(...request, signal)).passages, signal),
      summary: ([{ value }]) => value.length === 0 ? 'No passage has any of these words.' : '',
      column: passages => [make('ol', { class: 'found' }, ...passages.map(row))],
      text: passages => passages.map(passage => `${place(passage)}\t${passage.text.replace(/\s+/g, ' ')}`).join('\n'),
      request: () => request,
    };
  });

  form.addEventListener('submit', event => {
    event.preventDefault();
    outcome.run();
  });
  form.addEventListener('change', event => event.target === query || outcome.isEmpty || outcome.run());
  page.addEventListener('models', () => page.chosen('searches').length > 0 && query.value.trim() ? outcome.run() : outcome.clear());
}

function row(passage) {
  return make(
    'li', {},
    make('p', { class: 'place' }, make('span', { dir: 'auto' }, place(passage)), make('span', { class: 'ranks' }, ranks(passage))),
    make('blockquote', { class: 'quote', dir: 'auto' }, ...highlighted(passage)));
}

function place({ file, line, page, title }) {
  return [title ? `${title} (${file})` : file, page === null ? null : `page ${page}`, line === null ? null : `line ${line}`].filter(Boolean).join(', ');
}

function ranks({ keyword_rank: words, vector_rank: vectors }) {
  return [words === null ? null : `no. ${words} by words`, vectors === null ? null : `no. ${vectors} by vectors`].filter(Boolean).join(', ');
}

/** The snippet with the question's words marked; places count characters in the route's answer. */
function highlighted({ text, snippet }) {
  const edges = codeUnits(snippet.text, snippet.highlights.flatMap(({ start, end }) => [start, end]));
  const nodes = [text.startsWith(snippet.text) ? '' : '… '];
  let at = 0;
  for (let i = 0; i < edges.length; i += 2) {
    nodes.push(snippet.text.slice(at, edges[i]), make('mark', {}, snippet.text.slice(edges[i], edges[i + 1])));
    at = edges[i + 1];
  }
  return [...nodes, snippet.text.slice(at), text.endsWith(snippet.text) ? '' : ' …'];
}
