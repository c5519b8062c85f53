// One sentence with none to four nouns between its subject and its verb, and how likely each form of the verb is.

import { bar, byId, make, percent } from '../elements.js';
import { Outcome } from '../outcome.js';
import { ask, askEach } from '../request.js';

const between = [
  ['to the', 'cabinet', 'cabinets'],
  ['near the', 'door', 'doors'],
  ['of the', 'house', 'houses'],
  ['behind the', 'garden', 'gardens'],
];

export function start(page) {
  const form = document.querySelector('#agreement form');

  const outcome = new Outcome(document.querySelector('#agreement > .outcome'), async signal => {
    const number = Number(form.elements.number.value);
    const other = form.elements.between.value === 'other' ? 1 - number : number;
    const forms = byId('verb').value.split(' ');
    const noun = byId('noun').value.split(' ')[number];
    const phrases = between.map(([preposition, ...nouns]) => `${preposition} ${nouns[other]}`);
    const sentences = [0, 1, 2, 3, 4].map(count => [`The ${noun}`, ...phrases.slice(0, count), '[MASK] old.'].join(' '));
    const models = page.chosen('fills');
    return {
      answers: await askEach(models, model => likelihoods(page, model, sentences, forms, signal), signal),
      summary: good => good.map(({ model, value }) => {
        const right = value.filter(each => each[number] > each[1 - number]).length;
        const name = models.length > 1 ? `${model.name}: ` : '';
        return isKnown(value[0]) ? `${name}${right} of ${value.length} verbs in the right number.` : `${name}its vocabulary lacks “${forms.join('” or “')}”.`;
      }).join(' '),
      column: value => [make('ol', { class: 'sentences', start: 0 }, ...value.map((each, count) => row(noun, phrases.slice(0, count), forms, number, each)))],
      text: value => value.map((each, i) => [sentences[i], ...forms.flatMap((word, f) => [word, each[f]])].join('\t')).join('\n'),
    };
  });

  const run = () => page.chosen('fills').length > 0 ? outcome.run() : outcome.clear();
  form.addEventListener('submit', event => event.preventDefault());
  form.addEventListener('change', run);
  page.addEventListener('models', run);
}

/** Of each sentence, how likely each form is; null for one that is not one piece of the vocabulary. */
async function likelihoods(page, model, sentences, forms, signal) {
  const found = [];
  while (found.length < sentences.length) {
    const texts = sentences.slice(found.length, found.length + page.textsAtOnce);
    const { guesses } = await ask('page/guesses', { model: model.name, texts, words: forms, top: 1 }, signal);
    found.push(...guesses.map(([guess]) => guess.words));
  }
  return found;
}

function isKnown(likelihoods) {
  return likelihoods.every(likelihood => likelihood !== null);
}

function row(noun, phrases, forms, number, likelihoods) {
  const [right, wrong] = [likelihoods[number], likelihoods[1 - number]];
  const most = Math.max(...likelihoods, 1e-9);
  const share = isKnown(likelihoods) && percent(right / (right + wrong));
  const verdict = !isKnown(likelihoods) ? 'no prediction: one of the forms is not one piece of the vocabulary'
    : right > wrong ? `right, ${share} of the two` : `wrong, ${share} of the two for “${forms[number]}”`;
  return make(
    'li', { class: isKnown(likelihoods) && right <= wrong ? 'missed' : '' },
    make('p', { class: 'agreeing' }, make('b', {}, `The ${noun}`), ' ', ...phrases.flatMap(phrase => [make('span', { class: 'attractor' }, phrase), ' ']), make('span', { class: 'gap' }, '…'), ' old.'),
    make('div', { class: 'bars pair' }, ...forms.map((form, i) => make('div', {}, ...bar(form, likelihoods[i] / most, likelihoods[i] === null ? '–' : percent(likelihoods[i]), i === number ? 'right' : 'wrong')))),
    make('p', { class: 'verdict' }, verdict));
}
