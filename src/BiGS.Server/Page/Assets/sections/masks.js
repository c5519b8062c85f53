// Words of the sentence that are masked by choosing them, and what the models predict there.

import { bar, byId, make, percent } from '../elements.js';
import * as link from '../link.js';
import { Outcome } from '../outcome.js';
import { ask, askEach } from '../request.js';
import { rove, setStop } from '../roving.js';
import { carryOver, mask, parts, words } from '../text.js';

const shown = 5;
const mostMasked = 20;
const long = 40;

export function start(page) {
  const chips = byId('chips');
  const masked = byId('masked');
  let before = null;

  const outcome = new Outcome(document.querySelector('#masks > .outcome'), async signal => {
    const models = page.readers('fills');
    const hidden = chosen();
    if (!shownWords().some((word, i) => word === mask || hidden.has(i))) {
      return 'Choose a word.';
    }
    return {
      answers: await askEach(models, model => predictions(model, hidden, signal), signal),
      summary: () => hidden.size === mostMasked ? `${mostMasked} words are masked, the most at a time.` : '',
      column: ({ originals, guesses, pieces, given }, heading) => originals.length === 0
        ? [make('p', { class: 'note' }, 'The masked words lie where this model no longer reads.')]
        : guesses[0].map((guess, g) => fill(heading, guess, originals[g], pieces[given.indexOf(originals[g])], guess.words[given.indexOf(originals[g])])),
      text: ({ originals, guesses }) => guesses[0].flatMap((guess, g) => guess.candidates.map(
        candidate => [originals[g] ?? mask, candidate.token, candidate.probability].join('\t'))).join('\n'),
      request: (value, model) => ['fill-mask', { model: model.name, inputs: value.text, top: shown }],
    };
  }, { wait: 50 });

  async function predictions(model, hidden, signal) {
    const read = parts(page.reading(model).text);
    const isMasked = part => part.text === mask || hidden.has(part.index);
    const text = read.map(part => isMasked(part) ? mask : part.text).join('');
    const originals = read.filter(part => part.index !== undefined && isMasked(part)).map(part => part.text === mask ? null : part.text);
    const given = [...new Set(originals.filter(original => original !== null))];
    return originals.length === 0
      ? { originals, text, guesses: [[]] }
      : { originals, text, given, ...await ask('page/guesses', { model: model.name, texts: [text], words: given, top: shown }, signal) };
  }

  /** Numbers of the words that are masked by choice, not more than are allowed. */
  function chosen() {
    const all = shownWords();
    const numbers = masked.value.split(',').filter(number => number in all && all[number] !== mask).map(Number);
    return new Set(numbers.slice(0, mostMasked));
  }

  /** As far as any of the models reads. */
  function shownText() {
    return page.readers('fills').map(model => page.reading(model).text).reduce((a, b) => a.length > b.length ? a : b, '');
  }

  function shownWords() {
    return words(shownText());
  }

  function draw() {
    const hidden = chosen();
    const text = shownText();
    chips.classList.toggle('long', words(text).length > long);
    chips.replaceChildren(...parts(text).map(part => part.index === undefined ? part.text : make('button', {
      type: 'button', class: 'chip', 'aria-pressed': String(part.text === mask || hidden.has(part.index)), disabled: part.text === mask,
      'data-index': part.index, 'aria-disabled': hidden.size === mostMasked && !hidden.has(part.index) && 'true',
    }, part.text)), page.sentence.text.length > text.length ? make('span', { class: 'note' }, ' …') : '');
    setStop(chips);
  }

  chips.addEventListener('click', event => {
    const chip = event.target.closest('.chip:not([aria-disabled])');
    if (chip) {
      const hidden = chosen();
      const index = Number(chip.dataset.index);
      hidden.delete(index) || hidden.add(index);
      masked.value = [...hidden].sort((a, b) => a - b).join(',');
      link.save();
      draw();
      chips.querySelector(`[data-index="${index}"]`).focus();
      outcome.run();
    }
  });
  rove(chips);

  page.addEventListener('replaced', () => { before = null; });
  page.addEventListener('sentence', () => {
    if (page.readers('fills').length === 0) {
      chips.replaceChildren();
      outcome.clear();
      return;
    }
    const now = words(page.sentence.text);
    if (before) {
      masked.value = carryOver(before, now, masked.value.split(',').filter(Boolean).map(Number)).join(',');
      link.save();
    }
    before = now;
    draw();
    outcome.run();
  });
}

/** The likeliest words for a mask, and the word that stood there, which piece of the vocabulary it is and how likely. */
function fill(heading, guess, original, piece, likelihood) {
  const isOriginal = candidate => original !== null && candidate.token === piece;
  const rows = guess.candidates.map(candidate => make(
    'li', {}, ...bar(candidate.token.replace(/^##(?=.)/, '…'), candidate.probability, percent(candidate.probability), isOriginal(candidate) ? 'right' : ''),
    isOriginal(candidate) ? make('span', { class: 'unseen' }, 'the masked word') : null));
  if (original !== null && !guess.candidates.some(isOriginal)) {
    rows.push(typeof likelihood === 'number'
      ? make('li', { class: 'apart' }, ...bar(original, likelihood, percent(likelihood), 'right'))
      : make('li', { class: 'apart note' }, '“', make('bdi', {}, original), '” is not one piece of the vocabulary, so it has no probability here.'));
  }
  return make(
    'div', { class: 'fill' },
    make(heading, {}, ...(original === null ? [mask] : ['Instead of “', make('bdi', {}, original), '”'])), make('ol', { class: 'bars' }, ...rows));
}
