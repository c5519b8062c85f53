// The page's state in its address, behind the #, which browsers do not send to servers: every control with data-link that is not as it was at first.

const longest = 4000;
const pause = 300;
let section = '';
let timer = 0;

/** Sets the controls as the address says. Others stay, or become what they were at first. */
export function restore({ reset = false } = {}) {
  const hash = location.hash.slice(1);
  const state = new URLSearchParams(hash.includes('=') ? hash : { at: hash });
  section = state.get('at') ?? '';
  for (const control of controls()) {
    const name = control.dataset.link;
    const value = state.get(name);
    if (value === null && !reset) {
      continue;
    }
    if (control.type === 'radio') {
      control.checked = value === null ? control.defaultChecked : control.value === value;
    } else if (control.tagName !== 'SELECT') {
      control.value = value ?? control.defaultValue;
    } else if (control.options.length > 0) {
      control.value = [...control.options].some(option => option.value === value) ? value : first(control);
    }
  }
}

/** Keeps the address as the controls are; changed tells of a link that was opened in the same tab. */
export function follow(changed) {
  for (const kind of ['input', 'change']) {
    document.addEventListener(kind, save);
  }
  addEventListener('hashchange', () => {
    restore({ reset: true });
    changed();
  });
}

/** Writes the address soon; browsers forbid many changes in a short time. */
export function save() {
  clearTimeout(timer);
  timer = setTimeout(write, pause);
}

/** Writes the address now. Returns the names of what is too long for it. */
export function write() {
  clearTimeout(timer);
  const state = new URLSearchParams();
  const left = [];
  for (const control of controls()) {
    if (control.type === 'radio' ? control.checked && !control.defaultChecked : control.value !== first(control)) {
      if (control.value.length > longest) {
        left.push(control.labels[0].textContent.trim().toLowerCase());
      } else {
        state.set(control.dataset.link, control.value);
      }
    }
  }
  if (section) {
    state.set('at', section);
  }
  history.replaceState(null, '', state.size > 0 ? `#${state}` : location.pathname + location.search);
  return left;
}

/** The section that the address leads to. */
export const place = () => section;

export function goTo(id) {
  section = id;
  write();
}

function controls() {
  return document.querySelectorAll('[data-link]');
}

function first(control) {
  return control.tagName === 'SELECT' ? ([...control.options].find(option => option.defaultSelected) ?? control.options[0])?.value ?? '' : control.defaultValue;
}
