import { join } from 'node:path';
import {
  type Database,
  diskUsed,
  expire,
  migrate,
  openPostgres,
  openSqlite,
  readConfig,
  sql,
  type Table,
} from '../../services/runtime/index.js';
import { freshDatabase, withServers } from '../servers/index.js';
import { folder, movableTime, ownTables } from './parts.js';

const home = folder();
const day = 24 * 3600_000;
const config = readConfig({ RETENTION_POSTS: '30d' });

const kept: Table = { name: 'kept', columns: { id: 'text', at: 'bigint' }, primaryKey: ['id'] };
const old: Table = { ...kept, name: 'old', retention: { column: 'at', keep: 2 * day } };
const pairs: Table = {
  name: 'pairs',
  columns: { a: 'text', b: 'bigint', at: 'bigint', state: 'text' },
  primaryKey: ['a', 'b'],
  retention: { column: 'at', keep: 'RETENTION_POSTS', where: "state <> 'open'" },
};

/** Told by a row that is kept for good, for so long. */
const told: Table = {
  name: 'told',
  columns: { id: 'text', at: 'bigint', who: 'text?', what: 'text?' },
  primaryKey: ['id'],
  retention: { column: 'at', keep: 2 * day, where: 'who is not null', clears: ['who', 'what'] },
};

function suite(title: string, open: () => Promise<Database>): void {
  describe(`retention on ${title}`, () => {
    let db: Database;
    const time = movableTime();
    beforeAll(async () => {
      db = await open();
      await migrate(db, [...ownTables, kept, old, pairs, told]);
    });
    afterAll(() => db.stop());
    const count = async (table: string) =>
      (await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(db.tables<unknown>())).rows[0]
        ?.n;

    test('deletes what is older than its table keeps it, a little at a time, and nothing else', async () => {
      const now = time.now();
      const rows = (n: number, at: number, name: string) =>
        Array.from({ length: n }, (_, i) => ({ id: `${name}${i}`, at }));
      await db.commit([
        db.insert(old, [...rows(5_000, now - 3 * day, 'older'), ...rows(700, now - day, 'newer')]),
        db.insert(kept, rows(10, 0, 'kept')),
        db.insert(pairs, [
          { a: 'a', b: 1, at: now - 31 * day, state: 'closed' },
          { a: 'a', b: 2, at: now - 31 * day, state: 'open' },
          { a: 'b', b: 1, at: now - 29 * day, state: 'closed' },
        ]),
      ]);
      const portions: number[] = [];
      const watched: Database = {
        ...db,
        commit: async writes => {
          const results = await db.commit(writes);
          portions.push(results.reduce((sum, { affected }) => sum + affected, 0));
          return results;
        },
      };
      expect(await expire({ db: watched, time, config }, [kept, old, pairs])).toEqual({ old: 5_000, pairs: 1 });
      expect(Math.max(...portions)).toBeLessThanOrEqual(2_000);
      expect(await count('old')).toBe(700);
      expect(await count('kept')).toBe(10);
      const left = await sql`select a, b from pairs order by a, b`.execute(db.tables<unknown>());
      expect(left.rows).toEqual([
        { a: 'a', b: 2 },
        { a: 'b', b: 1 },
      ]);
      time.forward(2 * day);
      expect(await expire({ db, time, config }, [old])).toEqual({ old: 700 });
    });

    test('only clears what a table says, once, and keeps the row', async () => {
      const now = time.now();
      await db.commit([
        db.insert(told, [
          { id: 'old', at: now - 3 * day, who: 'a person', what: 'a word' },
          { id: 'new', at: now - day, who: 'a person', what: 'a word' },
        ]),
      ]);
      expect(await expire({ db, time, config }, [told])).toEqual({ told: 1 });
      const left = await sql`select id, who, what from told order by id`.execute(db.tables<unknown>());
      expect(left.rows).toEqual([
        { id: 'new', who: 'a person', what: 'a word' },
        { id: 'old', who: null, what: null },
      ]);
      expect(await expire({ db, time, config }, [told])).toEqual({ told: 0 });
    });

    test('stops when it is told to', async () => {
      await db.commit([
        db.insert(
          old,
          Array.from({ length: 5_000 }, (_, i) => ({ id: `s${i}`, at: 0 })),
        ),
      ]);
      const abort = new AbortController();
      const stopping: Database = {
        ...db,
        commit: async writes => {
          abort.abort();
          return db.commit(writes);
        },
      };
      await expire({ db: stopping, time, config }, [old], abort.signal);
      expect(await count('old')).toBe(3_000);
    });

    test('says what the disk holds', async () => {
      expect(await diskUsed(db)).toBeGreaterThan(10_000);
    });
  });
}

suite('SQLite', () => openSqlite(join(home, 'retention.db')));
withServers(['postgres'], 'with PostgreSQL', () => {
  suite('PostgreSQL', async () => openPostgres(await freshDatabase(), 3, () => undefined));
});

test('finding that nothing is too old reads no table from end to end', async () => {
  const db = await openSqlite(join(home, 'plans.db'));
  const tables = [...ownTables, old, pairs];
  await migrate(db, tables);
  for (const { name, retention, primaryKey } of tables) {
    if (!retention) continue;
    const where = `${retention.column} < 5 ${retention.where ? `and ${retention.where}` : ''}`;
    const plan = sql.raw(`explain query plan select ${primaryKey.join()} from ${name} where ${where} limit 2000`);
    const [result] = await db.commit([{ query: plan.compile(db.tables<unknown>()) }]);
    expect(result?.rows.map(({ detail }) => String(detail)).join()).toMatch(new RegExp(`SEARCH ${name} USING .*INDEX`));
  }
  await db.stop();
});
