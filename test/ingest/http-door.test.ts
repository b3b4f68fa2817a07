import type { Scope } from '../../services/accounts/index.js';
import { addKey } from '../../services/accounts/index.js';
import { readPosts } from '../../services/ingest/index.js';
import { type Answer, apiKey, newPost, type Running, start } from './installation.js';

let running: Running;
const reader = 'a-key-that-reads-only';

beforeAll(async () => {
  running = await start({ INGEST_MAX_POST: '2k', INGEST_MAX_STREAM: '64k' }, { services: ['ingest'] });
  const scopes: Scope[] = ['posts:read', 'cases:decide'];
  await running.db.commit([addKey(running.runtime, reader, 'reader', 'reads only', scopes)]);
});
afterAll(() => running.stop());

async function send(
  body: string | Uint8Array,
  { type = 'application/json', key = apiKey, query = '', headers = {} } = {},
): Promise<Answer> {
  const res = await fetch(`${running.url}/v1/posts${query}`, {
    method: 'POST',
    headers: { ...(key ? { authorization: `Bearer ${key}` } : {}), 'content-type': type, ...headers },
    body: Buffer.from(body),
  });
  const text = await res.text();
  return { status: res.status, headers: res.headers, body: text === '' ? undefined : JSON.parse(text) };
}
const json = (more: Record<string, unknown> = {}) => JSON.stringify(newPost(more));
const latin1 = Buffer.from(json({ text: 'caf\u00e9' }), 'latin1');

test('a post is accepted, and its receipt names it', async () => {
  const post = newPost();
  const { status, body } = await send(JSON.stringify(post));
  expect(status).toBe(202);
  expect(body).toEqual({ id: post.id, receipt: expect.stringMatching(/^[\w-]{22}$/) });
});

describe('who may send', () => {
  test.each<[string, string, number]>([
    ['no key', '', 401],
    ['an unknown key', 'nobody-knows-this-key', 401],
    ['a key that lacks the scope', reader, 403],
    ['the ingest key', apiKey, 202],
    ['a key that may do everything', 'admin', 202],
  ])('%s', async (_, key, status) => {
    const answer = await send(json(), { key: key === 'admin' ? running.adminKey : key });
    expect(answer.status).toBe(status);
    if (status === 401) expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    if (status >= 400) {
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(answer.body).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
    }
  });

  test('a key works at once when it is made, also where it was refused before', async () => {
    const key = 'a-key-that-comes-later';
    expect((await send(json(), { key })).status).toBe(401);
    await running.db.commit([addKey(running.runtime, key, 'later', 'later', ['posts:write'])]);
    expect((await send(json(), { key })).status).toBe(202);
  });
});

describe('what is wrong with a single post', () => {
  const broken: [string, string | Uint8Array, number, string | undefined][] = [
    ['nothing', '', 422, ''],
    ['not JSON', '{"id": 1,', 400, undefined],
    ['not UTF-8', latin1, 400, undefined],
    ['a list', '[]', 422, ''],
    ['no id', json({ id: undefined }), 422, 'id'],
    ['no author', json({ author: undefined }), 422, 'author'],
    ['an author without an id', json({ author: {} }), 422, 'author.id'],
    ['an unknown field', json({ colour: 'red' }), 422, ''],
    ['an unknown audience', json({ audience: 'friends' }), 422, 'audience'],
    ['a platform in capitals', json({ platform: 'ACME' }), 422, 'platform'],
    ['version 0', json({ version: 0 }), 422, 'version'],
    ['a version that is a text', json({ version: '2' }), 422, 'version'],
    ['a time without a date', json({ createdAt: '10:00' }), 422, 'createdAt'],
    ['the 30th of February', json({ createdAt: '2026-02-30T10:00:00Z' }), 422, 'createdAt'],
    ['an address of another kind', json({ url: 'javascript:alert(1)' }), 422, 'url'],
    ['a picture with half a hash', json({ media: [{ type: 'image/png', sha256: 'abc' }] }), 422, 'media.0.sha256'],
    ['the second link', json({ links: ['https://a.example/', 'b'] }), 422, 'links.1'],
    ['an id with a NUL in it', json({ id: 'a\0b' }), 422, 'id'],
    ['an id that is no Unicode text', json({ id: '\ud800' }).replace('"\ud800"', '"\\ud800"'), 422, 'id'],
    ['too large', json({ text: 'x'.repeat(3_000) }), 413, undefined],
  ];
  test.each(broken)('%s', async (_, body, status, path) => {
    const answer = await send(body);
    expect(answer.status).toBe(status);
    if (path !== undefined) expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path);
    expect(answer.body.detail).not.toContain('\n');
  });
});

describe('how it is sent', () => {
  test.each([
    ['another media type', { type: 'text/plain' }, 415],
    ['compressed', { headers: { 'content-encoding': 'gzip' } }, 415],
    ['not compressed, and said so', { headers: { 'content-encoding': 'identity' } }, 202],
    ['an unknown parameter', { query: '?recepits=errors' }, 422],
    ['a parameter with another value', { query: '?receipts=none' }, 422],
  ])('%s', async (_, options, status) => {
    expect((await send(json(), options)).status).toBe(status);
  });
});

