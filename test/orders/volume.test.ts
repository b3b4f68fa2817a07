import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importRegister } from '../../services/orders/register.js';
import {
  authoritiesTable,
  type OrderRow,
  type OrderRows,
  ordersTable,
  orderTables,
} from '../../services/orders/tables.js';
import { farMore, keepWithin } from '../../services/orders/volume.js';
import {
  ConflictError,
  type Database,
  migrate,
  openPostgres,
  openSqlite,
  realTime,
} from '../../services/runtime/index.js';
import { startPlatform } from '../enforce/platform.js';
import { newFolder } from '../ingest/installation.js';
import { freshDatabase, withServers } from '../servers/index.js';
import { until } from '../until.js';
import { openScene } from './running.js';

const row = (n: string, authority: string): OrderRow => ({
  ...{ id: n, key: n, instrument: 'tco', phase: 'executing', authority, reference: n, route: 'api' },
  ...{ received_at: Date.now(), due_at: Date.now(), in_force: 1, volume: 0, next_at: null },
  ...{ state: '{}', content: '{}', hash: '', findings: '{}', acknowledgement: '{}', changed_at: 0, version: 1 },
});

/** As many as fit, however many processes take them at the same moment. */
async function flood(processes: readonly Database[], authority: string, most: number): Promise<number> {
  const entry = {
    id: authority,
    entry: '{}',
    revoked: 0,
    orders: 0,
    first_at: null,
    confirmed_until: null,
    changed_at: 0,
    volume_since: null,
  };
  await processes[0]?.commit([processes[0].insert(authoritiesTable, [entry])]);
  const takes = Array.from({ length: 40 }, async (_, i) => {
    const db = processes[i % processes.length] as Database;
    const guard = keepWithin({ db, time: realTime }, authority, Date.now(), most);
    try {
      await db.commit([db.insert(ordersTable, [row(`${authority}-${i}`, authority)]), ...guard]);
      return 1;
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      return 0;
    }
  });
  return (await Promise.all(takes)).reduce<number>((sum, one) => sum + one, 0);
}

const stored = async (db: Database, authority: string): Promise<number> =>
  (await db.tables<OrderRows>().selectFrom('orders').select('id').where('authority', '=', authority).execute()).length;

test('forty orders at the same moment, of which ten are usual: ten are taken as usual', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sansdelai-volume-'));
  const db = await openSqlite(join(folder, 'a.db'));
  try {
    await migrate(db, orderTables);
    expect(await flood([db], 'one', 10)).toBe(10);
    expect(await stored(db, 'one')).toBe(10);
  } finally {
    await db.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

withServers(['postgres'], 'on PostgreSQL', () => {
  test('the same of three processes', async () => {
    const url = await freshDatabase();
    const processes = Array.from({ length: 3 }, () => openPostgres(url, 5, () => undefined));
    try {
      await migrate(processes[0] as Database, orderTables);
      expect(await flood(processes, 'one', 10)).toBe(10);
      expect(await stored(processes[0] as Database, 'one')).toBe(10);
    } finally {
      for (const db of processes) await db.stop();
    }
  });
});

test('what was taken before a restart counts after it, and one confirmation lets all that waits go on', async () => {
  const most = farMore(1);
  const [folder, platform] = [newFolder(), await startPlatform()];
  const open = async () => {
    const opened = await openScene({}, { folder, platform });
    opened.writeRegister({ usualOrdersADay: 1 });
    await importRegister(opened.runtime, join(folder, 'register.json'));
    return opened;
  };
  let scene = await open();
  const send = async (count: number) => {
    const ids = [];
    for (let i = 0; i < count; i++) ids.push(await scene.post());
    return Promise.all(ids.map(id => scene.send(scene.order(id))));
  };
  try {
    const before = await send(6);
    await scene.end(true);
    scene = await open();
    const after = await send(8);
    const sent = before.length + after.length;
    const waits = [...before, ...after].filter(({ body }) => body.doubts.includes('volume'));
    expect(waits.length).toBe(sent - most);
    expect(await scene.call('POST', '/v1/authorities/fr-one/confirm', {})).toMatchObject({ status: 202 });
    for (const { body } of waits) await scene.phase(body.id, 'executed');
    const { body } = await scene.call('GET', '/v1/authorities');
    expect(body.authorities.find((one: { id: string }) => one.id === 'fr-one')).toMatchObject({ orders: sent });
  } finally {
    await scene.end();
    await platform.close();
  }
});

test('who is on call is paged at once when it is too many, once, and the desk’s list says whose they are', async () => {
  const scene = await openScene({ CLOCK_DESK: '10m' });
  type Clock = { obligation: string; state: string; about: { subject: string } };
  const clocks = async (): Promise<Clock[]> =>
    (await scene.call('GET', '/v1/clocks?obligation=order-volume')).body.clocks;
  const pages = async (): Promise<{ level: number; clocks: number }[]> =>
    (await scene.call('GET', '/v1/pages?state=all')).body.pages;
  const send = async (count: number) => {
    const ids = [];
    for (let i = 0; i < count; i++) ids.push(await scene.post());
    return Promise.all(ids.map(id => scene.send(scene.order(id))));
  };
  try {
    scene.writeRegister({ usualOrdersADay: 1 });
    const register = join(scene.folder, 'register.json');
    await importRegister(scene.runtime, register);
    await send(farMore(1));
    expect(await clocks()).toEqual([]);
    const waiting = await send(3);
    for (const { body } of waiting) expect(body.doubts).toContain('volume');
    // Ten minutes are its limit, and no part of it has passed.
    const [page] = await until(async () => {
      const found = await pages();
      return found.length > 0 && found;
    }, 'the page');
    expect(page).toMatchObject({ level: 99, clocks: 1 });
    expect(await clocks()).toHaveLength(1);
    const listed = async () => (await scene.call('GET', '/v1/desk/orders')).body.volume;
    expect(await listed()).toMatchObject([{ authority: 'fr-one', name: 'One', orders: 3 }]);
    await until(
      async () => (await (await fetch(`${scene.url}/metrics`)).text()).includes('\norders_over_usual 3\n'),
      'the figure',
    );
    await scene.call('POST', '/v1/authorities/fr-one/confirm', {});
    for (const { body } of waiting) await scene.phase(body.id, 'executed');
    await until(async () => (await clocks()).length === 0, 'its clock to end');
    expect(await listed()).toEqual([]);

    // The day of more is over; more come again, and now the key is known to be stolen.
    scene.time.forward(25 * 3600_000);
    await send(farMore(1));
    await send(1);
    await until(async () => (await clocks()).length === 1, 'another clock');
    scene.writeRegister({ usualOrdersADay: 1, revoked: true });
    await importRegister(scene.runtime, register);
    await until(async () => (await clocks()).length === 0, 'that clock to end');
  } finally {
    await scene.end();
  }
});
