// What has changed on the page, for those who hear it. What comes at once is said in one go.

import { byId } from './elements.js';

const pause = 500;
const waiting = new Set();
let timer = 0;

export function announce(text) {
  if (text) {
    waiting.add(text);
    clearTimeout(timer);
    timer = setTimeout(() => {
      byId('announcements').textContent = [...waiting].join(' ');
      waiting.clear();
    }, pause);
  }
}
