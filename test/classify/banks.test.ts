import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountTables, addKey } from '../../services/accounts/index.js';
import {
  addBankEntry,
  type Banks,
  bankRoutes,
  bankTables,
  EntryError,
  followBanks,
  knownTextSignal,
  listBankEntries,
  type NewEntry,
  removeBankEntry,
} from '../../services/classify/signals/bank/index.js';
import { knownLinkSignal } from '../../services/classify/signals/links/index.js';
import { fold } from '../../services/classify/signals/normalise.js';
import type { Post } from '../../services/contracts/index.js';
import {
  createLog,
  listen,
  type OpenRuntime,
  openRuntime,
  readConfig,
  realTime,
} from '../../services/runtime/index.js';
import { freshDatabase, freshRedis, withServers } from '../servers/index.js';
import { changedWords, likeLetters, sentences } from './texts.js';

const caravan = 'The caravan leaves the old town at dawn and nobody who sees it will ever forget the drums';
const text = (content: string, more: Partial<NewEntry & { kind: 'text' }> = {}): NewEntry => ({
  kind: 'text',
  text: content,
  source: 'test',
  ...more,
});
const link = (content: string, scope: 'link' | 'prefix' | 'domain'): NewEntry => ({
  kind: 'link',
  link: content,
  scope,
  source: 'test',
});
const post = (content: string, links: string[] = []): Post => ({
  id: '1',
  platform: 'test',
  version: 1,
  url: 'https://platform.example/1',
  audience: 'public',
  author: { id: 'a' },
  text: content,
  createdAt: '2026-11-01T00:00:00Z',
  links,
});
const context = { now: 0, testAccounts: {} };

interface Site {
  runtime: OpenRuntime;
  stop(): Promise<void>;
}

