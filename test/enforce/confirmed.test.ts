import type { EnforceRows } from '../../services/enforce/tables.js';
import { until } from '../until.js';
import { openScene, type Scene } from './setup.js';

let scene: Scene;

beforeAll(async () => {
  // Shown to people after ten seconds, which is half of the clock's limit.
  scene = await openScene({ CLOCK_REMOVAL: '20s', REMOVAL_ESCALATE_AFTER: '1h', REMOVAL_CONCURRENCY: '8' });
});
afterAll(() => scene.end());

const second = 1_000;
const escalated = async (): Promise<{ postId: string; state: string; detail: string; escalatedAt: string }[]> =>
  (await scene.call('GET', '/v1/removals?escalated=true&limit=500')).body.removals;
const shown = (id: string) => {
  scene.time.forward(11 * second);
  return until(async () => (await escalated()).find(removal => removal.postId === id), `${id} to be shown to people`);
};
/** Lets the time go by until the work is done. */
const inTime = (id: string, state: string) =>
  until(async () => {
    scene.time.forward(second);
    return (await scene.item(id)).removal?.state === state;
  }, `${id} to be ${state}`);
const casesOf = async (id: string) => (await scene.item(id)).cases.filter(row => row.rule === 'not-confirmed');

test('what was never there is not found, which is another outcome than gone', async () => {
  const id = 'never-published';
  await scene.sendVersion(id, 1, 'en');
  await scene.stands(id, 'gone', 'not-found');
  expect(scene.platform.callsFor(id)).toEqual([]);
  await scene.quiet();
  expect(await scene.clock('removal', id)).toMatchObject({ state: 'cancelled', open: 0, seconds: null });
});

test('what comes to be seen after it was not found is removed all the same', async () => {
  const id = 'published-late';
  await scene.sendVersion(id, 1, 'en');
  await scene.stands(id, 'gone', 'not-found');
  scene.platform.publish(id, 'SANSDELAI-STANDARD-TAKEDOWN-TEST-POST number published-late, as it was written first.');
  scene.time.forward(61 * second);
  await until(() => scene.platform.callsFor(id).length > 0, 'the call');
  await scene.stands(id, 'gone', 'gone');
  await scene.quiet();
  expect(await scene.clock('removal', id)).toMatchObject({ state: 'stopped', reopened: 1 });
});

test("a platform's word without a look is claimed, and stops no clock", async () => {
  const id = await scene.post('en', { platform: 'mute' });
  await scene.stands(id, 'gone', 'claimed', 'mute');
  await scene.quiet();
  expect(await scene.clock('removal', id)).toMatchObject({ open: 1, ended_at: null });
  // Bringing it back ends the clock, without a figure.
  const withheld = await scene.post('fr', { platform: 'mute' });
  await scene.stands(withheld, 'gone', 'claimed', 'mute');
  const { cases } = await scene.item(withheld, 'mute');
  await scene.decide(cases[0]!.id, 'keep');
  await scene.stands(withheld, 'public', 'claimed', 'mute');
  expect(scene.platform.pages.get(withheld)?.removed).toBe(false);
  await scene.quiet();
  expect(await scene.clock('removal', withheld)).toMatchObject({ state: 'cancelled', open: 0 });
});

