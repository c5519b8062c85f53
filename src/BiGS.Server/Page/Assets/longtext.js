// A text of any length and a question to it, typed or from a file.

import { byId, make } from './elements.js';
import { beginning } from './text.js';

/** Bytes that a request has beside the text: the question, the model's name, and JSON's own. */
const beside = 10_000;

const example = `The river rises in the hills as three small streams, which meet below the old mill. From there it runs south for two hundred miles, past farms and quiet towns, and grows wider at every bend. In spring the melting snow doubles its depth within a week. At its mouth it parts into many arms, and the fresh water mixes with the salt of the sea.

Bread needs flour, water, salt and time. The baker mixes them in the evening and lets the dough rest through the night, while yeast feeds on its sugar and fills it with small bubbles of gas. At four in the morning the loaves go into a hot oven with a little steam, so that the crust stays soft until they have risen. A loaf is done when it sounds hollow.

The town's library was founded in 1871 by a doctor who had no children. He left it his house, his books, and a sum of money whose interest still pays for the lamps. Anyone may read there, and anyone who lives in the town may take home six books at a time. The oldest of them is a book of maps, printed in Venice, which is shown once a year.

Bees do not sleep through the cold months. When the days get short the queen lays fewer eggs, and the workers gather around her in a ball. They shiver with the muscles of their wings to make heat, take turns at the outside, and live on the honey that they stored in summer. A strong colony eats some thirty pounds of it before the first flowers open.

The night train left the capital at nine and reached the coast at dawn. Its sleeping cars had dark blue curtains and brass lamps, and a steward brought tea before the last tunnel. When the motorway was built fewer people took it every year; the last one ran in 1994, with eleven passengers and a brass band.

The Moon shows the Earth always the same side, because it turns around itself in the time in which it goes around the Earth. This was not always so: tides in its rock slowed it down over many millions of years. In the same way it slows the Earth, whose days grow longer by about two thousandths of a second in a century.`;

/** Tells with the event "ask" that a question is asked. */
export class LongText extends EventTarget {
  #box = byId('long-text');
  #question = byId('question');
  #page;

  constructor(page) {
    super();
    this.#page = page;
    this.#box.defaultValue = example;
    this.#box.addEventListener('input', () => this.#sayCut());
    this.#box.form.addEventListener('submit', event => {
      event.preventDefault();
      this.dispatchEvent(new Event('ask'));
    });
    byId('file').addEventListener('change', event => this.#open(event.currentTarget.files[0]));
    page.addEventListener('models', () => this.#sayCut());
  }

  get question() {
    return this.#question.value.trim();
  }

  /** As much of the text as a request may hold. */
  get text() {
    return beginning(this.#box.value, this.#page.payloadLimit - beside);
  }

  /** Shows a part of the text where it stands. */
  select(start, end) {
    this.#box.focus();
    this.#box.setSelectionRange(start, end);
    // Browsers do not scroll to a selection; how far down it begins is the height of the text before it, set in the same lines.
    const before = make('div', { class: 'text-before', 'aria-hidden': 'true' }, this.#box.value.slice(0, start));
    before.style.inlineSize = `${this.#box.clientWidth}px`;
    this.#box.after(before);
    this.#box.scrollTop = before.offsetHeight - this.#box.clientHeight / 3;
    before.remove();
  }

  async #open(file) {
    if (!file) {
      return;
    }
    const status = byId('file-status');
    try {
      this.#box.value = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
      status.textContent = `${file.name} is open.`;
      this.#box.dispatchEvent(new Event('input', { bubbles: true }));
    } catch {
      status.textContent = `${file.name} is not a text in UTF-8; save it as one, or copy its text into the box.`;
    }
  }

  #sayCut() {
    const cut = byId('long-text-cut');
    const [all, used] = [this.#box.value.length, this.text.length];
    cut.hidden = used === all;
    cut.textContent = cut.hidden ? '' : `The server takes ${this.#page.payloadLimit.toLocaleString('en')} bytes at a time: only the first ${used.toLocaleString('en')} of ${all.toLocaleString('en')} characters are used.`;
  }
}
