// The kernels of each layer: as weights of the sentence's tokens for one that is chosen, and as curves.

import { byId, hundredths, make } from '../elements.js';
import { Outcome } from '../outcome.js';
import { ask, askEach } from '../request.js';
import { rove, setStop } from '../roving.js';
import { curve, half, middle } from './curves.js';

export function start(page) {
  const layerSelect = byId('layer');
  const layersOf = new Map();
  let focus = null;
  const most = Math.max(0, ...page.models.map(model => model.kernels));
  layerSelect.replaceChildren(...Array.from({ length: most }, (_, i) => make('option', { value: i + 1 }, i + 1)));

  const outcome = new Outcome(document.querySelector('#kernels > .outcome'), async signal => {
    const models = page.readers('kernels');
    const last = Math.min(...models.map(model => page.reading(model).tokens.length)) - 1;
    focus = Math.min(focus ?? last >> 1, last);
    return {
      answers: await askEach(models, async model => ({ layers: await layers(model, signal), tokens: page.reading(model).tokens }), signal),
      summary: () => '',
      column: value => [flow(value), make('div', { class: 'curves' }, ...value.layers.map(curve))],
      text: ({ layers, tokens }) => layers.map(layer => tokens.map((token, i) => [layer.layer, token, weights(layer, tokens, focus)[i].share].join('\t')).join('\n')).join('\n'),
    };
  });

  async function layers(model, signal) {
    layersOf.has(model.name) || layersOf.set(model.name, (await ask(`page/kernels?model=${encodeURIComponent(model.name)}`, null, signal)).layers);
    return layersOf.get(model.name);
  }

  /** The sentence's tokens, with their weights for the chosen one, in the sentence's direction: [CLS] is Latin in every language. */
  function flow({ layers, tokens }) {
    const { direction } = getComputedStyle(byId('sentence'));
    const list = make('div', { class: 'flow', dir: direction, role: 'toolbar', 'aria-label': 'Tokens of the sentence, with their weight for the one that is pressed' }, ...tokens.map(
      (token, i) => make(
        'button', { type: 'button', class: 'token', click: () => choose(i) },
        make('span', { class: 'piece' }, token), make('span', { class: 'strip', 'aria-hidden': 'true' }), make('span', { class: 'number' }))));
    list.update = () => {
      const at = Math.min(focus, tokens.length - 1);
      weigh(list, weights(layers[Math.min(layerSelect.value, layers.length) - 1], tokens, at), at);
    };
    list.update();
    rove(list);
    return list;
  }

  /** Every column shows the same place of the sentence, as far as the models cut it into the same tokens. */
  function choose(i) {
    focus = i;
    update();
  }

  function update() {
    document.querySelectorAll('#kernels .flow').forEach(list => list.update());
  }

  function weigh(list, found, at) {
    const most = Math.max(...found.map(({ share }) => share), 1e-9);
    [...list.children].forEach((button, i) => {
      const { share, isNear } = found[i];
      button.setAttribute('aria-pressed', String(i === at));
      button.classList.toggle('near', isNear);
      button.style.setProperty('--share', Math.sqrt(share / most).toFixed(3));
      button.querySelector('.number').textContent = hundredths(share);
    });
    setStop(list, list.children[at]);
  }

  layerSelect.addEventListener('change', update);
  page.addEventListener('sentence', () => page.readers('kernels').length > 0 ? outcome.run() : outcome.clear());
}

/**
 * What a layer's kernels give each token for the one in focus: a token before it is weighed by the forward kernel, one behind it by the backward kernel,
 * itself by both.
 */
function weights(layer, tokens, focus) {
  const [forward, backward] = [shares(layer.forward), shares(layer.backward)];
  const [before, behind] = [layer.forward, layer.backward].map(kernels => middle(kernels, half));
  return tokens.map((_, i) => ({
    share: (i < focus ? forward[focus - i] : i > focus ? backward[i - focus] : (forward[0] + backward[0]) / 2) ?? 0,
    isNear: i <= focus ? focus - i <= before : i - focus <= behind,
  }));
}

/** The share of a direction's weight at each distance, the mean of its kernels. */
function shares(kernels) {
  const sums = kernels.map(kernel => kernel.values.reduce((sum, value) => sum + Math.abs(value), 0) || 1);
  return kernels[0].values.map((_, l) => kernels.reduce((sum, kernel, k) => sum + Math.abs(kernel.values[l]) / sums[k], 0) / kernels.length);
}
