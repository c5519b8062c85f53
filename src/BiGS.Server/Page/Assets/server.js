// Questions to the server that this page came from, and to no other.

const keyPlace = 'bigs-key';
let asking = null;

/** The answer's JSON. A key is asked for where the server wants one. */
export async function ask(path, body, signal) {
  for (;;) {
    const key = sessionStorage.getItem(keyPlace);
    const response = await fetch(path, {
      method: body ? 'POST' : 'GET',
      headers: { ...(body && { 'Content-Type': 'application/json' }), ...(key && { Authorization: `Bearer ${key}` }) },
      body: body && JSON.stringify(body),
      signal,
    });
    if (response.status === 401) {
      await keyOtherThan(key);
      continue;
    }
    const answer = await response.json().catch(() => null);
    if (!response.ok) {
      throw new Error(answer?.error?.message ?? answer?.error ?? `The server answered with status ${response.status}.`);
    }
    return answer;
  }
}

/** Several questions may be refused at once; the person is asked once. */
function keyOtherThan(refused) {
  if (sessionStorage.getItem(keyPlace) !== refused) {
    return Promise.resolve();
  }
  asking ??= new Promise(done => {
    const dialog = document.getElementById('key-dialog');
    const input = document.getElementById('key');
    document.getElementById('key-why').textContent = refused
      ? 'That key was not the one. Try another.'
      : 'This server answers those who have its key. It is kept until this tab closes.';
    input.value = '';
    dialog.oncancel = event => event.preventDefault();
    dialog.onclose = () => {
      sessionStorage.setItem(keyPlace, input.value);
      asking = null;
      done();
    };
    dialog.showModal();
  });
  return asking;
}

/** Runs the newest of many calls: earlier ones are given up, and their answers with them. */
export function newest(work, status, wait = 150) {
  let current = new AbortController();
  return async (...given) => {
    current.abort();
    const mine = current = new AbortController();
    try {
      await new Promise(done => setTimeout(done, wait));
      if (!mine.signal.aborted) {
        await work(mine.signal, ...given);
      }
    } catch (failure) {
      if (!mine.signal.aborted) {
        status.textContent = failure.message;
        status.classList.add('failed');
      }
    }
  };
}

/** Asks every model; where one cannot answer, its failure stands in place of the answer, and the others are not lost. */
export function askEach(models, question, signal) {
  return Promise.all(models.map(model => question(model).catch(failure => {
    if (signal.aborted) {
      throw failure;
    }
    return { failure: failure.message };
  })));
}

/** Says what has come of a question, to eyes and ears. */
export function say(status, text) {
  status.classList.remove('failed');
  status.textContent = text;
}
