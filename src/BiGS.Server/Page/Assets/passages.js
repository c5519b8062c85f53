// A long text as passages and vectors, and those that are nearest a question.

import { ask, askEach, newest, say } from './server.js';
import { bar, columns, make } from './elements.js';

const shown = 5;

const example = `The river rises in the hills as three small streams, which meet below the old mill. From there it runs south for two hundred miles, past farms and quiet towns, and grows wider at every bend. In spring the melting snow doubles its depth within a week. At its mouth it parts into many arms, and the fresh water mixes with the salt of the sea.

Bread needs flour, water, salt and time. The baker mixes them in the evening and lets the dough rest through the night, while yeast feeds on its sugar and fills it with small bubbles of gas. At four in the morning the loaves go into a hot oven with a little steam, so that the crust stays soft until they have risen. A loaf is done when it sounds hollow.

The town's library was founded in 1871 by a doctor who had no children. He left it his house, his books, and a sum of money whose interest still pays for the lamps. Anyone may read there, and anyone who lives in the town may take home six books at a time. The oldest of them is a book of maps, printed in Venice, which is shown once a year.

Bees do not sleep through the cold months. When the days get short the queen lays fewer eggs, and the workers gather around her in a ball. They shiver with the muscles of their wings to make heat, take turns at the outside, and live on the honey that they stored in summer. A strong colony eats some thirty pounds of it before the first flowers open.

The night train left the capital at nine and reached the coast at dawn. Its sleeping cars had dark blue curtains and brass lamps, and a steward brought tea before the last tunnel. When the motorway was built fewer people took it every year; the last one ran in 1994, with eleven passengers and a brass band.

The Moon shows the Earth always the same side, because it turns around itself in the time in which it goes around the Earth. This was not always so: tides in its rock slowed it down over many millions of years. In the same way it slows the Earth, whose days grow longer by about two thousandths of a second in a century.`;

export function start(page) {
  const form = document.getElementById('passages-form');
  const text = document.getElementById('text');
  const question = document.getElementById('question');
  const progress = document.getElementById('embedding');
  const status = document.getElementById('passages-status');
  const place = document.getElementById('found');
  const kept = new Map();
  text.value = example;

  const find = newest(async signal => {
    if (!text.value.trim() || !question.value.trim()) {
      say(status, 'A text and a question are needed.');
      return;
    }
    const models = page.chosen('embeds');
    say(status, 'Reading.');
    const answers = await askEach(models, async model => {
      const [asked] = await vectors(model, [question.value], signal);
      const passages = await embedded(model, text.value, signal);
      return { nearest: passages.map(passage => ({ ...passage, score: dot(asked, passage.vector) })).sort((a, b) => b.score - a.score) };
    }, signal);
    columns(place, models, answers, ({ nearest }) => [make('ol', { class: 'found' }, ...nearest.slice(0, shown).map(each => passage(each, nearest)))]);
    say(status, 'Bars grow from the farthest passage to the nearest; the number is the cosine.');
  }, status, 0);

  /** A text's passages with their vectors; asked once for a text and a model. */
  async function embedded(model, whole, signal) {
    const last = kept.get(model.name);
    if (last?.whole === whole) {
      return last.passages;
    }
    const { passages } = await ask('page/passages', { model: model.name, text: whole }, signal);
    try {
      progress.hidden = false;
      for (let at = 0; at < passages.length; at += page.textsAtOnce) {
        progress.value = at / passages.length;
        const some = passages.slice(at, at + page.textsAtOnce);
        (await vectors(model, some.map(({ start, end }) => whole.slice(start, end)), signal)).forEach((vector, i) => { some[i].vector = vector; });
      }
    } finally {
      progress.hidden = true;
    }
    kept.set(model.name, { whole, passages });
    return passages;
  }

  function passage({ start, end, score }, all) {
    const [most, least] = [all[0].score, all.at(-1).score];
    return make(
      'li', {},
      make('div', { class: 'bars' }, make('div', {}, ...bar('', most > least ? (score - least) / (most - least) : 1, score.toFixed(3)))),
      make('button', { type: 'button', class: 'quote', title: 'Show it in the text', click: () => select(start, end) }, text.value.slice(start, end)));
  }

  function select(start, end) {
    text.focus();
    text.setSelectionRange(start, end);
    const line = parseFloat(getComputedStyle(text).lineHeight);
    const perLine = Math.max(20, text.clientWidth / (parseFloat(getComputedStyle(text).fontSize) * 0.5));
    text.scrollTop = Math.max(0, start / perLine * line - text.clientHeight / 3);
  }

  form.addEventListener('submit', event => {
    event.preventDefault();
    find();
  });
  page.whenModelsChange(() => place.childElementCount > 0 && find());
}

async function vectors(model, texts, signal) {
  const answer = await ask('v1/embeddings', { model: model.name, input: texts }, signal);
  return answer.data.map(item => item.embedding);
}

function dot(a, b) {
  return a.reduce((sum, x, i) => sum + x * b[i], 0);
}