describe('a platform that does not remove', () => {
  test('and refuses: tried again, and shown to people before its clock is due', async () => {
    scene.platform.manners.set('*', 'refuse');
    const id = await scene.post('en');
    await shown(id);
    // Where little gets done at once, it is shown before the first call has been answered.
    await until(async () => (await scene.item(id)).removal?.detail.includes('refused: 403'), 'the refusal');
    scene.platform.manners.delete('*');
    const [row] = await casesOf(id);
    expect(row).toMatchObject({ state: 'open', priority: 1_000 });
    const clock = await until(() => scene.clock('removal', id), 'the clock');
    expect(row!.opened_at - clock.started_at).toBeLessThan(20 * second);
    expect(JSON.parse(row!.reasons)[0]).toMatch(/^The removal is not confirmed: (refused: 403|it was not tried yet)/);
    // It is called again after half a minute, and removed; then nobody has to look any more.
    scene.time.forward(31 * second);
    await scene.stands(id, 'gone', 'gone');
    await until(async () => (await casesOf(id))[0]?.state === 'superseded', 'the case to be withdrawn');
    expect((await escalated()).map(one => one.postId)).not.toContain(id);
    expect(new Set(scene.platform.callsFor(id).map(call => call.webhookId)).size).toBe(1);
  });

  test('and fails: called again and again, always with the same key', async () => {
    scene.platform.manners.set('*', 'fail');
    const id = await scene.post('en');
    await shown(id);
    await until(() => scene.platform.callsFor(id).length >= 4, 'four calls');
    scene.platform.manners.delete('*');
    await scene.stands(id, 'gone', 'gone');
    expect(new Set(scene.platform.callsFor(id).map(call => call.webhookId)).size).toBe(1);
  });

  test('and acts, but its answer is lost: seen gone, and called no more', async () => {
    scene.platform.manners.set('*', 'act-and-fail');
    const id = await scene.post('en');
    await scene.stands(id, 'gone', 'gone');
    scene.platform.manners.delete('*');
    expect(scene.platform.callsFor(id).map(call => call.did)).toEqual(['acted']);
  });

  test('and says that it will: called afresh, with another key, and shown to people', async () => {
    scene.platform.manners.set('*', 'ignore');
    const id = await scene.post('en');
    await shown(id);
    scene.time.forward(60 * second);
    await until(
      () => new Set(scene.platform.callsFor(id).map(call => call.webhookId)).size > 1,
      'another call',
      30_000,
    );
    expect((await scene.item(id)).removal).toMatchObject({ state: 'pending' });
    scene.platform.manners.delete('*');
    scene.time.forward(60 * second);
    await inTime(id, 'gone');
  }, 60_000);

  test('and does not answer: shown to people, while the others are removed', async () => {
    scene.platform.manners.set('*', 'hang');
    // More than this process works on at once.
    const hanging = await Promise.all(Array.from({ length: 20 }, () => scene.post('en')));
    const others = await Promise.all(Array.from({ length: 3 }, () => scene.post('en', { platform: 'mute' })));
    scene.platform.manners.clear();
    for (const id of hanging) scene.platform.manners.set(id, 'hang');
    for (const id of others) await scene.stands(id, 'gone', 'claimed', 'mute');
    scene.time.forward(11 * second);
    for (const id of hanging)
      await until(async () => (await escalated()).some(one => one.postId === id), `${id} to be shown`);
    for (const id of hanging) scene.platform.manners.set(id, 'obey');
    for (const id of hanging) await scene.stands(id, 'gone', 'gone');
  }, 60_000);

  test.each([
    ['410 for our user agent alone', (agent: string) => (agent.includes('SansDelai') ? 410 : 200)],
    ['410 for browsers alone', (agent: string) => (agent.includes('SansDelai') ? 200 : 410)],
    ['500 for everybody', () => 500],
  ])('and answers %s', async (_, status) => {
    scene.platform.manners.set('*', 'ignore');
    const id = await scene.post('en');
    await until(() => scene.platform.callsFor(id).length > 0, 'the call');
    scene.platform.site = (req, res) => {
      if (!req.url?.startsWith(`/posts/${id}`)) return false;
      const code = status(String(req.headers['user-agent']));
      res.writeHead(code).end(code === 200 ? scene.platform.pages.get(id)?.text : '');
      return true;
    };
    await shown(id);
    expect((await scene.item(id)).removal).toMatchObject({ state: 'pending' });
    scene.platform.site = undefined;
    scene.platform.manners.delete('*');
    await inTime(id, 'gone');
  });

  test('and the whole site is away: nothing of it counts as gone', async () => {
    const id = await scene.post('fr');
    await scene.stands(id, 'gone', 'gone');
    scene.platform.manners.set('*', 'ignore');
    const other = await scene.post('en');
    await until(() => scene.platform.callsFor(other).length > 0, 'the call');
    scene.platform.site = (_req, res) => {
      res.writeHead(404).end();
      return true;
    };
    await shown(other);
    expect((await scene.item(other)).removal).toMatchObject({ state: 'pending' });
    await until(
      async () => (await escalated()).find(one => one.postId === other)?.detail.includes('control'),
      'a look at the whole site away',
    );
    scene.platform.site = undefined;
    scene.platform.manners.delete('*');
  });

  test('or restore: tried again, and shown to people', async () => {
    const id = await scene.post('fr');
    const caseId = await scene.openCase(id);
    await scene.stands(id, 'gone', 'gone');
    scene.platform.manners.set('*', 'ignore');
    await scene.decide(caseId, 'keep');
    const removal = await shown(id);
    expect(removal.state).toBe('pending');
    expect(JSON.parse((await casesOf(id))[0]!.reasons)[0]).toMatch(/^The restoration is not confirmed/);
    scene.platform.manners.delete('*');
    await inTime(id, 'restored');
  });
});

