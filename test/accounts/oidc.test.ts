import { type Installed, install } from '../console/installation.js';
import { Browser } from './browser.js';
import { type OpenIdProvider, openIdProvider } from './provider.js';

/** A real provider: its accounts have groups, and its form takes any of their names. */
const groups: Record<string, string[]> = {
  mona: ['staff', 'moderators'],
  legal: ['legal-team', 'moderators'],
  guest: ['visitors'],
};
let provider: OpenIdProvider;
let here: Installed;

beforeAll(async () => {
  provider = await openIdProvider(account => groups[account] ?? []);
  here = await install({ ...provider.settings, OIDC_ROLES: 'moderators=reviewer,legal-team=legal' });
  await provider.serve(here.url);
});
afterAll(async () => {
  await here?.stop();
  provider?.close();
});

/** Follows the redirects of a login as a browser does, filling in the provider's forms. Cookies are kept by origin. */
async function logInThere(account: string, before?: (browser: Browser) => void) {
  const ours = new Browser(here.url);
  const theirs = new Browser('http://127.0.0.1');
  let answer = await ours.ask('/v1/session/oidc');
  let address = answer.headers.get('location')!;
  before?.(ours);
  for (let i = 0; i < 12; i++) {
    const mine = address.startsWith(here.url);
    answer = await (mine ? ours : theirs).ask(address);
    if (mine) return { ours, answer, address };
    const page = await answer.text();
    const next = answer.headers.get('location');
    if (next) {
      address = new URL(next, address).href;
      continue;
    }
    const [, action = ''] = /action="([^"]+)"/.exec(page) ?? [];
    const fields = new URLSearchParams(
      [...page.matchAll(/<input[^>]*name="(\w+)"[^>]*value="([^"]*)"/g)].map(([, name, value]) => [name!, value!]),
    );
    if (page.includes('name="login"')) {
      fields.set('login', account);
      fields.set('password', 'any');
    }
    const sent = await fetch(new URL(action, address), {
      method: 'POST',
      redirect: 'manual',
      headers: { Cookie: [...theirs.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      body: fields,
    });
    for (const line of sent.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      theirs.cookies.set(name, value);
    }
    address = new URL(sent.headers.get('location')!, address).href;
  }
  throw new Error('the login went round in circles');
}

test('whoever the provider knows, and whose group has a role, is logged in with it', async () => {
  const { ours, answer } = await logInThere('mona');
  expect(answer.status).toBe(302);
  expect(answer.headers.get('location')).toBe('/');
  expect(await ours.json('/v1/session')).toMatchObject({
    person: 'mona@example.org',
    role: 'reviewer',
    singleSignOn: true,
  });
  expect((await ours.ask('/v1/cases')).status).toBe(200);
  // The same person again is the same account; of two roles the severer counts.
  await logInThere('mona');
  const { ours: legal } = await logInThere('legal');
  expect(await legal.json('/v1/session')).toMatchObject({ role: 'legal' });
  const { people } = (await (await here.ask('/v1/people')).json()) as {
    people: { name: string; singleSignOn: boolean }[];
  };
  expect(
    people
      .filter(({ singleSignOn }) => singleSignOn)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['legal@example.org', 'mona@example.org']);
  // They have no password here.
  expect((await new Browser(here.url).post('/v1/session', { name: 'mona@example.org', password: '' })).status).toBe(
    401,
  );
});

test('without a group that has a role nobody gets in', async () => {
  const { ours, answer } = await logInThere('guest');
  expect(answer.status).toBe(403);
  expect(await ours.json('/v1/session')).not.toHaveProperty('person');
});

test('an answer that another browser was sent for is refused, and so is one that comes twice', async () => {
  const { answer } = await logInThere('mona', browser => browser.cookies.clear());
  expect(answer.status).toBe(401);
  const { ours, address } = await logInThere('mona');
  expect((await ours.ask(address)).status).toBe(401);
});
