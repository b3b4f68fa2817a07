import { join } from 'node:path';
import { migrate, openPostgres, openSqlite, sql, type Table, UnavailableError } from '../../services/runtime/index.js';
import { freshDatabase, type Postgres, startPostgres, withServers } from '../servers/index.js';
import { until } from '../until.js';
import { databaseSuite } from './database-suite.js';
import { folder, ownTables, pause } from './parts.js';

const home = folder();

databaseSuite('SQLite', async () => {
  const db = await openSqlite(join(home, 'suite.db'));
  // As a full disk: SQLite gets no more pages.
  const pages = (most: number) => async () => {
    await db.commit([{ query: sql`pragma max_page_count = ${sql.lit(most)}`.compile(db.tables<unknown>()) }]);
  };
  return { db, away: pages(1), back: pages(1_000_000) };
});

withServers(['postgres'], 'PostgreSQL', () => {
  let server: Postgres | undefined;
  afterAll(() => server?.stop());

  databaseSuite('PostgreSQL', async () => {
    const own = await startPostgres({ alone: true });
    server = own;
    return { db: openPostgres(own.url, 5, () => undefined), away: () => own.crash(), back: () => own.restart() };
  });

  test('migrations by several processes at once: one does them, the others wait', async () => {
    const url = await freshDatabase();
    const databases = Array.from({ length: 5 }, () => openPostgres(url, 2, () => undefined));
    try {
      await Promise.all(databases.map(db => migrate(db, ownTables)));
      const { rows } = await sql<{ n: number }>`select count(*) as n from kysely_migration`.execute(
        databases[0]!.tables<unknown>(),
      );
      expect(rows).toEqual([{ n: ownTables.length + 1 }]);
    } finally {
      await Promise.all(databases.map(db => db.stop()));
    }
  });

  test('two commits that wait for each other both succeed', async () => {
    const db = openPostgres(await freshDatabase(), 4, () => undefined);
    const table: Table = { name: 'crossed', columns: { id: 'text', n: 'bigint' }, primaryKey: ['id'] };
    await migrate(db, [table]);
    await db.commit([
      db.insert(table, [
        { id: 'a', n: 0 },
        { id: 'b', n: 0 },
      ]),
    ]);
    const rows = db.tables<unknown>();
    const add = (id: string) => ({ query: sql`update crossed set n = n + 1 where id = ${id}`.compile(rows) });
    const wait = { query: sql`select pg_sleep(0.3)`.compile(rows) };
    await Promise.all([db.commit([add('a'), wait, add('b')]), db.commit([add('b'), wait, add('a')])]);
    const { rows: found } = await sql`select id, n from crossed order by id`.execute(rows);
    expect(found).toEqual([
      { id: 'a', n: 2 },
      { id: 'b', n: 2 },
    ]);
    await db.stop();
  });

  test('a server that dies in the middle of commits and queries brings nobody down', async () => {
    const own = await startPostgres({ alone: true });
    const lost: Error[] = [];
    const db = openPostgres(own.url, 5, error => lost.push(error));
    const table: Table = { name: 'slow', columns: { id: 'text' }, primaryKey: ['id'] };
    await migrate(db, [table]);
    const rows = db.tables<unknown>();
    const running = [
      ...Array.from({ length: 3 }, (_, i) =>
        db.commit([db.insert(table, [{ id: `a${i}` }]), { query: sql`select pg_sleep(20)`.compile(rows) }]),
      ),
      ...Array.from({ length: 2 }, () => sql`select pg_sleep(20)`.execute(rows)),
    ];
    const settled = Promise.allSettled(running);
    await pause(300);
    await own.crash();
    for (const result of await settled) {
      expect(result.status).toBe('rejected');
      expect((result as PromiseRejectedResult).reason).toBeInstanceOf(UnavailableError);
    }
    await expect(sql`select 1`.execute(rows)).rejects.toBeInstanceOf(UnavailableError);
    expect(await db.problem()).toMatch(/^database: /);
    await own.restart();
    await until(async () => (await db.problem()) === undefined, 'PostgreSQL is back');
    expect((await sql`select id from slow`.execute(rows)).rows).toEqual([]);
    await db.stop();
    await own.stop();
  }, 60_000);

  test('a server that answers nothing is told as a problem within seconds', async () => {
    const own = await startPostgres({ alone: true });
    const db = openPostgres(own.url, 2, () => undefined);
    await migrate(db, []);
    const rows = db.tables<unknown>();
    const [{ pid }] = (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(rows)).rows as [
      { pid: number },
    ];
    process.kill(pid, 'SIGSTOP');
    try {
      const from = Date.now();
      expect(await db.problem()).toMatch(/no answer within 3 s/);
      expect(Date.now() - from).toBeLessThan(15_000);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    expect(await db.problem()).toBeUndefined();
    await db.stop();
    await own.stop();
  }, 60_000);
});
