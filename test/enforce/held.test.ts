import { heldBy } from '../../services/enforce/plan.js';
import type { RemovalRow } from '../../services/enforce/tables.js';
import { until } from '../until.js';
import { openScene, type Scene } from './setup.js';

const second = 1_000;
const limit = 20 * second;
let scene: Scene;

beforeAll(async () => {
  scene = await openScene({ CLOCK_REMOVAL: '20s', REMOVAL_ESCALATE_AFTER: '1h', REMOVAL_CONCURRENCY: '8' });
});
afterAll(() => scene.end());

/** The clock of a removal as it is kept. */
const clock = async (id: string) =>
  (await scene.clock('removal', id)) as unknown as { state: string; breaches: string; history: string } | undefined;
const holdsOf = async (id: string): Promise<string[]> =>
  (JSON.parse((await clock(id))?.history ?? '{"moments":[]}').moments as { kind: string; cause: string }[])
    .filter(({ kind }) => kind === 'hold')
    .map(({ cause }) => cause);
const holds = (id: string, ...causes: string[]) =>
  until(async () => JSON.stringify(await holdsOf(id)) === JSON.stringify(causes), `${id} to be held by ${causes}`);
const breach = (id: string) =>
  until(async () => {
    scene.time.forward(second);
    const row = await clock(id);
    return row?.state === 'breached' && JSON.parse(row.breaches);
  }, `${id} to be overdue`);

test('nothing is told of a removal that goes as it should', async () => {
  const id = await scene.post('en');
  await scene.stands(id, 'gone', 'gone');
  await scene.quiet();
  expect(await holdsOf(id)).toEqual([]);
  expect((await scene.item(id)).removal?.held).toBeNull();
});

test('what holds up a removal is told once, and its breach is counted under it', async () => {
  scene.platform.manners.set('*', 'refuse');
  const id = await scene.post('en');
  await holds(id, 'platform-refused');
  const calls = scene.platform.callsFor(id).length;
  scene.time.forward(31 * second);
  await until(() => scene.platform.callsFor(id).length > calls, 'another call');
  expect(await breach(id)).toEqual({ 'platform-refused': 1 });
  expect(await holdsOf(id)).toEqual(['platform-refused']);
  scene.platform.manners.delete('*');
  // The pause before the next call begins with the end of this one, and grows.
  await until(async () => {
    scene.time.forward(31 * second);
    return (await scene.item(id)).removal?.state === 'gone';
  }, `${id} to be gone`);
  await until(async () => (await clock(id))?.state === 'stopped', 'the clock to stop');
  expect(JSON.parse((await clock(id))?.breaches ?? '')).toEqual({ 'platform-refused': 1 });
});

test('another cause is told as well: it failed, then it accepted and did nothing', async () => {
  scene.platform.manners.set('*', 'fail');
  const id = await scene.post('en');
  await until(() => scene.platform.callsFor(id).length > 1, 'two calls');
  scene.time.forward(6 * second);
  await holds(id, 'platform-failed');
  scene.platform.manners.set('*', 'ignore');
  scene.time.forward(7 * second);
  await holds(id, 'platform-failed', 'still-readable');
  expect(await breach(id)).toEqual({ 'still-readable': 1 });
  scene.platform.manners.delete('*');
  await until(async () => {
    scene.time.forward(10 * second);
    return (await scene.item(id)).removal?.state === 'gone';
  }, `${id} to be gone`);
}, 40_000);

test("a platform's word without a look holds its clock up by that", async () => {
  const id = await scene.post('en', { platform: 'mute' });
  await scene.stands(id, 'gone', 'claimed', 'mute');
  await holds(id, 'claimed');
  expect(await breach(id)).toEqual({ claimed: 1 });
});

test('what is told is bounded, however often the cause changes, and is told only after a quarter of the limit', () => {
  let row = { wanted: 'gone', held: null, pending_since: 0 } as unknown as RemovalRow;
  expect(heldBy(row, 'unclear', limit / 4 - 1, limit)).toBeUndefined();
  expect(heldBy({ ...row, wanted: 'public' }, 'unclear', limit, limit)).toBeUndefined();
  let told = 0;
  for (let i = 0; i < 1_000; i++) {
    const held = heldBy(row, i % 2 ? 'unclear' : 'still-readable', limit / 4 + i, limit);
    if (held === undefined) continue;
    told++;
    row = { ...row, held };
    expect(heldBy(row, i % 2 ? 'unclear' : 'still-readable', limit / 4 + i, limit)).toBeUndefined();
  }
  expect(told).toBe(8);
});
