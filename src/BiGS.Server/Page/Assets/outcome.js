// What has come of a section's work: answers, a failure that can be tried again, or work that can be cancelled.

import { announce } from './announcements.js';
import { copyButton, curl } from './clipboard.js';
import { make } from './elements.js';
import { RequestError } from './request.js';

/** Milliseconds that work may take before the page says that it is under way. */
const patience = 400;

/**
 * Shows the newest of many runs; earlier ones are aborted. The work is given a signal and a function that reports progress (0 to 1). It returns a line
 * of text, or
 *   answers: of askEach, one for each model,
 *   summary: good answers → a line of text,
 *   column: (value, heading, model) → nodes for an answer,
 *   text: (value, model) → the same to copy,
 *   request: (value, model) → [path, body] of a request that programs can send for it, where there is one.
 */
export class Outcome {
  /** Whether answers stand under the name of their model, as where several models are chosen. */
  static namesModels = false;

  static #failed = new Set();

  #place;
  #work;
  #wait;
  #lost;
  #current = new AbortController();
  #status = make('div', { class: 'status' });
  #columns = make('div', { class: 'columns' });
  #actions = make('p', { class: 'actions' });

  /**
   * wait: milliseconds before the work starts, so that typing does not start it with every letter.
   * lost: called where a run leaves nothing to show.
   */
  constructor(place, work, { wait = 0, lost = () => {} } = {}) {
    this.#place = place;
    this.#work = work;
    this.#wait = wait;
    this.#lost = lost;
    place.tabIndex = -1;
    place.append(this.#status, this.#columns, this.#actions);
  }

  /** Whether there is something to see. */
  get isEmpty() {
    return this.#place.textContent === '';
  }

  async run() {
    const { signal } = this.#restart();
    const current = this.#current;
    const busy = setTimeout(() => this.#showProgress(null), this.#wait + patience);
    try {
      await pause(this.#wait, signal);
      const result = await this.#work(signal, share => signal.aborted || this.#showProgress(share));
      signal.throwIfAborted();
      this.#show(typeof result === 'string' ? { line: result } : result);
    } catch (error) {
      if (current === this.#current) {
        this.#showLoss(signal.aborted ? null : error);
      }
    } finally {
      clearTimeout(busy);
    }
  }

  /** Ends what is under way, and shows nothing. */
  clear() {
    this.#restart();
    this.#fill();
  }

  /** The current run is over; what is shown stays until the next has something. */
  #restart() {
    this.#current.abort();
    Outcome.#failed.delete(this);
    return this.#current = new AbortController();
  }

  #fill(status = [], columns = [], actions = []) {
    this.#place.removeAttribute('aria-busy');
    this.#status.replaceChildren(...status);
    this.#columns.replaceChildren(...columns);
    this.#actions.replaceChildren(...actions);
  }

  #show({ line, answers = [], summary, column, text, request }) {
    const good = answers.filter(answer => !answer.error);
    const failures = [...new Map(answers.filter(answer => answer.error).map(({ error }) => [error.message, error])).values()];
    const said = line ?? (good.length > 0 ? summary(good) : '');
    if (good.length === 0 && failures.length === 1) {
      this.#fill([this.#failure(failures[0])]); // several models, and one reason
    } else {
      const named = Outcome.namesModels;
      this.#columns.classList.toggle('several', answers.length > 1);
      this.#fill([said], answers.map((answer, i) => make(
        'div', { class: `column model-${i + 1}` },
        named ? make('h3', { class: 'model-name', dir: 'auto' }, answer.model.name) : null,
        ...(answer.error ? [this.#failure(answer.error)] : column(answer.value, named ? 'h4' : 'h3', answer.model)))), this.#copies(good, text, request));
    }
    announce([said, ...failures.map(failure => failure.message)].join(' '));
  }

  #copies(good, text, request) {
    const every = (say, between) => good.map(({ value, model }) => say(value, model)).join(between);
    return good.length === 0 ? [] : [
      text ? copyButton('Copy', () => every(text, '\n\n')) : null,
      request ? copyButton('Copy as curl', () => every((value, model) => curl(...request(value, model)), '\n')) : null,
    ].filter(button => button !== null);
  }

  #showProgress(share) {
    this.#place.setAttribute('aria-busy', 'true');
    const progress = this.#status.querySelector('progress');
    if (progress) {
      progress.value = share ?? progress.value;
    } else {
      this.#status.replaceChildren(make(
        'p', { class: 'progress' }, make('progress', { 'aria-label': 'Waiting for the server', ...(share !== null && { value: share }) }),
        make('button', { type: 'button', click: () => this.#cancel() }, 'Cancel')));
    }
  }

  #cancel() {
    this.#current.abort();
    this.#showLoss(null);
    this.#place.focus();
  }

  /** Nothing older stays beside a failure: it would answer another question. */
  #showLoss(error) {
    this.#current.abort();
    this.#current = new AbortController();
    const failure = error === null || error instanceof RequestError ? error : new RequestError(`This page failed: ${error.message}`);
    this.#fill([failure === null ? this.#offer('Cancelled.', 'cancelled', () => this.run()) : this.#failure(failure)]);
    announce(failure?.message ?? 'Cancelled.');
    this.#lost();
    if (failure !== error) {
      reportError(error);
    }
  }

  /** Trying again is offered where it may help: not where the server refuses what was asked. What broke one section has often broken others. */
  #failure({ message, mayPass }) {
    if (!mayPass) {
      return make('div', { class: 'failure' }, make('p', { dir: 'auto' }, message));
    }
    Outcome.#failed.add(this);
    return this.#offer(message, 'failure', () => [...Outcome.#failed].forEach(each => each.run()));
  }

  #offer(message, kind, again) {
    const button = make('button', { type: 'button' }, 'Try again');
    button.addEventListener('click', () => {
      this.#place.focus();
      button.disabled = true;
      again();
    });
    return make('div', { class: kind }, make('p', { dir: 'auto' }, message), button);
  }
}

function pause(milliseconds, signal) {
  return new Promise((done, stop) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      stop(signal.reason);
    }, { once: true });
  });
}
