import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Authority,
  cases,
  makeFolder,
  openBox,
  openFolder,
  type Ran,
  runCases,
  runLoad,
} from '../../services/cli/authority-simulator.js';
import type { OrderRows } from '../../services/orders/tables.js';
import { eventually } from '../console/installation.js';
import { newFolder, type Running, start } from '../ingest/installation.js';

let running: Running;
let box: Awaited<ReturnType<typeof openBox>>;
let authority: Authority;
let ran: Map<string, Ran>;

beforeAll(async () => {
  const folder = newFolder();
  box = await openBox('127.0.0.1', 0);
  const own = join(folder, 'authority');
  await makeFolder(own, `http://127.0.0.1:${box.port}/answers`);
  running = await start({ SANSDELAI_SANDBOX: 'on', SANSDELAI_ORDERS: join(own, 'orders.yaml') }, { folder });
  const desk = { url: running.url, key: running.adminKey };
  authority = new Authority(running.url, openFolder(own), box, undefined, desk, 10_000);
  ran = new Map((await runCases(authority)).map(one => [one.name, one]));
});
afterAll(async () => {
  await box?.close();
  await running?.stop();
});

const rows = () => running.db.tables<OrderRows>();

test.each(cases.map(({ name, what }) => [name, what]))('the simulated authority: %s (%s)', name => {
  const { got, expected, verdict } = ran.get(name) as Ran;
  expect({ got, verdict }).toEqual({ got: expected, verdict: 'as expected' });
});

test('what was refused is written down, and started no clock', async () => {
  const refused = [...ran.values()].filter(({ got }) => /^4\d\d,/.test(got));
  const written = await rows().selectFrom('order_attempts').select('status').execute();
  // One more: the order that came changed, under the reference of another.
  const statuses = [...refused.map(({ got }) => Number(got.slice(0, 3))), 409];
  expect(written.map(({ status }) => status).sort()).toEqual(statuses.sort());
  const orders = await rows().selectFrom('orders').select('id').execute();
  const clocksOf = () =>
    running.db
      .tables<{ clocks: { obligation: string; subject: string } }>()
      .selectFrom('clocks')
      .select('subject')
      .where('obligation', 'in', ['tco-removal', 'dsa-order'])
      .execute();
  // The clock of the last order is started a moment after its receipt.
  const clocks = await eventually(async () => {
    const found = await clocksOf();
    return found.length >= orders.length ? found : undefined;
  });
  expect(clocks.map(({ subject }) => subject).sort()).toEqual(orders.map(({ id }) => id).sort());
});

test('an archive that came with a letter is kept as it came', async () => {
  const [file, ...more] = await rows().selectFrom('order_files').selectAll().execute();
  expect(more).toEqual([]);
  expect(file).toMatchObject({ name: 'order.zip', type: 'application/zip' });
  expect(
    Buffer.from(file?.content ?? '', 'base64')
      .subarray(0, 4)
      .toString('latin1'),
  ).toBe('PK\x01\x02');
});

test('a deviation is told: an installation that does what it must not is found out', async () => {
  class Credulous extends Authority {
    override send = async () => ({ status: 202, body: { phase: 'executing' }, sentAt: 0, ms: 0 });
  }
  const broken = new Credulous(
    running.url,
    openFolder(join(running.folder, 'authority')),
    box,
    undefined,
    authority.desk,
    1,
  );
  const [told] = await runCases(broken, 'bad-signature');
  expect(told).toMatchObject({ expected: '401, stays', got: '202 executing, stays', verdict: 'deviates' });
});

test('a load of orders: each gone, and each answered', async () => {
  const load = await runLoad(authority, 12, 200);
  expect(load.failed).toEqual([]);
  expect([load.acknowledged, load.gone, load.answered].map(list => list.length)).toEqual([12, 12, 12]);
});

test('a folder with keys is never written over, and nobody else reads them', async () => {
  const folder = join(running.folder, 'another');
  expect(await makeFolder(folder, 'http://127.0.0.1:1/a')).toBe(true);
  const before = readFileSync(join(folder, 'keys.json'), 'utf8');
  expect(await makeFolder(folder, 'http://127.0.0.1:2/b')).toBe(false);
  expect(readFileSync(join(folder, 'keys.json'), 'utf8')).toBe(before);
  expect(statSync(join(folder, 'keys.json')).mode & 0o077).toBe(0);
  expect(readFileSync(join(folder, 'register.json'), 'utf8')).not.toContain('"d"');
  writeFileSync(join(running.folder, 'empty'), '');
  expect(() => openFolder(join(running.folder, 'nowhere'))).toThrow('--make');
  expect(existsSync(join(running.folder, 'nowhere'))).toBe(false);
});
