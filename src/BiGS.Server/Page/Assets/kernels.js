// The kernels of each layer as curves, and on the sentence: what the layer hears at a token that is chosen.

import { ask, askEach, newest, say } from './server.js';
import { columns, make } from './elements.js';

const drawn = 32;
const wide = 320;
const high = 96;
const mostTokens = 64;

export function start(page) {
  const status = document.getElementById('kernels-status');
  const place = document.getElementById('kernel-panels');
  const kernels = new Map();
  let sentence = '';
  let focus = null;

  const show = newest(async signal => {
    const models = page.chosen('kernels');
    if (models.length === 0) {
      place.replaceChildren();
      say(status, 'No model that is chosen has kernels: attention routes in it.');
      return;
    }
    const answers = await askEach(models, async model => {
      kernels.has(model.name) || kernels.set(model.name, (await ask(`page/kernels?model=${encodeURIComponent(model.name)}`, null, signal)).layers);
      const { tokens } = await ask('page/tokens', { model: model.name, text: sentence }, signal);
      return { layers: kernels.get(model.name), tokens: tokens.slice(0, mostTokens) };
    }, signal);
    const last = Math.min(...answers.map(({ tokens }) => tokens?.length ?? mostTokens)) - 1;
    focus = Math.min(focus ?? last >> 1, last);
    columns(place, models, answers, ({ layers, tokens }) => panel(layers, tokens));
    say(status, answers.some(({ tokens }) => tokens?.length === mostTokens) ? `The first ${mostTokens} tokens are shown.` : '');
  }, status, 200);

  function panel(layers, tokens) {
    const table = make('table', { class: 'hearing' });
    const curves = make('div', { class: 'curves' }, ...layers.map(curve));
    drawTable(table, layers, tokens);
    return [make('div', { class: 'scrolled', tabindex: '0', role: 'group', 'aria-label': 'What each layer hears at the chosen token' }, table), curves];
  }

  function drawTable(table, layers, tokens) {
    const head = make('tr', {}, make('th', { scope: 'col', class: 'corner' }, make('span', { class: 'unseen' }, 'Layer')), ...tokens.map((token, i) => make(
      'th', { scope: 'col' },
      make('button', { type: 'button', class: 'token', 'aria-pressed': String(i === focus), click: () => choose(table, layers, tokens, i) }, token))));
    table.replaceChildren(
      make('caption', { class: 'unseen' }, `What each layer hears at “${tokens[focus]}”, in hundredths of its hearing`),
      make('thead', {}, head),
      make('tbody', {}, ...layers.map(layer => hearing(layer, tokens, focus))));
  }

  function choose(table, layers, tokens, i) {
    focus = i;
    drawTable(table, layers, tokens);
    table.querySelectorAll('button')[i].focus();
  }

  page.whenModelsChange(show);
  page.whenSentenceChanges(text => {
    sentence = text;
    show();
  });
}

/** The share of its hearing that a direction has so many tokens away, its kernels together. */
function shares(kernels) {
  const sums = kernels.map(kernel => kernel.values.reduce((sum, value) => sum + Math.abs(value), 0) || 1);
  return kernels[0].values.map((_, l) => kernels.reduce((sum, kernel, k) => sum + Math.abs(kernel.values[l]) / sums[k], 0) / kernels.length);
}

/** Of the kernels of a direction: the middle one by a measure. */
function middle(kernels, measure) {
  return kernels.map(measure).sort((x, y) => x - y)[kernels.length >> 1];
}

/** A token before the chosen one is heard by the forward kernel, one behind it by the backward kernel, itself by both. */
function hearing(layer, tokens, focus) {
  const [forward, backward] = [shares(layer.forward), shares(layer.backward)];
  const heard = tokens.map((_, i) => i < focus ? forward[focus - i] : i > focus ? backward[i - focus] : (forward[0] + backward[0]) / 2);
  const most = Math.max(...heard, 1e-9);
  return make('tr', {}, make('th', { scope: 'row' }, String(layer.layer)), ...heard.map((share, i) => {
    const isReached = i <= focus ? focus - i <= middle(layer.forward, half) : i - focus <= middle(layer.backward, half);
    const cell = make('td', { class: `${isReached ? 'reached' : ''} ${i === focus ? 'focus' : ''}` }, make('span', { class: 'unseen' }, (100 * share).toFixed(0)));
    cell.style.setProperty('--heard', Math.sqrt(share / most).toFixed(3));
    return cell;
  }));
}

/** Forward kernels to the left of the middle, backward ones to the right: each relative to its own largest value. */
function curve(layer) {
  const x = offset => wide / 2 + (offset / drawn) * (wide / 2 - 8);
  const y = value => high / 2 - value * (high / 2 - 8);
  const path = (kernels, side) => kernels.map(kernel => {
    const largest = Math.max(...kernel.values.map(Math.abs), 1e-9);
    const points = kernel.values.slice(0, drawn + 1).map((value, l) => `${x(side * l).toFixed(1)},${y(value / largest).toFixed(1)}`);
    return make('path', { d: `M${points.join('L')}`, class: side < 0 ? 'forward' : 'backward' });
  });
  const tick = offset => [
    make('line', { x1: x(offset), x2: x(offset), y1: high / 2 - 3, y2: high / 2 + 3, class: 'axis' }),
    make('text', { x: x(offset), y: high - 1, 'text-anchor': offset === -drawn ? 'start' : offset === drawn ? 'end' : 'middle' }, offset > 0 ? `+${offset}` : String(offset).replace('-', '−')),
  ];
  const [halves, most] = [half, kernel => kernel.reach].map(measure => [layer.forward, layer.backward].map(kernels => middle(kernels, measure)));
  const said = `half within ${halves[0]} before and ${halves[1]} behind, nine tenths within ${most[0]} and ${most[1]}`;
  return make(
    'figure', {},
    make(
      'svg', { viewBox: `0 0 ${wide} ${high}`, role: 'img', 'aria-label': `Layer ${layer.layer}: kernels of both directions; ${said}` },
      make('line', { x1: 8, x2: wide - 8, y1: high / 2, y2: high / 2, class: 'axis' }),
      ...[-drawn, -drawn / 2, 0, drawn / 2, drawn].flatMap(tick),
      ...path(layer.forward, -1), ...path(layer.backward, 1)),
    make('figcaption', {}, make('b', {}, `Layer ${layer.layer}`), `: ${said}`));
}

function half(kernel) {
  return kernel.half;
}
