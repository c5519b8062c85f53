// Of many buttons in a row, one is a stop of the Tab key; arrows, Home and End lead to the others.

const buttonsOf = group => [...group.querySelectorAll('button:not(:disabled)')];

export function rove(group) {
  group.addEventListener('keydown', event => {
    const buttons = buttonsOf(group);
    const at = buttons.indexOf(document.activeElement);
    const forward = getComputedStyle(group).direction === 'rtl' ? -1 : 1;
    const next = { ArrowRight: at + forward, ArrowLeft: at - forward, ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (at >= 0 && buttons[next]) {
      event.preventDefault();
      buttons[next].focus();
    }
  });
  group.addEventListener('focusin', event => setStop(group, event.target));
}

/** Makes a button the stop, the first one unless another is given. */
export function setStop(group, stop = buttonsOf(group)[0]) {
  for (const button of buttonsOf(group)) {
    button.tabIndex = button === stop ? 0 : -1;
  }
}