async function open(settings: Record<string, string>): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'banks-'));
  // An installation shares a database only together with Kafka; here nothing goes over the bus between them.
  const { DATABASE_URL, ...rest } = settings;
  const config = {
    ...readConfig({ PORT: '0', SANSDELAI_DATA: folder, LOG_LEVEL: 'silent', ...rest }),
    ...(DATABASE_URL ? { DATABASE_URL } : {}),
  };
  const runtime = await openRuntime(config, realTime, createLog('silent', false), [...bankTables, ...accountTables]);
  return {
    runtime,
    stop: async () => {
      await runtime.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** How long it takes until something holds, in milliseconds. */
async function until(holds: () => boolean): Promise<number> {
  const start = performance.now();
  while (!holds()) {
    if (performance.now() - start > 30_000) throw new Error('waited in vain');
    await new Promise(resolve => setTimeout(resolve, 5));
  }
  return performance.now() - start;
}

/** One record, two processes that follow it. */
function suite(settings: () => Promise<Record<string, string>>): void {
  let first: Site;
  let second: Site;
  let banks: Banks;
  let others: Banks;
  const has = (of: Banks, content: string): boolean => of.exact(fold(content)).length > 0;

  beforeAll(async () => {
    const given = await settings();
    first = await open(given);
    // Embedded, there is one process by design: the second is another reader in it.
    second = given.DATABASE_URL ? await open({ ...given, PORT: '1' }) : first;
    banks = await followBanks(first.runtime);
    others = await followBanks(second.runtime);
  });
  afterAll(async () => {
    await banks?.stop();
    await others?.stop();
    if (second !== first) await second?.stop();
    await first?.stop();
  });

  test('an entry acts everywhere within a second, and stops to act within a second', async () => {
    const { entry, added } = await addBankEntry(first.runtime, 'one', text(caravan), 'Ada');
    expect(added).toBe(true);
    expect(await until(() => has(banks, caravan) && has(others, caravan))).toBeLessThan(3_000);
    expect(others.exact(fold(caravan))).toMatchObject([{ id: entry.id, bank: 'one', confirmed: true, actsAt: 0.5 }]);
    expect(await removeBankEntry(second.runtime, 'one', entry.id, 'Ada')).toBe(true);
    expect(await until(() => !has(banks, caravan) && !has(others, caravan))).toBeLessThan(3_000);
    expect(await removeBankEntry(first.runtime, 'one', entry.id, 'Ada')).toBe(false);
    expect(banks.version()).toBe(others.version());
  });

  test('without a word from the other process, too: the record is looked at three times a second', async () => {
    const silent = { ...first.runtime, cache: { ...first.runtime.cache, publish: async () => undefined } };
    await addBankEntry(silent, 'quiet', text(`${caravan} quietly`), 'Ada');
    expect(await until(() => has(others, `${caravan} quietly`))).toBeLessThan(3_000);
  });

  test('the same text written otherwise is the same entry; who confirms it later confirms that one', async () => {
    const imported = await addBankEntry(
      first.runtime,
      'two',
      text('They sang beside the river all night', { tags: ['song'] }),
    );
    const again = await addBankEntry(first.runtime, 'two', text('THEY SАNG beside the river — all night!'), 'Ada');
    expect(again).toMatchObject({ added: false, entry: { id: imported.entry.id, confirmedBy: 'Ada', tags: ['song'] } });
    expect(imported.entry.confirmedBy).toBeUndefined();
    const third = await addBankEntry(first.runtime, 'two', text('they sang beside the river all night'));
    expect(third).toMatchObject({ added: false, entry: { confirmedBy: 'Ada' } });
    await until(() => others.exact(fold('they sang beside the river all night'))[0]?.confirmed === true);
    expect(await listBankEntries(first.runtime, 'two')).toHaveLength(1);
  });

  test('added by many at once, an entry is there once, and no change is missed', async () => {
    const texts = sentences(40, 11);
    const runs = [first, second, first].flatMap(({ runtime }) =>
      texts.map(content => addBankEntry(runtime, 'many', text(content))),
    );
    const added = (await Promise.all(runs)).filter(result => result.added);
    expect(added).toHaveLength(texts.length);
    await until(() => texts.every(content => has(banks, content) && has(others, content)));
    expect(await listBankEntries(first.runtime, 'many', { limit: 1000 })).toHaveLength(texts.length);
  });

  test('lists page by page, oldest first', async () => {
    for (const content of sentences(7, 12)) await addBankEntry(first.runtime, 'pages', text(content));
    const all = await listBankEntries(first.runtime, 'pages');
    const start = await listBankEntries(first.runtime, 'pages', { limit: 3 });
    const rest = await listBankEntries(first.runtime, 'pages', { limit: 9, after: start[2]!.id });
    expect([...start, ...rest]).toEqual(all);
    expect(all).toHaveLength(7);
  });

  test('an expired entry does not act, and can be added anew', async () => {
    const content = 'Yesterday the harbour was full of paper boats';
    const expiresAt = Date.now() + 300;
    const old = await addBankEntry(first.runtime, 'brief', text(content, { expiresAt }), 'Ada');
    await until(() => has(banks, content));
    await until(() => !has(banks, content));
    const fresh = await addBankEntry(first.runtime, 'brief', text(content));
    expect(fresh).toMatchObject({ added: true, entry: expect.not.objectContaining({ confirmedBy: 'Ada' }) });
    expect(fresh.entry.id).not.toBe(old.entry.id);
    await until(() => has(others, content));
    expect(await listBankEntries(first.runtime, 'brief')).toHaveLength(1);
  });

  test('who starts later has what is there, and none of what was removed', async () => {
    const kept = await addBankEntry(first.runtime, 'late', text('A lantern hung in every second window'));
    const gone = await addBankEntry(first.runtime, 'late', text('No lantern hung in any of the windows'));
    await removeBankEntry(first.runtime, 'late', gone.entry.id, 'Ada');
    const late = await followBanks(second.runtime);
    try {
      expect(late.exact(fold(kept.entry.content))).toHaveLength(1);
      expect(late.exact(fold(gone.entry.content))).toHaveLength(0);
      expect(late.version()).toBeGreaterThanOrEqual(banks.version());
    } finally {
      await late.stop();
    }
  });

  test('the signal tells unchanged, changed within what was confirmed, and changed beyond', async () => {
    const long = sentences(3, 21).join(' ');
    const { entry } = await addBankEntry(first.runtime, 'told', text(long, { actsAt: 0.8 }), 'Ada');
    await until(() => has(banks, long));
    const signal = knownTextSignal(banks, realTime);
    const oneWord = long.split(' ').with(9, 'otherwise').join(' ');
    const told = await signal.assess(
      [
        post(likeLetters(long)),
        post(`${oneWord} #more https://example.org/x`),
        post(changedWords(changedWords(long))),
        post(`${sentences(12, 22).join(' ')} ${long} ${sentences(12, 23).join(' ')}`),
        post(sentences(3, 24).join(' ')),
      ],
      context,
    );
    const labels = told.map(findings =>
      findings.filter(found => found.entry?.id === entry.id).map(found => found.label),
    );
    expect(labels).toEqual([['known-text'], ['known-text-near'], ['known-text-similar'], ['known-text-similar'], []]);
    expect(told[0]?.[0]).toMatchObject({ score: 1, entry: { bank: 'told', confirmed: true } });
    expect(told[1]?.[0]?.score).toBeGreaterThan(0.8);
    expect(told[1]?.[0]?.reason).toMatch(/^is .*\b\d\d % the same/);
    expect(told[2]?.[0]?.score).toBeLessThan(0.8);
    expect(told[3]?.[0]?.score).toBe(1);
  });

  test('a stricter entry counts a changed text as only like it', async () => {
    const long = sentences(3, 31).join(' ');
    const { entry } = await addBankEntry(first.runtime, 'strict', text(long, { actsAt: 1 }), 'Ada');
    await until(() => has(banks, long));
    const [found] = await knownTextSignal(banks, realTime).assess(
      [post(long.split(' ').with(9, 'otherwise').join(' '))],
      context,
    );
    expect(found?.find(one => one.entry?.id === entry.id)?.label).toBe('known-text-similar');
  });

  test('links are found in the post and in its text, by page, path and domain', async () => {
    await addBankEntry(first.runtime, 'links', link('https://listed.example', 'domain'), 'Ada');
    await addBankEntry(first.runtime, 'links', link('https://host.example/channel', 'prefix'));
    await addBankEntry(first.runtime, 'links', link('https://host.example/watch?v=1', 'link'), 'Ada');
    await until(() => others.links('link host.example/watch?v=1').length > 0);
    const told = await knownLinkSignal(others).assess(
      [
        post('look', ['http://www.sub.listed.example:80/x?utm_source=y']),
        post('look at HOST.example/channel/9/ now'),
        post('look at https://host.example/watch?v=1&fbclid=2#top, and at listed.example'),
        post('look at https://host.example/channels and https://listed.example.org/'),
        post('no link'),
      ],
      context,
    );
    expect(told.map(findings => findings.map(found => found.entry?.confirmed))).toEqual([
      [true],
      [false],
      [true, true],
      [],
      [],
    ]);
    expect(told[1]?.[0]?.reason).toBe('links to host.example/channel/9, which bank links lists (prefix)');
  });

  test.each([
    ['too short a text', text('hello'), 'text'],
    ['a text of little but a link', text('Watch it here: https://example.org/video/1'), 'text'],
    ['a text of little but handles', text('thanks everybody @one @two @three @four @five'), 'text'],
    ['emoji only', text('🎉'.repeat(50)), 'text'],
    ['no link', link('somewhere', 'link'), 'link'],
    ['a domain with a path', link('https://example.org/a', 'domain'), 'link'],
  ])('%s names nothing and is refused', async (_, entry, field) => {
    await expect(addBankEntry(first.runtime, 'bad', entry)).rejects.toMatchObject({ field });
    await expect(addBankEntry(first.runtime, 'bad', entry)).rejects.toBeInstanceOf(EntryError);
  });
}

describe('banks in one process', () => suite(async () => ({})));

test('what stays acts on after most of a large bank was removed, when the index is made anew', async () => {
  const { runtime, stop } = await open({});
  const banks = await followBanks(runtime);
  const has = (content: string): boolean => banks.exact(fold(content)).length > 0;
  const stays = 'The last train to the coast stops at every lighthouse';
  await addBankEntry(runtime, 'large', text(stays), 'Ada');
  const many = await Promise.all(sentences(1200, 51).map(content => addBankEntry(runtime, 'large', text(content))));
  await until(() => has(many.at(-1)!.entry.content));
  await Promise.all(many.map(({ entry }) => removeBankEntry(runtime, 'large', entry.id, 'Ada')));
  await until(() => many.every(({ entry }) => !has(entry.content)));
  await addBankEntry(runtime, 'large', text(`${stays} and waits`), 'Ada');
  await until(() => has(`${stays} and waits`));
  expect(banks.exact(fold(stays))).toHaveLength(1);
  expect(banks.near(fold(`so ${stays}`)).map(({ entry }) => entry.bank)).toContain('large');
  await banks.stop();
  await stop();
});

withServers(['postgres', 'redis'], 'banks in several processes', () =>
  suite(async () => ({ DATABASE_URL: await freshDatabase(), REDIS_URL: await freshRedis() })),
);

describe('/v1/banks', () => {
  let site: Site;
  let stopHttp: () => Promise<void>;
  let url: string;
  const keys = { reader: 'test-key-that-reads-banks', writer: 'test-key-that-writes-banks' };

  beforeAll(async () => {
    site = await open({});
    const http = await listen(site.runtime, () => site.runtime.problems());
    stopHttp = () => http.stop();
    url = `${http.url}/v1/banks`;
    http.mount([bankRoutes(site.runtime)]);
    await site.runtime.db.commit([
      addKey(site.runtime, keys.reader, 'k1', 'reader', ['banks:read']),
      addKey(site.runtime, keys.writer, 'k2', 'Ada', ['banks:write', 'banks:read']),
    ]);
  });
  afterAll(async () => {
    await stopHttp?.();
    await site?.stop();
  });
  const call = (method: string, path: string, key?: string, body?: unknown) =>
    fetch(`${url}${path}`, {
      method,
      headers: key ? { authorization: `Bearer ${key}` } : {},
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });

  test('an entry goes in, is listed, and comes out', async () => {
    const made = await call('POST', '/mine/entries', keys.writer, { ...text(caravan), confirmed: true });
    expect(made.status).toBe(201);
    const entry = (await made.json()) as { id: string };
    expect(entry).toMatchObject({ bank: 'mine', kind: 'text', content: caravan, confirmedBy: 'Ada', source: 'test' });
    expect((await call('POST', '/mine/entries', keys.writer, text(caravan))).status).toBe(200);
    const list = await call('GET', '/mine/entries', keys.reader);
    expect(await list.json()).toEqual({ entries: [entry] });
    expect((await call('DELETE', `/mine/entries/${entry.id}`, keys.writer)).status).toBe(204);
    expect((await call('DELETE', `/mine/entries/${entry.id}`, keys.writer)).status).toBe(404);
    expect(await (await call('GET', '/mine/entries', keys.reader)).json()).toEqual({ entries: [] });
  });

  test('pages through what is there', async () => {
    for (const content of sentences(5, 41)) await call('POST', '/long/entries', keys.writer, text(content));
    const seen: string[] = [];
    for (let next: string | undefined = ''; next !== undefined; ) {
      const page = (await (await call('GET', `/long/entries?limit=2${next}`, keys.reader)).json()) as {
        entries: { content: string }[];
        next?: string;
      };
      seen.push(...page.entries.map(({ content }) => content));
      next = page.next && `&after=${page.next}`;
    }
    expect(seen).toEqual(sentences(5, 41));
  });

  test.each([
    ['no key', 'POST', '/mine/entries', undefined, text(caravan), 401, undefined],
    ['a key that only reads', 'POST', '/mine/entries', keys.reader, text(caravan), 403, undefined],
    ['a key that only reads', 'DELETE', '/mine/entries/x', keys.reader, undefined, 403, undefined],
    ['no JSON', 'POST', '/mine/entries', keys.writer, '{', 400, undefined],
    ['no kind', 'POST', '/mine/entries', keys.writer, { source: 'x' }, 422, 'kind'],
    ['no source', 'POST', '/mine/entries', keys.writer, { kind: 'text', text: caravan }, 422, 'source'],
    ['an unknown field', 'POST', '/mine/entries', keys.writer, { ...text(caravan), confirmedBy: 'me' }, 422, ''],
    ['a text too short', 'POST', '/mine/entries', keys.writer, text('hi'), 422, 'text'],
    ['a link too wide', 'POST', '/mine/entries', keys.writer, link('com', 'domain'), 422, 'link'],
    ['a body too large', 'POST', '/mine/entries', keys.writer, text('a'.repeat(600_000)), 413, undefined],
    ['a bad name', 'POST', '/Mine!/entries', keys.writer, text(caravan), 422, 'bank'],
    ['a bad limit', 'GET', '/mine/entries?limit=0', keys.writer, undefined, 422, 'limit'],
  ])('%s: %s %s', async (_, method, path, key, body, status, field) => {
    const answer = await call(method, path, key, body);
    expect(answer.status).toBe(status);
    const problem = (await answer.json()) as { status: number; errors?: { path: string }[] };
    expect(problem.status).toBe(status);
    expect(problem.errors?.[0]?.path).toBe(field);
  });
});