test('a platform that nobody connected: shown to people, with what to do', async () => {
  const id = 'of-nobody';
  const headers = { 'content-type': 'application/json' };
  const post = {
    id,
    platform: 'nowhere',
    url: 'https://nowhere.example/1',
    audience: 'public',
    author: { id: 'tester' },
    text: 'Etwas.',
    language: 'de',
    createdAt: '2026-05-01T00:00:00Z',
  };
  await scene.call('POST', '/v1/posts', post, headers);
  const { cases } = await until(async () => {
    const item = await scene.item(id, 'nowhere');
    return item.cases.length > 0 && item;
  }, 'the case');
  await scene.decide(cases[0]!.id, 'remove');
  const removal = await shown(id);
  expect(removal.detail).toContain('SANSDELAI_PLATFORMS');
});

describe('the later looks', () => {
  const minute = 60 * second;
  const hour = 60 * minute;
  const row = async (id: string) => (await scene.item(id)).removal!;
  const watched = (id: string, watch: number) =>
    until(async () => (await row(id)).watch === watch, `look ${watch} of ${id}`);

  test('come after a minute, an hour and a day, and then no more', async () => {
    const id = await scene.post('en');
    await scene.stands(id, 'gone', 'gone');
    for (const [n, pause] of [minute, hour, 24 * hour].entries()) {
      expect((await row(id)).watch).toBe(n);
      scene.time.forward(pause + second);
      await watched(id, n + 1);
    }
    expect((await row(id)).next_at).toBeNull();
    const { looks } = await scene.item(id);
    expect(looks.slice(-3).map(look => [look.phase, look.verdict])).toEqual([
      ['after a minute', 'gone'],
      ['after an hour', 'gone'],
      ['after a day', 'gone'],
    ]);
    expect(scene.platform.callsFor(id)).toHaveLength(1);
  });

  test('what comes back reopens the clock, and is removed again', async () => {
    const id = await scene.post('en');
    await scene.stands(id, 'gone', 'gone');
    await scene.quiet();
    const before = await scene.clock('removal', id);
    scene.platform.pages.get(id)!.removed = false;
    scene.time.forward(minute + second);
    await until(() => scene.platform.callsFor(id).length === 2, 'another call');
    await scene.stands(id, 'gone', 'gone');
    await scene.quiet();
    const [first, again] = scene.platform.callsFor(id);
    expect(again).toMatchObject({ type: 'item.remove', did: 'acted' });
    expect(again?.webhookId).not.toBe(first?.webhookId);
    expect(await scene.clock('removal', id)).toMatchObject({
      subject: before?.subject,
      state: 'stopped',
      reopened: 1,
    });
    // One that comes back is not at once a case for people: it has a moment of its own.
    expect(await casesOf(id)).toEqual([]);
    // And it is looked at again as the first time.
    scene.time.forward(minute + second);
    await watched(id, 1);
  });

  test('a site that is away puts the look off, and does not count', async () => {
    const id = await scene.post('en');
    await scene.stands(id, 'gone', 'gone');
    scene.platform.site = (_req, res) => {
      res.writeHead(503).end();
      return true;
    };
    scene.time.forward(minute + second);
    await until(async () => (await row(id)).detail.includes('503'), 'the look');
    expect(await row(id)).toMatchObject({ state: 'gone', watch: 0 });
    scene.platform.site = undefined;
    scene.time.forward(minute + second);
    await watched(id, 1);
  });
});

test('a removal that is not confirmed is worked on by nobody for ever', async () => {
  const rows = await scene.db
    .tables<EnforceRows>()
    .selectFrom('removals')
    .selectAll()
    .where('state', '=', 'pending')
    .where('next_at', 'is', null)
    .execute();
  expect(rows).toEqual([]);
});
