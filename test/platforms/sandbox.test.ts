import type { Post } from '../../services/contracts/index.js';
import { postSchema } from '../../services/contracts/index.js';
import {
  type Connector,
  connectorsOf,
  createSandbox,
  sandboxToken,
  standardTestPost,
} from '../../services/platforms/index.js';
import { until } from '../until.js';
import { dropFolder, type Installation, newFolder, start } from './installation.js';

let folder: string;
let here: Installation;
const sandbox = (): Connector => here.connectors.get('sandbox')!;

async function begin(): Promise<void> {
  folder = newFolder();
  here = await start(folder);
}
async function end(): Promise<void> {
  await here.stop();
  dropFolder(folder);
}

const call = (path: string, method: string, body?: unknown, headers: Record<string, string> = {}) =>
  fetch(`${here.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    redirect: 'manual',
  });
const publish = async (text: string) => {
  const answer = await call('/sandbox/posts', 'POST', { text });
  return (await answer.json()) as { id: string; url: string };
};
const item = ({ id, url }: { id: string; url: string }, version = 1) => ({
  platform: 'sandbox',
  id,
  version,
  url,
  authorId: 'visitor',
});

describe('the public site', () => {
  beforeAll(begin);
  afterAll(end);

  test('takes a post and shows it', async () => {
    const answer = await call('/sandbox/posts', 'POST', { text: 'Hello, river.', author: 'anna' });
    expect(answer.status).toBe(201);
    const { id, url, ...rest } = (await answer.json()) as { id: string; url: string };
    expect(rest).toEqual({});
    expect(url).toBe(`${here.url}/sandbox/posts/${id}`);
    const shown = await fetch(url);
    expect(shown.status).toBe(200);
    expect(await shown.text()).toContain('Hello, river.');
    expect(await (await fetch(`${url}.json`)).json()).toMatchObject({
      id,
      url,
      version: 1,
      author: 'anna',
      text: 'Hello, river.',
    });
    expect(await (await fetch(`${here.url}/sandbox`)).text()).toContain('Hello, river.');
  });

  test('works without scripts: the form leads to the post', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await call('/sandbox/posts', 'POST', 'text=From+a+form&author=visitor', form);
    expect(answer.status).toBe(303);
    const shown = await fetch(`${here.url}${answer.headers.get('location')}`);
    expect(await shown.text()).toContain('From a form');
  });

  test('shows what people write as text, never as HTML', async () => {
    const { url } = await publish('<script>alert(1)</script>"\'& <b>bold</b>');
    for (const page of [url, `${here.url}/sandbox`]) {
      const html = await (await fetch(page)).text();
      expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp; &lt;b&gt;bold&lt;/b&gt;');
      expect(html).not.toContain('<script>alert');
    }
  });

  test('needs no inline script: its policy allows none, its pages hold none', async () => {
    const answer = await fetch(`${here.url}/sandbox`);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'");
    const html = await answer.text();
    expect(html).not.toMatch(/<script(?![^>]* src=)|\son\w+=|<style/);
    for (const file of ['style.css', 'client.js']) {
      const asset = await fetch(`${here.url}/sandbox/${file}`);
      expect(asset.status).toBe(200);
      expect(asset.headers.get('content-type')).toMatch(/css|javascript/);
    }
  });

  test.each([
    ['no text', {}, 422, 'text'],
    ['an empty text', { text: '  \n' }, 422, 'text'],
    ['too long a text', { text: 'a'.repeat(10_001) }, 422, 'text'],
    ['an unknown field', { text: 'a', admin: true }, 422, ''],
    ['no JSON', '{"text":', 400, undefined],
  ])('refuses %s', async (_what, body, status, path) => {
    const answer = await call('/sandbox/posts', 'POST', body);
    expect(answer.status).toBe(status);
    const problem = (await answer.json()) as { errors?: { path: string }[] };
    expect(problem.errors?.[0]?.path).toBe(path);
  });

  test('refuses a body over the limit with 413', async () => {
    expect((await call('/sandbox/posts', 'POST', { text: 'a'.repeat(300_000) })).status).toBe(413);
  });

  test('answers 404 to what never was', async () => {
    for (const path of [
      'posts/nothing',
      `posts/${'0'.repeat(26)}`,
      `posts/${'0'.repeat(26)}.json`,
      'posts/%00',
      'nowhere',
    ])
      expect((await fetch(`${here.url}/sandbox/${path}`)).status).toBe(404);
  });

  test('answers 410 once removed, and says nothing of what it said', async () => {
    const post = await publish(standardTestPost);
    await sandbox().remove(item(post), { idempotencyKey: 'a', fence: 1, territory: 'all', reason: 'test' });
    for (const url of [post.url, `${post.url}.json`]) {
      const answer = await fetch(url);
      expect(answer.status).toBe(410);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(await answer.text()).not.toContain(standardTestPost);
    }
    expect(await (await fetch(`${here.url}/sandbox`)).text()).not.toContain(post.id);
    expect((await call(`/sandbox/posts/${post.id}`, 'PUT', { text: 'again' })).status).toBe(410);
  });

  test('the hidden one has no front page', async () => {
    expect((await fetch(`${here.url}/sandbox-probe`)).status).toBe(404);
    expect((await fetch(`${here.url}/sandbox-probe/about`)).status).toBe(200);
  });
});

test('where strangers may come by: no sandbox unless asked for, and nobody but the probe writes on the hidden one', async () => {
  await begin();
  // As on a public address, which a test does not listen on.
  const runtime = { ...here.runtime, config: { ...here.runtime.config, HOST: '0.0.0.0' } };
  expect([...connectorsOf(runtime).connectors.keys()]).toEqual(['sandbox-probe']);
  const open = createSandbox(runtime, { platform: 'sandbox-probe', basePath: '/elsewhere', hidden: true });
  here.mount(open.routes);
  const write = (headers: Record<string, string>) => call('/elsewhere/posts', 'POST', { text: 'Hello.' }, headers);
  expect((await write({})).status).toBe(401);
  const written = await write({ authorization: `Bearer ${await sandboxToken(runtime)}` });
  expect(written.status).toBe(201);
  const { id } = (await written.json()) as { id: string };
  expect((await call(`/elsewhere/posts/${id}`, 'DELETE')).status).toBe(401);
  expect((await call(`/elsewhere/posts/${id}`, 'GET')).status).toBe(200);
  await end();
});

describe('the moderation interface', () => {
  beforeAll(begin);
  afterAll(end);

  const remove = (id: string, headers: Record<string, string>, body: unknown = { fence: 1, reason: 'test' }) =>
    call(`/sandbox/moderation/${id}/remove`, 'POST', body, headers);

  test('opens to nobody without the token', async () => {
    const { id, url } = await publish('Stays.');
    for (const authorization of [undefined, 'Bearer ', 'Bearer wrong', 'Basic eDp5']) {
      const answer = await remove(id, { 'idempotency-key': 'k', ...(authorization && { authorization }) });
      expect(answer.status).toBe(401);
    }
    expect((await fetch(url)).status).toBe(200);
  });

  const call1 = (idempotencyKey: string) => ({ idempotencyKey, fence: 1, territory: 'all', reason: 'test' }) as const;

  test('keeps its token over a restart', async () => {
    const post = await publish('Goes.');
    await sandbox().remove(item(post), call1('a'));
    const before = await sandboxToken(here.runtime);
    await here.stop();
    here = await start(folder);
    expect(await sandboxToken(here.runtime)).toBe(before);
    expect(await sandbox().restore(item(post), call1('b'))).toMatchObject({ kind: 'accepted' });
  });

  test('says what is wrong with a call', async () => {
    await sandbox().remove(item(await publish('Any.')), call1('first'));
    const authorization = `Bearer ${await sandboxToken(here.runtime)}`;
    const { id } = await publish('Another.');
    expect((await remove(id, { authorization })).status).toBe(400);
    expect((await remove(id, { authorization, 'idempotency-key': 'x' }, { fence: 'no' })).status).toBe(422);
    expect((await remove(id, { authorization, 'idempotency-key': 'first' })).status).toBe(409);
    expect((await remove('0'.repeat(26), { authorization, 'idempotency-key': 'y' })).status).toBe(404);
  });
});

describe('the feed', () => {
  beforeEach(begin);
  afterEach(end);

  /** Runs the feed until aborted; keeps what it hands over. */
  function listen() {
    const taken: Post[] = [];
    const abort = new AbortController();
    const done = sandbox().feed!(async posts => void taken.push(...posts), abort.signal);
    return {
      taken,
      stop: async () => {
        abort.abort();
        await done;
      },
    };
  }

  test('hands over posts in order, as any platform sends them', async () => {
    const feed = listen();
    const made = [];
    for (let n = 0; n < 20; n++) made.push(await publish(`Post ${n}`));
    await until(() => feed.taken.length === 20);
    await feed.stop();
    expect(feed.taken.map(post => post.id)).toEqual(made.map(post => post.id));
    for (const post of feed.taken) expect(postSchema.parse(post)).toEqual(post);
    expect(feed.taken[0]).toMatchObject({
      platform: 'sandbox',
      version: 1,
      url: made[0]!.url,
      audience: 'public',
      author: { id: 'visitor' },
      text: 'Post 0',
    });
  });

  test('hands over each post once, over restarts, with nobody listening for a while', async () => {
    const first = listen();
    const a = await publish('before');
    await until(() => first.taken.length === 1);
    await first.stop();
    const b = await publish('while nobody listens');
    await here.stop();
    here = await start(folder);
    const second = listen();
    const c = await publish('after');
    await until(() => second.taken.length === 2);
    await second.stop();
    expect(first.taken.map(post => post.id)).toEqual([a.id]);
    expect(second.taken.map(post => post.id)).toEqual([b.id, c.id]);
  });

  test('hands over again what was not taken, as the same bytes', async () => {
    await publish('one');
    await publish('two');
    const seen: string[] = [];
    const abort = new AbortController();
    const done = sandbox().feed!(async posts => {
      seen.push(JSON.stringify(posts));
      if (seen.length === 1) throw new Error('the database is away');
      abort.abort();
    }, abort.signal);
    await done;
    expect(seen).toHaveLength(2);
    expect(seen[1]).toBe(seen[0]);
  });

  test('hands over hundreds written at once, none lost', async () => {
    const feed = listen();
    const ids = new Set<string>();
    const writer = async (count: number) => {
      for (let n = 0; n < count; n++) ids.add((await publish(`Many ${n}`)).id);
    };
    await Promise.all(Array.from({ length: 10 }, () => writer(40)));
    await until(() => feed.taken.length >= ids.size);
    await feed.stop();
    expect(ids.size).toBe(400);
    expect(new Set(feed.taken.map(post => post.id))).toEqual(ids);
    expect(feed.taken).toHaveLength(400);
  });

  test('tells of edits and deletions as versions', async () => {
    const feed = listen();
    const { id, url } = await publish('First words');
    expect(await (await call(`/sandbox/posts/${id}`, 'PUT', { text: 'Second words' })).json()).toEqual({
      id,
      version: 2,
    });
    expect(await (await fetch(url)).text()).toContain('Second words');
    expect(await (await call(`/sandbox/posts/${id}`, 'DELETE')).json()).toEqual({ id, version: 3 });
    await until(() => feed.taken.length === 3);
    await feed.stop();
    expect(feed.taken.map(post => [post.version, post.text, post.deletedAt !== undefined])).toEqual([
      [1, 'First words', false],
      [2, 'Second words', false],
      [3, undefined, true],
    ]);
    expect((await fetch(url)).status).toBe(410);
    const kept = await here.runtime.db
      .tables<{ sandbox_posts: { text: string | null } }>()
      .selectFrom('sandbox_posts')
      .select('text')
      .execute();
    expect(kept).toEqual([{ text: null }]);
  });

  test('hands over nothing of the hidden sandbox', async () => {
    const feed = listen();
    await fetch(`${here.url}/sandbox-probe/posts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: standardTestPost }),
    });
    await publish('visible');
    await until(() => feed.taken.length === 1);
    await feed.stop();
    expect(feed.taken.map(post => post.text)).toEqual(['visible']);
  });
});
