// Vectors of texts, of length 1, in requests of as many texts as the server takes.

import { ask } from './request.js';

/** Texts that are too long for the model are refused, unless they may be cut. */
export async function vectors(page, model, texts, signal, { truncate = false } = {}) {
  const found = [];
  while (found.length < texts.length) {
    const input = texts.slice(found.length, found.length + page.textsAtOnce);
    const { data } = await ask('v1/embeddings', { model: model.name, input, truncate }, signal);
    found.push(...data.map(item => item.embedding));
  }
  return found;
}

/** The cosine of vectors of length 1. */
export function cosine(a, b) {
  return a.reduce((sum, x, i) => sum + x * b[i], 0);
}
