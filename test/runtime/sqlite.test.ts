import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Readers, Writer } from '../../services/runtime/database/sqlite/threads.js';
import {
  ConflictError,
  type Database,
  migrate,
  openSqlite,
  sql,
  type Table,
  UnavailableError,
} from '../../services/runtime/index.js';
import { until } from '../until.js';
import { folder } from './parts.js';

const home = folder();
const items: Table = { name: 'items', columns: { id: 'text', n: 'bigint' }, primaryKey: ['id'] };

let db: Database;
beforeAll(async () => {
  db = await openSqlite(join(home, 'sqlite.db'), 1);
  await migrate(db, [items]);
});
afterAll(() => db.stop());

const count = async (): Promise<number> =>
  (await sql<{ n: number }>`select count(*) as n from items`.execute(db.tables<unknown>())).rows[0]?.n ?? -1;

test('a job that fails does no harm to those it shares a commit with', async () => {
  await db.commit([db.insert(items, [{ id: 'taken', n: 0 }])]);
  const results = await Promise.allSettled(
    Array.from({ length: 60 }, (_, i) =>
      db.commit([
        db.insert(items, [{ id: `group-${i}`, n: i }]),
        ...(i % 3 === 0 ? [db.insert(items, [{ id: 'taken', n: i }])] : []),
        ...(i % 3 === 1
          ? [{ query: sql`update items set n = 1 where id = 'nobody'`.compile(db.tables()), atLeast: 1 }]
          : []),
      ]),
    ),
  );
  results.forEach((result, i) => {
    expect(result.status).toBe(i % 3 === 2 ? 'fulfilled' : 'rejected');
    if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(ConflictError);
  });
  expect(await count()).toBe(1 + 20);
});

test('many commits at once share the disk', async () => {
  const from = performance.now();
  await Promise.all(
    Array.from({ length: 2_000 }, (_, i) => db.commit([db.insert(items, [{ id: `many-${i}`, n: i }])])),
  );
  // Each by itself takes a millisecond or more.
  console.log(`2,000 commits at once: ${(performance.now() - from).toFixed(0)} ms`);
  expect(await count()).toBe(1 + 20 + 2_000);
});

describe('a query that takes too long', () => {
  const endless = {
    'before its first row':
      'with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) as n from c',
    'between many rows': 'with recursive c(x) as (select 1 union all select x + 1 from c) select x from c',
  };

  test.each(Object.entries(endless))('%s is ended, and others go on', async (_, text) => {
    const readers = new Readers(join(home, 'sqlite.db'), 1);
    const from = Date.now();
    const slow = readers.query({ sql: text, parameters: [] }, 300);
    const next = readers.query({ sql: 'select 1 as one', parameters: [] }, 300);
    await expect(slow).rejects.toBeInstanceOf(UnavailableError);
    expect(Date.now() - from).toBeLessThan(20_000);
    expect((await next)[0]?.rows).toEqual([{ one: 1 }]);
    await readers.stop();
  });

  test('does not leave later ones with an old state of the file', async () => {
    const readers = new Readers(join(home, 'sqlite.db'), 1);
    const text = `${endless['between many rows']}, (select id from items limit 1)`;
    await expect(readers.query({ sql: text, parameters: [] }, 200)).rejects.toThrow(/too long/);
    const before = await count();
    await db.commit([db.insert(items, [{ id: `after-${before}`, n: 1 }])]);
    const [after] = await readers.query({ sql: 'select count(*) as n from items', parameters: [] }, 2_000);
    expect(after?.rows).toEqual([{ n: before + 1 }]);
    await readers.stop();
  });

  test('and does not even notice is given up: another reader takes its place', async () => {
    const readers = new Readers(join(home, 'sqlite.db'), 1);
    // One row at once, the next after seconds in which the thread hears nothing.
    const deaf =
      'with recursive c(x) as (select 1 union all select x + 1 from c where x < 12000000) select x from c where x % 12000000 = 1 or x < 2';
    const slow = readers.query({ sql: deaf, parameters: [] }, 100).catch((error: unknown) => error);
    expect(await slow).toBeInstanceOf(UnavailableError);
    const [one] = await readers.query({ sql: 'select 1 as one', parameters: [] }, 1_000);
    expect(one?.rows).toEqual([{ one: 1 }]);
    await readers.stop();
  }, 60_000);
});