test('every text that JSON can hold is taken as it is', async () => {
  const text = ['\0 NUL', '\ud800 half a pair', '\u202e turned', '😀', '"quoted" \\ back', '\u2028'].join('\n');
  const post = newPost({ text });
  expect((await send(JSON.stringify(post))).status).toBe(202);
  const { body } = await running.db
    .tables<{ posts: { key: string; body: string } }>()
    .selectFrom('posts')
    .select('body')
    .where('key', '=', `acme/1/${post.id}`)
    .executeTakeFirstOrThrow();
  expect(JSON.parse(body).text).toBe(text);
});

describe('a stream', () => {
  const ndjson = async (lines: (string | Uint8Array)[], query = '') => {
    const parts = lines.flatMap(line => [Buffer.from(line), Buffer.from('\n')]);
    const res = await fetch(`${running.url}/v1/posts${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/x-ndjson' },
      body: Buffer.concat(parts),
    });
    const text = await res.text();
    return {
      status: res.status,
      lines: text
        .split('\n')
        .filter(Boolean)
        .map(line => JSON.parse(line)),
    };
  };

  test('keeps the good lines, and names the others by number and field', async () => {
    const [first, second, third] = [newPost(), newPost(), newPost()];
    const { status, lines } = await ndjson([
      JSON.stringify(first),
      'not json',
      '',
      latin1,
      JSON.stringify({ ...second, author: { name: 'x' } }),
      JSON.stringify(newPost({ text: 'x'.repeat(3_000) })),
      JSON.stringify(second),
      JSON.stringify({ ...first, text: 'something else' }),
      JSON.stringify(third),
      JSON.stringify(first),
    ]);
    expect(status).toBe(200);
    expect(lines).toEqual([
      { line: 1, id: first.id, receipt: expect.any(String) },
      { line: 2, error: expect.objectContaining({ status: 400 }) },
      // Line 3 is blank: it counts, and carries nothing.
      { line: 4, error: expect.objectContaining({ status: 400, detail: 'The line is not UTF-8.' }) },
      {
        line: 5,
        error: expect.objectContaining({
          status: 422,
          errors: expect.arrayContaining([expect.objectContaining({ path: 'author.id' })]),
        }),
      },
      { line: 6, error: expect.objectContaining({ status: 413 }) },
      { line: 7, id: second.id, receipt: expect.any(String) },
      { line: 8, error: expect.objectContaining({ status: 409 }) },
      { line: 9, id: third.id, receipt: expect.any(String) },
      { line: 10, id: first.id, receipt: lines[0].receipt },
    ]);
  });

  test('needs no line break at its end, and may end its lines as Windows does', async () => {
    const [first, second] = [newPost(), newPost()];
    const res = await fetch(`${running.url}/v1/posts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/x-ndjson; charset=utf-8' },
      body: `${JSON.stringify(first)}\r\n${JSON.stringify(second)}`,
    });
    const lines = (await res.text())
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(lines.map(line => line.id)).toEqual([first.id, second.id]);
  });

  test('may be empty', async () => {
    expect(await ndjson([])).toEqual({ status: 200, lines: [] });
  });

  test('answers errors and a summary only, where that is asked for', async () => {
    const known = newPost();
    await send(JSON.stringify(known));
    const { lines } = await ndjson([JSON.stringify(newPost()), 'no', JSON.stringify(known)], '?receipts=errors');
    expect(lines).toEqual([
      { line: 2, error: expect.objectContaining({ status: 400 }) },
      { summary: { accepted: 1, known: 1, rejected: 1 } },
    ]);
  });

  test('over the limit is refused before anything is read, where its length is said', async () => {
    const posts = Array.from({ length: 200 }, () => JSON.stringify(newPost({ text: 'x'.repeat(500) })));
    const { status } = await ndjson(posts);
    expect(status).toBe(413);
    const first = JSON.parse(posts[0]!) as { id: string };
    expect(await readPosts(running.db, [{ platform: 'acme', id: first.id, version: 1 }])).toEqual([undefined]);
  });

  test('over the limit, and of unknown length, is taken up to there and told where to go on', async () => {
    const posts = Array.from({ length: 200 }, () => newPost({ text: 'x'.repeat(500) }));
    const body = new ReadableStream({
      start(controller) {
        for (const post of posts) controller.enqueue(Buffer.from(`${JSON.stringify(post)}\n`));
        controller.close();
      },
    });
    const res = await fetch(`${running.url}/v1/posts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/x-ndjson' },
      body,
      duplex: 'half',
    } as RequestInit);
    const lines = (await res.text())
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    const { resumeFrom, error } = lines.at(-1);
    expect(error.status).toBe(413);
    expect(resumeFrom).toBeGreaterThan(20);
    expect(lines.slice(0, -1).map(line => line.id)).toEqual(posts.slice(0, resumeFrom - 1).map(post => post.id));
  });
});
