// A layer's kernels as curves: forward ones to the left of the middle, backward ones to the right.

import { make } from '../elements.js';

const drawn = 32;
const wide = 320;
const high = 96;
const edge = 8;

export const half = kernel => kernel.half;

/** Of the kernels of a direction: the middle one by a measure. */
export function middle(kernels, measure) {
  return kernels.map(measure).sort((x, y) => x - y)[kernels.length >> 1];
}

/** Each curve is relative to its own largest value. */
export function curve(layer) {
  const x = offset => wide / 2 + (offset / drawn) * (wide / 2 - edge);
  const y = value => high / 2 - value * (high / 2 - edge);
  const paths = (kernels, side) => kernels.map(kernel => {
    const largest = Math.max(...kernel.values.map(Math.abs), 1e-9);
    const points = kernel.values.slice(0, drawn + 1).map((value, l) => `${x(side * l).toFixed(1)},${y(value / largest).toFixed(1)}`);
    return make('path', { d: `M${points.join('L')}`, class: side < 0 ? 'forward' : 'backward' });
  });
  const tick = offset => [
    make('line', { x1: x(offset), x2: x(offset), y1: high / 2 - 3, y2: high / 2 + 3, class: 'axis' }),
    make('text', { x: x(offset), y: high - 1, 'text-anchor': offset === -drawn ? 'start' : offset === drawn ? 'end' : 'middle' }, offset > 0 ? `+${offset}` : String(offset).replace('-', '−')),
  ];
  const [halves, nearly] = [half, kernel => kernel.reach].map(measure => [layer.forward, layer.backward].map(kernels => middle(kernels, measure)));
  const said = `half within ${halves[0]} before and ${halves[1]} behind, nine tenths within ${nearly[0]} and ${nearly[1]}`;
  return make(
    'figure', {},
    make(
      'svg', { viewBox: `0 0 ${wide} ${high}`, role: 'img', 'aria-label': `Layer ${layer.layer}: kernels of both directions; ${said}` },
      make('line', { x1: edge, x2: wide - edge, y1: high / 2, y2: high / 2, class: 'axis' }),
      ...[-drawn, -drawn / 2, 0, drawn / 2, drawn].flatMap(tick),
      ...paths(layer.forward, -1), ...paths(layer.backward, 1)),
    make('figcaption', {}, make('b', {}, `Layer ${layer.layer}`), `: ${said}`));
}
