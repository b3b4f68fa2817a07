import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from '../../services/runtime/index.js';
import { until } from '../until.js';
import { newPost, type Running, start } from './installation.js';

let running: Running;

beforeAll(async () => {
  running = await start({}, { services: ['ingest', 'classify', 'enforce', 'clocks'] });
});
afterAll(() => running.stop());

const send = (post: object, query = '') => running.call('POST', `/v1/posts${query}`, post);

interface Row {
  key: string;
  version: number;
  body: string | null;
  flags: string;
  created_at: number;
  received_at: number;
  deleted_at: number | null;
}
const rows = (id: string) =>
  running.db
    .tables<{ posts: Row & { item: string } }>()
    .selectFrom('posts')
    .selectAll()
    .where('item', '=', `acme/${id}`)
    .orderBy('version')
    .execute();

/** Every place of the database that holds these words. */
async function wherever(words: string): Promise<string[]> {
  const db = running.db.tables<unknown>();
  const { rows: names } = await sql<{ name: string }>`select name from sqlite_master where type = 'table'`.execute(db);
  const found: string[] = [];
  for (const { name } of names) {
    const { rows: all } = await sql<Record<string, unknown>>`select * from ${sql.table(name)}`.execute(db);
    for (const row of all) if (JSON.stringify(row).includes(words)) found.push(name);
  }
  return [...new Set(found)];
}

/** Until all that came in was assessed. */
async function settled(id: string, versions: number): Promise<void> {
  await until(async () => {
    const lag = await running.runtime.bus.lag('posts', 'classify');
    const got = await rows(id);
    return got.length === versions && lag === 0;
  }, 'everything to be assessed');
}

describe('the same post again', () => {
  test('gets the same receipt, whatever the order of its fields', async () => {
    const post = newPost({ links: ['https://a.example/'], media: [{ type: 'image/png', md5: 'a'.repeat(32) }] });
    const first = await send(post);
    const again = await send(Object.fromEntries(Object.entries(post).reverse()));
    expect(again).toMatchObject({ status: 202, body: first.body });
    expect(await rows(post.id)).toHaveLength(1);
  });

  test('gets the same receipt with its version said or not', async () => {
    const post = newPost();
    expect((await send({ ...post, version: 1 })).body).toEqual((await send(post)).body);
  });

  test('with other content is refused, and what was kept stays', async () => {
    const post = newPost();
    await send(post);
    const { status, body } = await send({ ...post, text: 'Something else.' });
    expect(status).toBe(409);
    expect(body.detail).toContain('Version 1');
    expect((await rows(post.id))[0]?.body).toContain('willows');
  });

  test('of another platform is another post', async () => {
    const post = newPost();
    const [one, two] = [await send(post), await send({ ...post, platform: 'other', text: 'Something else.' })];
    expect(two.status).toBe(202);
    expect(two.body.receipt).not.toBe(one.body.receipt);
  });
});

describe('times that cannot be true', () => {
  const year = 365 * 24 * 3_600_000;
  test.each([
    ['in the future', () => new Date(Date.now() + year), ['created-in-future']],
    ['a little ahead', () => new Date(Date.now() + 20_000), []],
    ['before 2000', () => new Date('1999-12-31T23:59:59Z'), ['created-before-2000']],
    ['in the year nought', () => '0000-01-01T00:00:00Z', ['created-before-2000']],
    ['long ago', () => new Date('2004-01-01T00:00:00Z'), []],
  ])('%s: accepted, and flagged where it has to be', async (_, at, flags) => {
    const when = at();
    const post = newPost({ createdAt: typeof when === 'string' ? when : when.toISOString() });
    expect((await send(post)).status).toBe(202);
    expect(JSON.parse((await rows(post.id))[0]?.flags ?? '')).toEqual(flags);
  });
});

test('posts of the past are marked', async () => {
  const post = newPost();
  await send(post, '?backfill=true');
  expect(JSON.parse((await rows(post.id))[0]?.flags ?? '')).toEqual(['backfill']);
});

