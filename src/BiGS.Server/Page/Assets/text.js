// Texts as words and places.

export const mask = '[MASK]';

const wordsOf = /\[MASK\]|[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*/gu;

/** A text as words, numbered, and what stands between them: { text, index }, without an index where it is no word. */
export function parts(text) {
  const found = [];
  let at = 0;
  let index = 0;
  for (const match of text.matchAll(wordsOf)) {
    if (match.index > at) {
      found.push({ text: text.slice(at, match.index) });
    }
    found.push({ text: match[0], index: index++ });
    at = match.index + match[0].length;
  }
  if (at < text.length) {
    found.push({ text: text.slice(at) });
  }
  return found;
}

export function words(text) {
  return [...text.matchAll(wordsOf)].map(match => match[0]);
}

/** Numbers of words after an edit: those before and behind it stay chosen, those that it touched do not. */
export function carryOver(before, after, chosen) {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) {
    head++;
  }
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) {
    tail++;
  }
  return chosen.flatMap(index => index < head ? [index] : index >= before.length - tail && index < before.length ? [index + after.length - before.length] : []);
}

/** Places that count characters (code points), as the server's routes for programs do, as JavaScript counts. */
export function codeUnits(text, places) {
  const sorted = [...new Set(places)].sort((a, b) => a - b);
  const found = new Map();
  let [character, unit] = [0, 0];
  for (const place of sorted) {
    while (character < place && unit < text.length) {
      unit += text.codePointAt(unit) > 0xffff ? 2 : 1;
      character++;
    }
    found.set(place, unit);
  }
  return places.map(place => found.get(place));
}

/** The longest beginning of a text that has at most so many bytes as a string of JSON. */
export function beginning(text, bytes) {
  const size = part => new TextEncoder().encode(JSON.stringify(part)).length;
  let fits = text;
  for (let now = size(fits); now > bytes; now = size(fits)) {
    fits = fits.slice(0, Math.floor(fits.length * Math.min(0.99, bytes / now)));
  }
  return fits.length < text.length && /[\ud800-\udbff]$/.test(fits) ? fits.slice(0, -1) : fits;
}
