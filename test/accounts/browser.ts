import type { Installed } from '../console/installation.js';

/** Somebody's browser, as far as the server sees it: it keeps cookies and says where a request comes from. */
export class Browser {
  readonly cookies = new Map<string, string>();
  constructor(readonly url: string) {}

  async ask(
    path: string,
    { method = 'GET', body, headers = {} }: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
  ) {
    const answer = await fetch(path.startsWith('http') ? path : `${this.url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(this.cookies.size > 0 && {
          Cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        Origin: this.url,
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  async json<T>(path: string, init?: Parameters<Browser['ask']>[1]): Promise<T> {
    return (await (await this.ask(path, init)).json()) as T;
  }

  post = (path: string, body?: unknown, headers?: Record<string, string>) =>
    this.ask(path, { method: 'POST', body: body ?? {}, ...(headers && { headers }) });
}

export const passwordOf = (name: string): string => `the password of ${name}`;

/** A person of a role, made by the administrator's key. */
export async function addPerson(here: Installed, name: string, role: string): Promise<void> {
  const made = await here.ask('/v1/people', {
    method: 'POST',
    body: JSON.stringify({ name, role, password: passwordOf(name) }),
  });
  if (made.status !== 201) throw new Error(`${name} was not added: ${await made.text()}`);
}

/** The same person, logged in. */
export async function logIn(here: Installed, name: string): Promise<Browser> {
  const browser = new Browser(here.url);
  const answer = await browser.post('/v1/session', { name, password: passwordOf(name) });
  if (answer.status !== 201) throw new Error(`${name} could not log in: ${await answer.text()}`);
  return browser;
}
