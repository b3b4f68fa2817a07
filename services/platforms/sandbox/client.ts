// Runs in the browser, on the sandbox's front page: publishes without leaving it, and watches each post's public page.

const base = document.body.dataset.base ?? '';
const by = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const form = by<HTMLFormElement>('write');
const text = by<HTMLTextAreaElement>('text');
const author = by<HTMLInputElement>('author');
const insert = by<HTMLButtonElement>('insert');
const problem = by<HTMLParagraphElement>('error');
const latest = by<HTMLOListElement>('latest');

// biome-ignore lint/plugin: a browser's timer
const pause = (ms: number) => new Promise<void>(resolve => void setTimeout(resolve, ms));
// biome-ignore lint/plugin: a browser's clock
const now = () => performance.now();

insert.hidden = false;
insert.addEventListener('click', () => {
  text.value = `${document.querySelector('.sample code')?.textContent ?? ''}\nWritten to try the sandbox.`;
  text.focus();
});

function tell(message: string): void {
  problem.textContent = message;
  problem.hidden = message === '';
}

function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  content = '',
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = content;
  return made;
}

/** Asks for the post's public page until it is gone, more slowly as time goes by. */
async function watch(id: string, words: string, since: number): Promise<void> {
  const row = element('li', 'post');
  const badge = element('span', 'badge', 'published');
  const link = element('a', '', 'its public page');
  link.href = `${base}/posts/${id}`;
  const line = element('p', 'meta');
  line.append(badge, ' ', link);
  row.append(element('p', 'text', words), line);
  by('watched').prepend(row);
  by('mine').hidden = false;

  for (let patience = 10 * 60_000; now() - since < patience; ) {
    try {
      const answer = await fetch(link.href, { cache: 'no-store', credentials: 'omit' });
      await answer.arrayBuffer();
      const after = Math.round(now() - since);
      if (answer.status === 410) {
        badge.textContent = `removed: 410 Gone after ${after.toLocaleString('en')} ms`;
        badge.className = 'badge gone';
        row.classList.add('gone');
        void refresh();
        return;
      }
      badge.textContent = answer.status === 200 ? 'readable: 200 OK' : `answered ${answer.status}`;
      badge.className = answer.status === 200 ? 'badge' : 'badge wrong';
    } catch {
      badge.textContent = 'the sandbox does not answer';
      badge.className = 'badge wrong';
      patience = 60_000;
    }
    const age = now() - since;
    await pause(age < 5_000 ? 25 : age < 60_000 ? 500 : 3_000);
  }
  badge.textContent += ', no longer watched';
}

form.addEventListener('submit', async event => {
  event.preventDefault();
  const button = form.querySelector('button[type=submit]') as HTMLButtonElement;
  button.disabled = true;
  tell('');
  try {
    const words = text.value;
    const answer = await fetch(form.action, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: words, author: author.value || undefined }),
    });
    const said = await answer.json();
    if (!answer.ok) tell(said.errors?.[0]?.message ?? said.detail ?? `The sandbox answered ${answer.status}.`);
    else {
      text.value = '';
      void watch(said.id, words, now());
      void refresh();
    }
  } catch {
    tell('The sandbox does not answer. Is it still running?');
  }
  button.disabled = false;
});

async function refresh(): Promise<void> {
  const answer = await fetch(base, { cache: 'no-store' }).catch(() => undefined);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('latest');
  if (fresh && fresh.innerHTML !== latest.innerHTML) latest.replaceChildren(...fresh.childNodes);
}

for (;;) {
  await pause(2_000);
  if (!document.hidden) await refresh();
}

export {};
