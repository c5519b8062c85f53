// What the page is about: the models that are chosen, and the sentence that is typed.

import { ask } from './server.js';
import { make } from './elements.js';
import * as words from './words.js';
import * as agreement from './agreement.js';
import * as kernels from './kernels.js';
import * as passages from './passages.js';

const first = document.getElementById('model');
const beside = document.getElementById('beside');
const ofModels = new Set();
const ofSentence = new Set();
let models = [];

const page = {
  textsAtOnce: 1,

  /** The chosen models that can do something: fills, kernels, embeds. */
  chosen: ability => [...new Set([first.value, beside.value])].map(name => models.find(model => model.name === name)).filter(model => model?.[ability]),
  whenModelsChange: listener => ofModels.add(listener),
  whenSentenceChanges: listener => ofSentence.add(listener),
  sentenceChanged: sentence => ofSentence.forEach(listener => listener(sentence)),
};

async function begin() {
  const served = await ask('page/models');
  models = served.models;
  page.textsAtOnce = served.texts_at_once;
  first.replaceChildren(...models.map(model => make('option', { value: model.name }, model.name)));
  beside.replaceChildren(make('option', { value: '' }, 'none'), ...models.map(model => make('option', { value: model.name }, model.name)));
  document.getElementById('beside-label').hidden = models.length < 2;
  beside.value = models.length === 2 ? models[1].name : '';
  const parts = [[kernels, 'kernels', 'kernels'], [words, 'words', 'fills'], [agreement, 'agreement', 'fills'], [passages, 'passages', 'embeds']];
  for (const [part, id, ability] of parts) {
    const can = models.some(model => model[ability]);
    document.getElementById(id).hidden = !can;
    document.querySelector(`nav a[href="#${id}"]`).hidden = !can;
    if (can) {
      part.start(page);
    }
  }
  for (const select of [first, beside]) {
    select.addEventListener('change', () => ofModels.forEach(listener => listener()));
  }
}

begin().catch(failure => {
  const trouble = document.getElementById('trouble');
  trouble.textContent = failure.message;
  trouble.hidden = false;
});
