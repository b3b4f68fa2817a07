import { addKey } from '../../services/accounts/index.js';
import { requestRemoval } from '../../services/enforce/request.js';
import type { EnforceRows } from '../../services/enforce/tables.js';
import { until } from '../until.js';
import { openScene, type Scene } from './setup.js';

let scene: Scene;

beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.end());

const inForce = async (id: string) =>
  (await scene.item(id)).grounds.filter(ground => ground.lifted_at === null).map(ground => ground.kind);

/** An order, as the service that takes orders will ask for it. */
async function order(id: string, ref: string): Promise<void> {
  const { removal } = await scene.item(id);
  const request = {
    platform: 'acme',
    postId: id,
    version: 1,
    url: `${scene.platform.origin}/posts/${id}`,
    authorId: 'tester',
    ground: { kind: 'order' as const, ref },
    by: 'an authority',
    at: scene.time.now(),
    postedAt: scene.time.now(),
    route: 'order',
    flags: [],
  };
  const { writes, events } = requestRemoval(scene.db, request, removal);
  await scene.runtime.commit(writes, events);
}

describe('a case', () => {
  test('remove: the post is called for, looked at, and gone', async () => {
    const id = await scene.post('de');
    const caseId = await scene.openCase(id);
    const answer = await scene.decide(caseId, 'remove');
    expect(answer).toMatchObject({
      status: 201,
      body: { caseId, decision: 'remove', removalId: expect.any(String), at: expect.stringMatching(/Z$/) },
    });
    await scene.stands(id, 'gone', 'gone');
    expect(scene.platform.pages.get(id)?.removed).toBe(true);
    expect(await inForce(id)).toEqual(['decision']);
    const { looks, cases } = await scene.item(id);
    expect(looks.map(look => look.phase)).toEqual(['before', 'after']);
    expect(cases[0]).toMatchObject({ state: 'decided', decision: 'remove', decided_by: 'commands on this machine' });
    await scene.quiet();
    expect(await scene.clock('review', id)).toMatchObject({ state: 'stopped' });
    expect(await scene.clock('removal', id)).toMatchObject({ state: 'stopped', open: 0 });
  });

  test('keep: nothing is called', async () => {
    const id = await scene.post('de');
    const { status, body } = await scene.decide(await scene.openCase(id), 'keep');
    expect(status).toBe(201);
    expect(body.removalId).toBeUndefined();
    await scene.quiet();
    expect(scene.platform.callsFor(id)).toEqual([]);
    expect(await scene.clock('review', id)).toMatchObject({ state: 'stopped' });
    expect(await scene.clock('removal', id)).toBeUndefined();
  });

  test.each(['remove', 'keep', 'restore'])('%s twice answers the same', async decision => {
    const id = await scene.post('de');
    const caseId = await scene.openCase(id);
    const first = await scene.decide(caseId, decision);
    const second = await scene.decide(caseId, decision);
    expect(second).toMatchObject({ status: 201, body: first.body });
    if (decision === 'remove') await scene.stands(id, 'gone', 'gone');
    await scene.quiet();
    expect(await scene.decide(caseId, decision)).toMatchObject({ status: 201, body: first.body });
    expect(scene.platform.callsFor(id)).toHaveLength(decision === 'remove' ? 1 : 0);
  });

  test('the same decision from many at once is one', async () => {
    const id = await scene.post('de');
    const caseId = await scene.openCase(id);
    const answers = await Promise.all(Array.from({ length: 8 }, () => scene.decide(caseId, 'remove')));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    await scene.stands(id, 'gone', 'gone');
    expect(scene.platform.callsFor(id)).toHaveLength(1);
  });

  test('of opposite decisions at once one counts, and the other is told', async () => {
    const id = await scene.post('de');
    const caseId = await scene.openCase(id);
    const answers = await Promise.all([scene.decide(caseId, 'remove'), scene.decide(caseId, 'keep')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    const [won] = answers.filter(({ status }) => status === 201);
    if (won?.body.decision === 'remove') await scene.stands(id, 'gone', 'gone');
    else expect((await scene.item(id)).removal).toBeUndefined();
  });

  test('decided otherwise: 409, and by whom', async () => {
    const id = await scene.post('de');
    const caseId = await scene.openCase(id);
    await scene.decide(caseId, 'keep');
    const { status, body } = await scene.decide(caseId, 'remove');
    expect(status).toBe(409);
    expect(body.detail).toContain('keep by commands on this machine');
  });

  test.each([
    ['an unknown case', 'no-such-case', { decision: 'keep', reason: 'r' }, 404],
    ['an unknown decision', undefined, { decision: 'burn', reason: 'r' }, 422],
    ['no reason', undefined, { decision: 'keep' }, 422],
    ['an unknown field', undefined, { decision: 'keep', reason: 'r', force: true }, 422],
    ['nothing', undefined, '', 422],
  ])('%s', async (_, caseId, body, status) => {
    const id = caseId ?? (await scene.openCase(await scene.post('de')));
    expect((await scene.call('POST', `/v1/cases/${id}/decisions`, body)).status).toBe(status);
  });

  test('needs a key that may decide', async () => {
    await scene.db.commit([addKey(scene.runtime, 'a-key-that-reads-cases', 'rc', 'reader', ['cases:read'])]);
    const caseId = await scene.openCase(await scene.post('de'));
    const headers = { authorization: 'Bearer a-key-that-reads-cases' };
    const decided = await scene.call(
      'POST',
      `/v1/cases/${caseId}/decisions`,
      { decision: 'keep', reason: 'r' },
      headers,
    );
    expect(decided.status).toBe(403);
    expect((await scene.call('GET', '/v1/cases', undefined, headers)).status).toBe(200);
  });

  test('is listed with what it is about, the most urgent first', async () => {
    const [later, first] = [await scene.post('de'), await scene.post('fr')];
    await scene.openCase(later);
    await scene.openCase(first);
    const { body } = await scene.call('GET', '/v1/cases?limit=500');
    const ids = body.cases.map((one: { postId: string }) => one.postId);
    expect(ids.indexOf(first)).toBeLessThan(ids.indexOf(later));
    expect(body.cases[ids.indexOf(later)]).toMatchObject({
      platform: 'acme',
      version: 1,
      state: 'open',
      rule: 'to-people',
      text: expect.stringContaining(later),
      url: `${scene.platform.origin}/posts/${later}`,
    });
  });
});

describe('what is withheld', () => {
  test('keep: it is brought back, and looked at', async () => {
    const id = await scene.post('fr');
    await scene.stands(id, 'gone', 'gone');
    const { status } = await scene.decide(await scene.openCase(id), 'keep');
    expect(status).toBe(201);
    await scene.stands(id, 'public', 'restored');
    expect(scene.platform.callsFor(id).map(call => call.type)).toEqual(['item.remove', 'item.restore']);
    expect(await inForce(id)).toEqual([]);
    expect((await scene.item(id)).looks.map(look => look.phase)).toEqual(['before', 'after', 'restored']);
  });

  test('remove: it stays down, on one ground more', async () => {
    const id = await scene.post('fr');
    await scene.stands(id, 'gone', 'gone');
    await scene.decide(await scene.openCase(id), 'remove');
    await scene.quiet();
    expect((await inForce(id)).sort()).toEqual(['decision', 'withheld']);
    expect(scene.platform.callsFor(id)).toHaveLength(1);
  });

  test('keep before it is gone: the removal is called off, its clock ends without a figure', async () => {
    scene.platform.manners.set('*', 'ignore');
    const id = await scene.post('fr');
    const caseId = await scene.openCase(id);
    await until(() => scene.platform.callsFor(id).length > 0, 'the call');
    scene.platform.manners.delete('*');
    await scene.decide(caseId, 'keep');
    await scene.stands(id, 'public', 'restored');
    expect(scene.platform.callsFor(id).at(-1)).toMatchObject({ type: 'item.restore', did: 'acted' });
    await scene.quiet();
    expect(await scene.clock('removal', id)).toMatchObject({ state: 'cancelled', open: 0, seconds: null });
  });

  test('restored by mistake: it can be removed and restored again, each time as another removal', async () => {
    const id = await scene.post('fr');
    await scene.stands(id, 'gone', 'gone');
    const caseId = await scene.openCase(id);
    await scene.decide(caseId, 'remove');
    await scene.decide(caseId, 'restore');
    await scene.stands(id, 'public', 'restored');
    expect(scene.platform.pages.get(id)?.removed).toBe(false);
    // The same case, decided: the post is up, so there is nothing left to restore.
    const again = await scene.decide(caseId, 'restore');
    expect(again.status).toBe(201);
    await scene.quiet();
    expect(scene.platform.callsFor(id)).toHaveLength(2);
  });
});

describe('an order in force', () => {
  test('restoring is refused, and names it', async () => {
    const id = await scene.post('fr');
    const caseId = await scene.openCase(id);
    await scene.stands(id, 'gone', 'gone');
    await order(id, 'order:2026-17');
    const { status, body } = await scene.decide(caseId, 'restore');
    expect(status).toBe(409);
    expect(body).toMatchObject({ order: 'order:2026-17' });
    expect(body.detail).toContain('order:2026-17');
    expect((await inForce(id)).sort()).toEqual(['order', 'withheld']);
    expect((await scene.item(id)).cases[0]).toMatchObject({ state: 'open' });
  });

  test('keep lifts what a person can lift: the post stays down', async () => {
    const id = await scene.post('fr');
    const caseId = await scene.openCase(id);
    await scene.stands(id, 'gone', 'gone');
    await order(id, 'order:2026-18');
    expect((await scene.decide(caseId, 'keep')).status).toBe(201);
    await scene.quiet();
    expect(await inForce(id)).toEqual(['order']);
    expect(scene.platform.pages.get(id)?.removed).toBe(true);
    expect((await scene.item(id)).removal).toMatchObject({ wanted: 'gone', state: 'gone' });
  });
});

describe('versions', () => {
  test('an edit after the removal is removed again', async () => {
    const id = await scene.post('en');
    await scene.stands(id, 'gone', 'gone');
    // The platform shows the edited post.
    scene.platform.publish(id, 'SANSDELAI-STANDARD-TAKEDOWN-TEST-POST, edited.');
    await scene.sendVersion(id, 2, 'en', { text: 'SANSDELAI-STANDARD-TAKEDOWN-TEST-POST, edited.' });
    await until(() => scene.platform.callsFor(id).length === 2, 'the second call');
    await until(async () => (await scene.item(id)).removal?.state === 'gone', 'it to be gone again');
    const calls = scene.platform.callsFor(id);
    expect(calls.map(({ version, did }) => [version, did])).toEqual([
      [1, 'acted'],
      [2, 'acted'],
    ]);
    expect(calls[0]?.webhookId).not.toBe(calls[1]?.webhookId);
    expect((await scene.item(id)).removal).toMatchObject({ version: 2, cycle: 2 });
  });

  test('an edit while the removal is under way: the newer version has to go, under the clock that runs', async () => {
    scene.platform.manners.set('*', 'ignore');
    const id = await scene.post('en');
    await until(() => scene.platform.callsFor(id).length > 0, 'the call');
    const text = 'SANSDELAI-STANDARD-TAKEDOWN-TEST-POST, edited.';
    scene.platform.publish(id, text);
    await scene.sendVersion(id, 2, 'en', { text });
    await until(() => scene.platform.callsFor(id).some(call => call.version === 2), 'a call for the new version');
    scene.platform.manners.delete('*');
    await scene.stands(id, 'gone', 'gone');
    await scene.quiet();
    expect((await scene.item(id)).removal).toMatchObject({ version: 2, cycle: 1 });
    const clocks = await scene.db
      .tables<{ clocks: { obligation: string; post_id: string } }>()
      .selectFrom('clocks')
      .selectAll()
      .where('post_id', '=', id)
      .where('obligation', '=', 'removal')
      .execute();
    expect(clocks).toHaveLength(1);
    expect(clocks[0]).toMatchObject({ state: 'stopped' });
  });

  test('an older version that comes late is dropped', async () => {
    const id = await scene.post('sv');
    await scene.sendVersion(id, 3, 'sv');
    await scene.quiet();
    await scene.sendVersion(id, 2, 'en');
    await scene.quiet();
    expect((await scene.item(id)).removal).toBeUndefined();
    expect(scene.platform.callsFor(id)).toEqual([]);
  });

  test('the case of an older version is closed: deciding it could bring back the newer one', async () => {
    const id = await scene.post('de');
    const caseId = await scene.openCase(id);
    await scene.sendVersion(id, 2, 'en');
    await scene.stands(id, 'gone', 'gone');
    await scene.quiet();
    expect((await scene.item(id)).cases).toMatchObject([
      { id: caseId, state: 'superseded' },
      { version: 2, state: 'decided', decided_by: 'policy' },
    ]);
    expect((await scene.decide(caseId, 'keep')).status).toBe(409);
    expect(await inForce(id)).toEqual(['policy']);
    expect(await scene.clock('review', id)).toMatchObject({ state: 'cancelled' });
  });

  test('a newer version to look at takes the place of the older in the queue', async () => {
    const id = await scene.post('de');
    const first = await scene.openCase(id);
    await scene.sendVersion(id, 2, 'de');
    await until(async () => (await scene.item(id)).cases.length === 2, 'the second case');
    const second = await scene.openCase(id);
    expect(second).not.toBe(first);
    expect((await scene.item(id)).cases.map(row => row.state)).toEqual(['superseded', 'open']);
  });
});

describe('a post that its author deletes', () => {
  const deletion = { deletedAt: '2026-05-02T00:00:00Z' };

  test('while it is being removed: the removal goes on without its text, and ends', async () => {
    scene.platform.manners.set('*', 'ignore');
    const id = await scene.post('en');
    await until(() => scene.platform.callsFor(id).length > 0, 'the call');
    await scene.sendVersion(id, 2, 'en', deletion);
    scene.platform.pages.delete(id);
    await scene.stands(id, 'gone', 'gone');
    scene.platform.manners.delete('*');
    await scene.quiet();
    expect(await scene.clock('removal', id)).toMatchObject({ state: 'stopped', open: 0 });
  });

  test('and that was withheld: there is nothing to bring back', async () => {
    const id = await scene.post('fr');
    const caseId = await scene.openCase(id);
    await scene.stands(id, 'gone', 'gone');
    await scene.sendVersion(id, 2, 'fr', deletion);
    scene.platform.pages.delete(id);
    expect((await scene.decide(caseId, 'keep')).status).toBe(201);
    await scene.stands(id, 'public', 'not-found');
    expect((await scene.item(id)).removal?.next_at).toBeNull();
  });

  test('can still be decided about', async () => {
    const id = await scene.post('de');
    const caseId = await scene.openCase(id);
    await scene.sendVersion(id, 2, 'de', deletion);
    expect((await scene.decide(caseId, 'remove')).status).toBe(201);
    // Its page is still there: the platform only said that it was deleted.
    await scene.stands(id, 'gone', 'gone');
  });
});

test('where the time of publication cannot be true, the clock runs from receipt', async () => {
  const before = scene.time.now();
  for (const language of ['en', 'de']) {
    for (const createdAt of ['1999-01-01T00:00:00Z', new Date(before + 90 * 24 * 3_600_000).toISOString()]) {
      const id = await scene.post(language, { createdAt });
      if (language === 'de') await scene.decide(await scene.openCase(id), 'remove');
      await scene.stands(id, 'gone', 'gone');
      await scene.quiet();
      const clock = await until(() => scene.clock('posted-to-gone', id), 'the clock');
      expect(clock.started_at).toBeGreaterThanOrEqual(before);
      expect(clock.started_at).toBeLessThanOrEqual(scene.time.now());
    }
  }
});

test('no row of removals is held by anybody in the end', async () => {
  const held = await scene.db
    .tables<EnforceRows>()
    .selectFrom('removals')
    .select(['id', 'owner', 'state'])
    .where('owner', 'is not', null)
    .execute();
  expect(held).toEqual([]);
});