describe('what is not public', () => {
  test.each(['restricted', 'private'])('%s: nothing but its key is kept', async audience => {
    const secret = `quokka${audience}`;
    const post = newPost({
      audience,
      text: `${secret} text`,
      author: { id: `${secret}-author` },
      url: `https://acme.example/${secret}`,
      createdAt: '2021-02-03T04:05:06Z',
    });
    const first = await send(post);
    expect(first.status).toBe(202);
    await settled(post.id, 1);
    expect(await wherever(secret)).toEqual([]);
    const [row] = await rows(post.id);
    expect(row).toMatchObject({ body: null, created_at: row?.received_at, deleted_at: null });
    expect(JSON.parse(row?.flags ?? '')).toEqual(['not-public']);
    expect((await send(post)).body).toEqual(first.body);
    expect((await send({ ...post, text: 'other' })).status).toBe(409);
  });

  test('becoming so erases what was public before', async () => {
    const post = newPost({ text: 'A quoll was here.' });
    await send(post);
    await settled(post.id, 1);
    await send({ ...post, version: 2, audience: 'private', text: 'A quoll is private now.' });
    await settled(post.id, 2);
    expect(await wherever('quoll')).toEqual([]);
  });
});

describe('edits and deletions', () => {
  const deletion = (post: object, version: number) => ({ ...post, version, deletedAt: '2026-05-02T00:00:00Z' });

  test('a new version stands beside the one before', async () => {
    const post = newPost();
    await send(post);
    expect((await send({ ...post, version: 2, text: 'Changed.' })).status).toBe(202);
    expect((await rows(post.id)).map(row => JSON.parse(row.body ?? '').text)).toEqual([post.text, 'Changed.']);
  });

  test('a deletion erases the text everywhere', async () => {
    const post = newPost({ text: 'A numbat said SANSDELAI-STANDARD-TAKEDOWN-TEST-POST.' });
    await send(post);
    await send({ ...post, version: 2, text: 'A numbat said more.' });
    await settled(post.id, 2);
    await until(async () => (await wherever('numbat')).length > 0, 'the text to be somewhere');
    await send(deletion({ ...post, text: 'A numbat was here.' }, 3));
    await settled(post.id, 3);
    expect(await wherever('numbat')).toEqual([]);
    expect((await rows(post.id)).map(row => row.body === null)).toEqual([true, true, false]);
  });

  test('an earlier version that comes after the deletion is not kept', async () => {
    const post = newPost({ text: 'A bilby was here.' });
    await send(deletion(post, 3));
    const late = await send(post);
    await send({ ...post, version: 2 });
    await settled(post.id, 3);
    expect(late.status).toBe(202);
    expect(await wherever('bilby')).toEqual([]);
    // It was taken in all the same: the same receipt, and other content is refused.
    expect((await send(post)).body).toEqual(late.body);
    expect((await send({ ...post, text: 'Another.' })).status).toBe(409);
  });

  test('of a version and the deletion that come in at the same moment, nothing is left', async () => {
    const posts = Array.from({ length: 30 }, () => newPost({ text: 'A potoroo was here.' }));
    await Promise.all(posts.flatMap(post => [send(deletion(post, 2)), send(post)]));
    for (const post of posts) await settled(post.id, 2);
    expect(await wherever('potoroo')).toEqual([]);
  });

  test('in one stream, in any order', async () => {
    const post = newPost({ text: 'A dibbler was here.' });
    const lines = [{ ...post, version: 2 }, deletion(post, 3), post];
    const { body } = await running.call('POST', '/v1/posts', lines.map(line => JSON.stringify(line)).join('\n'), {
      'content-type': 'application/x-ndjson',
    });
    expect(body.trim().split('\n')).toHaveLength(3);
    await settled(post.id, 3);
    expect(await wherever('dibbler')).toEqual([]);
  });

  test('a post published again after its deletion is kept', async () => {
    const post = newPost({ text: 'A potoroo is back.' });
    await send(deletion(post, 2));
    await send({ ...post, version: 3 });
    await sleep(20);
    expect((await rows(post.id)).at(-1)?.body).toContain('is back');
  });
});