test('a writer thread that dies: who waits is told, and it starts again', async () => {
  const writer = new Writer(join(home, 'dying.db'), new URL('./dying-writer.js', import.meta.url));
  const commit = (text: string) => writer.commit([{ sql: text, parameters: [] }]);
  await commit('create table t (id integer primary key)');
  await commit('insert into t values (0)');
  const results = await Promise.allSettled([
    commit('insert into t values (1)'),
    commit('-- die\n insert into t values (2)'),
    commit('insert into t values (3)'),
  ]);
  for (const result of results) {
    expect(result.status).toBe('rejected');
    expect((result as PromiseRejectedResult).reason).toBeInstanceOf(UnavailableError);
  }
  await commit('insert into t values (4)');
  const [found] = await commit('select id from t order by id');
  expect(found?.rows).toEqual([{ id: 0 }, { id: 4 }]);
  await writer.stop();
});

test('work after the end is refused, not left waiting', async () => {
  const ended = await openSqlite(join(home, 'ended.db'));
  await migrate(ended, [items]);
  const last = ended.commit([ended.insert(items, [{ id: 'last', n: 1 }])]);
  await ended.stop();
  await last;
  await expect(ended.commit([ended.insert(items, [{ id: 'later', n: 1 }])])).rejects.toBeInstanceOf(UnavailableError);
  const again = await openSqlite(join(home, 'ended.db'));
  expect((await sql`select id from items`.execute(again.tables<unknown>())).rows).toEqual([{ id: 'last' }]);
  await again.stop();
});

test.each([
  ['is a folder', (path: string) => mkdirSync(path)],
  ['is another kind of file', (path: string) => writeFileSync(path, 'This is no database. '.repeat(500))],
])('a file that %s: opening it fails with its name', async (what, make) => {
  const path = join(home, `${what.replaceAll(' ', '-')}.db`);
  make(path);
  await expect(openSqlite(path)).rejects.toBeInstanceOf(UnavailableError);
  await expect(openSqlite(path)).rejects.toThrow(path);
});

test('two transactions of migrations at once wait for each other, and for commits', async () => {
  const both = await openSqlite(join(home, 'both.db'));
  const table = (name: string): Table => ({ name, columns: { id: 'text' }, primaryKey: ['id'] });
  await migrate(both, [items]);
  const all = [items, table('one'), table('two')];
  const [, second] = await Promise.allSettled([
    migrate(both, all),
    migrate(both, all),
    ...Array.from({ length: 20 }, (_, i) => both.commit([both.insert(items, [{ id: `b${i}`, n: i }])])),
  ]);
  expect(second.status).toBe('fulfilled');
  await until(async () => (await both.problem()) === undefined, 'it takes writes');
  await both.commit([both.insert(table('two'), [{ id: 'x' }])]);
  await both.stop();
});

test('a boolean is taken for a number: libsql would end the process', async () => {
  const { rows } = await sql<{ yes: number }>`select ${true} as yes`.execute(db.tables<unknown>());
  expect(rows).toEqual([{ yes: 1 }]);
  await db.commit([
    { query: sql`update items set n = ${false} where id = 'taken'`.compile(db.tables<unknown>()), atLeast: 1 },
  ]);
});

const prlimit = ['/usr/bin/prlimit', '/bin/prlimit'].find(existsSync);
(prlimit ? test : test.skip)(
  'a disk that takes no more refuses, loses nothing, and is used again once it has room',
  async () => {
    const path = join(home, 'full.db');
    const child = spawn(process.execPath, [
      fileURLToPath(new URL('./children/full-disk.js', import.meta.url)),
      path,
      prlimit as string,
    ]);
    let said = '';
    child.stdout.on('data', part => {
      said += part;
    });
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
    const { committed, refused, after, kept } = JSON.parse(said);
    expect(committed).toBeGreaterThan(0);
    expect(refused).toEqual(['UnavailableError']);
    expect(after).toBe('committed');
    expect(kept).toBe(committed + 1);
  },
);
