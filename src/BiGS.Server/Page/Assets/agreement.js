// One sentence with none to four nouns between its subject and its verb, and how likely either form of the verb is.

import { ask, askEach, newest, say } from './server.js';
import { bar, columns, make, percent } from './elements.js';

const between = [
  ['to the', 'cabinet', 'cabinets'],
  ['near the', 'door', 'doors'],
  ['of the', 'house', 'houses'],
  ['behind the', 'garden', 'gardens'],
];

export function start(page) {
  const form = document.getElementById('agreement-form');
  const status = document.getElementById('agreement-status');
  const place = document.getElementById('agreements');

  const show = newest(async signal => {
    const models = page.chosen('fills');
    if (models.length === 0) {
      place.replaceChildren();
      say(status, 'No model that is chosen fills masks.');
      return;
    }
    const number = Number(form.elements.number.value);
    const other = form.elements.between.value === 'other' ? 1 - number : number;
    const forms = document.getElementById('verb').value.split(' ');
    const noun = document.getElementById('noun').value.split(' ')[number];
    const phrases = between.map(([words, ...nouns]) => `${words} ${nouns[other]}`);
    const sentences = [0, 1, 2, 3, 4].map(count => [`The ${noun}`, ...phrases.slice(0, count), '[MASK] old.'].join(' '));
    const answers = await askEach(models, model => ask('page/guesses', { model: model.name, texts: sentences, words: forms, top: 1 }, signal), signal);
    columns(place, models, answers, ({ guesses }) => [make('ol', { class: 'sentences', start: 0 }, ...guesses.map(
      ([guess], count) => row(noun, phrases.slice(0, count), forms, number, guess.words)))]);
    const right = answers.map(({ guesses }) => guesses?.filter(([guess]) => guess.words[number] > guess.words[1 - number]).length ?? 'None');
    say(status, models.map((model, m) => `${models.length > 1 ? `${model.name}: ` : ''}${right[m]} of 5 verbs in the right number.`).join(' '));
  }, status);

  form.addEventListener('submit', event => event.preventDefault());
  form.addEventListener('change', show);
  page.whenModelsChange(show);
  show();
}

function row(noun, phrases, forms, number, words) {
  const isKnown = words.every(word => word !== null);
  const [right, wrong] = [words[number], words[1 - number]];
  const most = Math.max(...words.filter(word => word !== null), 1e-9);
  const verdict = !isKnown ? 'these forms are not single pieces of the vocabulary'
    : right > wrong ? `right, ${percent(right / (right + wrong))} of the two` : `wrong, ${percent(right / (right + wrong))} of the two for “${forms[number]}”`;
  return make(
    'li', { class: isKnown && right <= wrong ? 'missed' : '' },
    make('p', { class: 'agreeing' }, make('b', {}, `The ${noun}`), ' ', ...phrases.flatMap(phrase => [make('span', { class: 'attractor' }, phrase), ' ']), make('span', { class: 'gap' }, '…'), ' old.'),
    make('div', { class: 'bars pair' }, ...forms.map((form, i) => make('div', {}, ...bar(form, words[i] / most, words[i] === null ? '–' : percent(words[i]), i === number ? 'right' : 'wrong')))),
    make('p', { class: 'verdict' }, verdict));
}
