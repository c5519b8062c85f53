// The key of a server that wants one; kept until the tab closes.

import { byId } from './elements.js';

const place = 'bigs-key';
let key = null;
let asking = null;

try {
  key = sessionStorage.getItem(place);
} catch {
  // Where the browser allows no storage, the key lasts until the page is left.
}

export const current = () => key;

/** Asks for a key other than the one that was refused; whether there is one. Of several requests that are refused at once, the first asks. */
export function another(refused) {
  if (key !== refused) {
    return Promise.resolve(true);
  }
  asking ??= askFor(refused).finally(() => { asking = null; });
  return asking;
}

function askFor(refused) {
  const dialog = byId('key-dialog');
  const input = byId('key');
  byId('key-why').textContent = refused
    ? 'The server does not accept this key. Check it, and enter it again.'
    : 'This server answers those who have its key. It is kept until this tab closes.';
  input.value = '';
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise(done => dialog.addEventListener('close', () => {
    const given = dialog.returnValue === 'use';
    if (given) {
      key = input.value.trim();
      try {
        sessionStorage.setItem(place, key);
      } catch {
        // As above: it lasts until the page is left.
      }
    }
    done(given);
  }, { once: true }));
}
