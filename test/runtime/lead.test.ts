import { join } from 'node:path';
import {
  ConflictError,
  type Database,
  migrate,
  openPostgres,
  openSqlite,
  realTime,
  type Time,
} from '../../services/runtime/index.js';
import { lead, leasesTable } from '../../services/runtime/lead.js';
import { freshDatabase, withServers } from '../servers/index.js';
import { until } from '../until.js';
import { type Fenced, fencedTable, fencedWrite } from './fenced.js';
import { folder, movableTime, pause, silent } from './parts.js';
import { startChild } from './processes.js';

const home = folder();

/** One who wants to lead, and writes down when it does. */
function candidate(db: Database, instance: string, told: string[], time: Time = realTime, name = 'work') {
  let leading = 0;
  const held = lead({ db, time, log: silent, instance }, name, async (fence, signal) => {
    leading = fence;
    told.push(`${instance} ${fence}`);
    await new Promise(resolve => signal.addEventListener('abort', resolve));
    leading = 0;
  });
  return { ...held, fence: () => leading };
}

function suite(title: string, open: () => Promise<Database>): void {
  describe(`a lease in ${title}`, () => {
    let db: Database;
    beforeAll(async () => {
      db = await open();
      await migrate(db, [leasesTable, fencedTable]);
    });
    afterAll(() => db.stop());

    test('has one holder at a time; a released one is taken within seconds, with a higher fence', async () => {
      const told: string[] = [];
      const all = ['a', 'b', 'c'].map(instance => candidate(db, instance, told, realTime, 'handover'));
      const leaders = () => all.filter(({ fence }) => fence() > 0);
      await until(() => leaders().length === 1, 'one leads');
      const [first] = leaders();
      const from = Date.now();
      await first?.stop();
      await until(() => leaders().length === 1, 'another leads');
      expect(Date.now() - from).toBeLessThan(15_000);
      expect(told).toHaveLength(2);
      const fences = told.map(line => Number(line.split(' ')[1]));
      expect(fences).toEqual([1, 2]);
      expect(told[0]?.[0]).not.toBe(told[1]?.[0]);
      await Promise.all(all.map(({ stop }) => stop()));
      expect(leaders()).toEqual([]);
    }, 30_000);

    test('work that fails or ends is started again, with a new fence', async () => {
      const fences: number[] = [];
      const held = lead({ db, time: realTime, log: silent, instance: 'a' }, 'failing', async fence => {
        fences.push(fence);
        if (fences.length === 1) throw new Error('failed');
      });
      await until(() => fences.length >= 3, 'three starts');
      await held.stop();
      expect(fences.slice(0, 3)).toEqual([1, 2, 3]);
    }, 30_000);

    test('a holder that is found to have lost it is told, and its fence writes nothing more', async () => {
      await db.commit([
        db.insert(fencedTable, [{ id: 'one', fence: 0, writer: '', writes: 0 }], { onConflict: 'replace' }),
      ]);
      const told: string[] = [];
      const a = candidate(db, 'a', told, realTime, 'lost');
      await until(() => a.fence() > 0, 'a leads');
      await db.commit([fencedWrite(db, 1, 'a')]);
      // For b it is long past the lease.
      const time = movableTime();
      time.forward(20_000);
      const b = candidate(db, 'b', told, time, 'lost');
      await until(() => b.fence() > 0, 'b leads');
      await db.commit([fencedWrite(db, b.fence(), 'b')]);
      await expect(db.commit([fencedWrite(db, 1, 'a')])).rejects.toBeInstanceOf(ConflictError);
      await until(() => a.fence() === 0, 'a is told');
      await Promise.all([a.stop(), b.stop()]);
      expect(told).toEqual(['a 1', 'b 2']);
    }, 30_000);

    test('other names are other leases', async () => {
      const told: string[] = [];
      const both = [candidate(db, 'a', told, realTime, 'one'), candidate(db, 'b', told, realTime, 'two')];
      await until(() => both.every(({ fence }) => fence() > 0), 'both lead');
      await Promise.all(both.map(({ stop }) => stop()));
    });

    test('a holder that can not renew is told when its time is over, not before', async () => {
      const failing: Database = {
        ...db,
        commit: async writes => {
          if (broken) throw new Error('away');
          return db.commit(writes);
        },
      };
      let broken = false;
      const told: string[] = [];
      const a = candidate(failing, 'a', told, realTime, 'away');
      await until(() => a.fence() > 0, 'it leads');
      broken = true;
      const from = Date.now();
      await pause(4_000);
      expect(a.fence()).toBe(1);
      await until(() => a.fence() === 0, 'it is told');
      expect(Date.now() - from).toBeLessThan(20_000);
      broken = false;
      await a.stop();
    }, 30_000);
  });
}

suite('SQLite', () => openSqlite(join(home, 'lead.db')));

withServers(['postgres'], 'processes on PostgreSQL', () => {
  suite('PostgreSQL', async () => openPostgres(await freshDatabase(), 4, () => undefined));

  test('a holder paused past its lease finds its fence refused; the new one writes on', async () => {
    const url = await freshDatabase();
    const db = openPostgres(url, 2, () => undefined);
    await migrate(db, [leasesTable, fencedTable]);
    await db.commit([db.insert(fencedTable, [{ id: 'one', fence: 0, writer: '', writes: 0 }])]);
    const row = () => db.tables<Fenced>().selectFrom('fenced').selectAll().executeTakeFirstOrThrow();

    const a = startChild('leader', url, 'a');
    await a.says('leads 1');
    const b = startChild('leader', url, 'b');
    await until(async () => (await row()).writes > 3, 'a writes');
    await pause(500);
    expect(b.lines()).toEqual([]);

    process.kill(a.pid, 'SIGSTOP');
    await b.says('leads 2', 20_000);
    await until(async () => (await row()).writer === 'b', 'b writes');
    process.kill(a.pid, 'SIGCONT');
    await a.says('refused 1');
    await a.says('lost 1');
    const { writes } = await row();
    await pause(300);
    const later = await row();
    expect(later).toMatchObject({ fence: 2, writer: 'b' });
    expect(later.writes).toBeGreaterThan(writes);

    // A holder that is killed is followed once its lease is over.
    await b.kill();
    await a.says('leads 3', 20_000);
    await until(async () => (await row()).fence === 3, 'a writes again');
    await a.kill();
    await db.stop();
  }, 90_000);
});
