// Results and requests for use elsewhere.

import { announce } from './announcements.js';
import { byId, make } from './elements.js';
import { current as currentKey } from './key.js';

/** A button that copies what the function says at that moment. */
export function copyButton(label, text) {
  const button = make('button', { type: 'button' }, label);
  button.addEventListener('click', () => copy(button, text()));
  return button;
}

/** Copies a text and says so; where the browser forbids it, the text is shown to be copied by hand. */
export async function copy(button, text, said = 'Copied') {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    byId('copy-text').value = text;
    byId('copy-dialog').showModal();
    byId('copy-text').select();
    return;
  }
  const label = button.dataset.label ??= button.textContent;
  button.textContent = said;
  announce(said);
  setTimeout(() => { button.textContent = label; }, 2000);
}

/** A request as a line for a shell. The key is not in it, only the variable that bigs itself reads it from. */
export function curl(path, body) {
  const key = currentKey() ? ' \\\n  -H "Authorization: Bearer $BIGS_API_KEY"' : '';
  return `curl ${quoted(new URL(path, document.baseURI).href)} -H 'Content-Type: application/json'${key} \\\n  -d ${quoted(JSON.stringify(body))}`;
}

function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
