// Requests to the server that this page came from, and to no other.

import * as key from './key.js';

/** Statuses below 500 that are not about what was asked: another attempt may end otherwise. */
const passing = [401, 408, 424, 429];

/** What went wrong, in words for the person who asked; and whether the same request may succeed at another time. */
export class RequestError extends Error {
  constructor(message, status = 0) {
    super(message);
    this.mayPass = status < 400 || status >= 500 || passing.includes(status);
  }
}

/**
 * The answer's JSON; a GET without a body, else a POST. A key is asked for where the server wants one.
 * Throws a RequestError, or the signal's reason once it is aborted.
 */
export async function ask(path, body, signal) {
  for (;;) {
    const used = key.current();
    const response = await send(path, body, used, signal);
    if (response.status !== 401) {
      return await read(response, signal);
    }
    if (!await key.another(used)) {
      throw new RequestError('This server answers only those who have its key.');
    }
    signal?.throwIfAborted();
  }
}

/** Asks each model. One that fails leaves the answers of the others: { model, value } or { model, error }. */
export function askEach(models, question, signal) {
  return Promise.all(models.map(async model => {
    try {
      return { model, value: await question(model) };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof RequestError) {
        return { model, error };
      }
      throw error;
    }
  }));
}

async function send(path, body, used, signal) {
  try {
    return await fetch(path, {
      method: body ? 'POST' : 'GET',
      headers: { ...(body && { 'Content-Type': 'application/json' }), ...(used && { Authorization: `Bearer ${used}` }) },
      body: body && JSON.stringify(body),
      signal,
    });
  } catch {
    signal?.throwIfAborted();
    throw new RequestError('The server does not answer. It may have stopped, or the connection is lost.');
  }
}

async function read(response, signal) {
  const answer = await response.json().catch(() => null);
  signal?.throwIfAborted();
  if (response.ok && answer !== null) {
    return answer;
  }
  const said = answer?.error?.message ?? answer?.error;
  throw new RequestError(
    typeof said === 'string' ? `The server says: ${said}`
      : response.ok ? 'The server’s answer broke off, or is not JSON.'
        : `The server answered with status ${response.status}.`,
    response.status);
}
