// A sentence whose words are hidden by choosing them, and what the models put there.

import { ask, askEach, newest, say } from './server.js';
import { bar, columns, make, percent } from './elements.js';

const mask = '[MASK]';
const shown = 5;
const wordsOf = /\[MASK\]|[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*/gu;

export function start(page) {
  const sentence = document.getElementById('sentence');
  const chips = document.getElementById('chips');
  const status = document.getElementById('words-status');
  const fills = document.getElementById('fills');
  let hidden = new Set();

  const show = newest(async signal => {
    const words = parts(sentence.value).filter(part => part.word);
    const models = page.chosen('fills');
    const chosen = words.filter((word, i) => isHidden(word, i));
    if (chosen.length === 0 || models.length === 0) {
      fills.replaceChildren();
      say(status, models.length === 0 ? 'No model that is chosen fills masks.' : words.length > 0 ? 'Choose a word.' : 'Type a sentence.');
      return;
    }
    const text = parts(sentence.value).map(part => part.word && isHidden(part, part.index) ? mask : part.text).join('');
    const originals = chosen.map(word => word.text === mask ? null : word.text);
    const answers = await askEach(models, model => ask(
      'page/guesses', { model: model.name, texts: [text], words: originals.map(word => word ?? ''), top: shown }, signal), signal);
    columns(fills, models, answers, ({ guesses }, heading) => guesses[0].map((guess, g) => fill(heading, guess, originals[g], guess.words[g])));
    say(status, chosen.length === 1 ? 'One word is hidden.' : `${chosen.length} words are hidden; each is guessed by itself.`);
  }, status);

  function isHidden(word, index) {
    return word.text === mask || hidden.has(index);
  }

  function draw() {
    chips.replaceChildren(...parts(sentence.value).map(part => part.word
      ? make('button', {
        type: 'button', class: 'chip', 'aria-pressed': String(isHidden(part, part.index)), disabled: part.text === mask,
        click: event => toggle(part.index, event.currentTarget),
      }, part.text)
      : part.text));
    show();
    page.sentenceChanged(sentence.value);
  }

  function toggle(index, chip) {
    hidden.delete(index) || hidden.add(index);
    chip.setAttribute('aria-pressed', String(hidden.has(index)));
    show();
  }

  sentence.addEventListener('input', () => {
    hidden = new Set();
    draw();
  });
  chips.addEventListener('keydown', event => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const all = [...chips.querySelectorAll('button:not(:disabled)')];
    const next = step && all[all.indexOf(document.activeElement) + step];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  });
  page.whenModelsChange(show);
  const first = parts(sentence.value).filter(part => part.word);
  hidden.add(first.length - 1);
  draw();
}

/** The text as words, numbered, and what stands between them. */
function parts(text) {
  const found = [];
  let at = 0;
  let index = 0;
  for (const match of text.matchAll(wordsOf)) {
    if (match.index > at) {
      found.push({ text: text.slice(at, match.index), word: false });
    }
    found.push({ text: match[0], word: true, index: index++ });
    at = match.index + match[0].length;
  }
  if (at < text.length) {
    found.push({ text: text.slice(at), word: false });
  }
  return found;
}

function fill(heading, guess, original, likelihood) {
  const isOriginal = candidate => original !== null && candidate.token === original.toLowerCase();
  const rows = guess.candidates.map(candidate => make(
    'li', {}, ...bar(candidate.token, candidate.probability, percent(candidate.probability), isOriginal(candidate) ? 'right' : ''),
    isOriginal(candidate) ? make('span', { class: 'unseen' }, 'the hidden word') : null));
  if (original !== null && !guess.candidates.some(isOriginal)) {
    rows.push(likelihood === null
      ? make('li', { class: 'apart note' }, `“${original}” is more than one piece of the vocabulary.`)
      : make('li', { class: 'apart' }, ...bar(original, likelihood, percent(likelihood), 'right')));
  }
  return make('div', { class: 'fill' }, make(heading, {}, original === null ? mask : `Instead of “${original}”`), make('ol', { class: 'bars' }, ...rows));
}
