import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postSchema } from '../../services/contracts/index.js';
import { findPosts, type Search, takePosts } from '../../services/ingest/index.js';
import { pass } from '../../services/ingest/search/follow.js';
import { prepareWords } from '../../services/ingest/search/store.js';
import { searchTables } from '../../services/ingest/search/tables.js';
import { wanted, wordsOf } from '../../services/ingest/search/words.js';
import { postsTable } from '../../services/ingest/tables.js';
import {
  type Database,
  expire,
  migrate,
  openPostgres,
  openSqlite,
  type Runtime,
  readConfig,
  realTime,
  sql,
} from '../../services/runtime/index.js';
import { forumPost } from '../console/installation.js';
import { freshDatabase, withServers } from '../servers/index.js';

test('words are the same whatever marks, signs and forms they are written with', () => {
  expect(wordsOf('L’Été, c’était NAÏF: ﬁn_de-1999!')).toBe('l ete c etait naif fin de 1999');
  expect(wordsOf('كِتَابٌ')).toBe(wordsOf('كتاب'));
  expect(wordsOf('東京 tower')).toBe('東 京 tower');
  expect(wordsOf('हिन्दी')).toBe('हिन्दी');
  expect(wordsOf(`z${'\u0301'.repeat(5_000)} ${'x'.repeat(70_000)}`)).toBe(`z ${'x'.repeat(60)}`);
  expect(wanted('ferry "Old Harbour" „am Mittag“ -- ')).toEqual(['old harbour', 'am mittag', 'ferry']);
  expect(wanted('" " :')).toEqual([]);
});

/** What the follower needs, and no server: commits go to the database, and it is two seconds later for it than for the posts. */
function suite(open: () => Promise<Database>): void {
  let db: Database;
  let now = Date.UTC(2026, 10, 22, 12);
  let runtime: Runtime;
  beforeAll(async () => {
    db = await open();
    await migrate(db, [postsTable, ...searchTables]);
    await prepareWords(db);
    const config = readConfig({ SANSDELAI_SANDBOX: 'off', SANSDELAI_PROBE: 'off' });
    const commit: Runtime['commit'] = writes => db.commit(writes);
    runtime = { db, config, commit, time: { ...realTime, now: () => now } } as Runtime;
  });
  afterAll(() => db?.stop());

  const post = async (...posts: object[]) => {
    for (const one of posts) {
      now += 10;
      const taken = await takePosts(runtime, [postSchema.parse(one)], { route: 'api' });
      expect(taken[0]).toMatchObject({ known: false });
    }
  };
  const indexed = async () => {
    now += 2_000;
    await pass(runtime);
  };
  const find = async (query: string, by: Search['by'] = 'words', more: Partial<Search> = {}) => {
    const { posts, next } = await findPosts(db, { by, query, most: 20, ...more });
    return { ids: posts.map(({ post }) => post.id), next };
  };
  const sum = async (table: string): Promise<number> => {
    const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(
      db.tables<unknown>(),
    );
    return Number(rows[0]?.n);
  };

  test('posts are found by words, phrases, author, link and hash, the newest first', async () => {
    await post(
      forumPost('old', { text: 'The ferry leaves the old harbour at noon.', author: { id: 'Ann/1' } }),
      forumPost('new', { text: 'From the harbour old boats leave; see http://www.Example.org/a/?x=1#top .' }),
      forumPost('pic', { text: 'Look', media: [{ type: 'image/png', md5: 'AB'.repeat(16) }], inReplyTo: 'old' }),
      forumPost('jp', { text: '明日は東京に行く' }),
    );
    await indexed();
    expect((await find('harbour OLD')).ids).toEqual(['new', 'old']);
    expect((await find('"old harbour"')).ids).toEqual(['old']);
    expect((await find('"東京"')).ids).toEqual(['jp']);
    expect((await find('nothing-like-it')).ids).toEqual([]);
    expect((await find('Ann/1', 'author')).ids).toEqual(['old']);
    expect((await find('https://example.org/a?x=1', 'link')).ids).toEqual([]);
    expect((await find('example.org/a/?x=1', 'link')).ids).toEqual(['new']);
    expect((await find('www.example.org', 'link')).ids).toEqual(['new']);
    expect((await find('ab'.repeat(16), 'hash')).ids).toEqual(['pic']);
    await expect(find('xyz', 'hash')).rejects.toMatchObject({ status: 422 });
    await expect(find('"', 'words')).rejects.toMatchObject({ status: 422 });
    const first = await find('harbour', 'words', { most: 1 });
    expect(first.ids).toEqual(['new']);
    expect((await find('harbour', 'words', { most: 1, before: first.next! })).ids).toEqual(['old']);
  });

  test('a query is words and nothing else, whatever it holds', async () => {
    for (const query of [
      'a" OR b',
      'NEAR(a b)',
      "'; drop table posts; --",
      'a*',
      'words : x',
      '%_',
      '\\',
      '<->',
      '! & |',
    ])
      await find(query).catch(error => expect(error).toMatchObject({ status: 422 }));
    expect((await find('harb*')).ids).toEqual([]);
  });

  test('a newer version takes the place of the older; what is deleted is found no more, in the same moment', async () => {
    await post(forumPost('twice', { text: 'Marmalade first.', author: { id: 'Bo' } }));
    await indexed();
    expect((await find('marmalade')).ids).toEqual(['twice']);
    await post(forumPost('twice', { version: 2, text: 'Honey then.', author: { id: 'Bo' } }));
    await indexed();
    expect([(await find('marmalade')).ids, (await find('honey')).ids]).toEqual([[], ['twice']]);
    // An older one that comes late is no news.
    const before = await sum('post_index');
    await post(forumPost('late', { version: 3, text: 'Quince three.' }));
    await indexed();
    await post(forumPost('late', { version: 2, text: 'Quince two.' }));
    await indexed();
    expect((await find('two')).ids).toEqual([]);
    expect(await sum('post_index')).toBe(before + 1);
    await post(
      forumPost('twice', { version: 3, text: undefined, author: { id: 'Bo' }, deletedAt: new Date().toISOString() }),
    );
    expect([(await find('honey')).ids, (await find('Bo', 'author')).ids]).toEqual([[], []]);
    await indexed();
    expect((await find('honey')).ids).toEqual([]);
    // Even of what was sent before it was deleted, and not indexed yet.
    await post(
      forumPost('soon', { text: 'Apricot.' }),
      forumPost('soon', { version: 2, text: undefined, deletedAt: new Date().toISOString() }),
    );
    await indexed();
    expect((await find('apricot')).ids).toEqual([]);
  });

  test('the index is kept as long as the posts', async () => {
    const parts = { db, time: runtime.time, config: { ...runtime.config, RETENTION_POSTS: -60_000 } };
    await expire(parts, searchTables);
    expect(await Promise.all(['post_index', 'post_marks'].map(sum))).toEqual([0, 0]);
    expect((await find('harbour')).ids).toEqual([]);
    if (db.engine === 'sqlite') {
      const { rows } = await sql`select rowid from post_words where post_words match 'harbour'`.execute(
        db.tables<unknown>(),
      );
      expect(rows).toEqual([]);
    }
  });
}

describe('search, SQLite', () => {
  const home = mkdtempSync(join(tmpdir(), 'sansdelai-search-'));
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  suite(() => openSqlite(join(home, 'search.db')));
});
withServers(['postgres'], 'search, PostgreSQL', () =>
  suite(async () => openPostgres(await freshDatabase(), 4, () => undefined)),
);
