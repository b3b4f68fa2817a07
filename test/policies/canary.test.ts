import { readAssessment } from '../../services/classify/index.js';
import { incidentsTable } from '../../services/policies/index.js';
import { alarmOf, byItself, lookAtCanary } from '../../services/policies/trials/follow.js';
import { compareCanary, compareShadow, differingPosts } from '../../services/policies/trials/read.js';
import type { Arm, What } from '../../services/policies/trials/tables.js';
import { hourOf, Tally } from '../../services/policies/trials/tally.js';
import { findVersion, make, movesOf, planMove, readForce } from '../../services/policies/versions.js';
import { openScene, type Scene } from '../enforce/setup.js';
import { until } from '../until.js';

/** The stop of a canary, in an installation whose people decide, and with counts put in by hand. */
let scene: Scene;
let id: string;
const text = `name: canary
rules:
  - name: test-post
    when: { finding: { signal: test-post, label: standard-test-post }, post: { language: en } }
    action: remove
    reason: The standard test post in English.
  - name: everything
    when: { post: { language: [de, fr] } }
    action: review
    within: 30m
    reason: All of it is looked at.
`;
const mover = { by: 'Otto', why: 'the tests' };
const put = async (share = 1) => {
  await make(scene.runtime, await planMove(scene.runtime, id, 'canary', mover, { share, bound: 0.05 }));
  return (await readForce(scene.db))!.canary!;
};
const count = async (arm: Arm, what: What, action: 'remove' | 'review', n: number) => {
  const tally = new Tally();
  const cell = { trial: id, arm, what, action, hour: hourOf(scene.time.now()), language: 'en', rule: 'r' };
  tally.add({ ...cell, base_action: '', base_rule: '' }, n);
  await scene.db.commit(tally.writes(scene.db));
};
const forget = () =>
  scene.db.commit([{ query: scene.db.tables<{ policy_tallies: object }>().deleteFrom('policy_tallies') }]);

beforeAll(async () => {
  scene = await openScene();
  const made = await scene.call('POST', '/v1/policies', { text, note: 'a canary' });
  expect(made.status).toBe(201);
  id = made.body.id;
});
afterAll(() => scene.end());

describe('by its counts', () => {
  beforeEach(forget);

  test('a canary like the live version goes on', async () => {
    const canary = await put();
    for (const arm of ['canary', 'control'] as const) {
      await count(arm, 'upheld', 'review', 900);
      await count(arm, 'overturned', 'review', 100);
    }
    expect(await lookAtCanary(scene.runtime)).toBeUndefined();
    const { differences } = await compareCanary(scene.db, canary);
    expect(differences.reviewed).toMatchObject({ difference: 0, exceeded: false });
    expect(differences.reviewed.high - differences.reviewed.low).toBeLessThan(0.15);
    await make(scene.runtime, await planMove(scene.runtime, id, 'draft', mover));
  });

  test.each([
    ['people let stand what it sends to them', 'overturned', 'review', 'upheld'],
    ['people bring back what it removes', 'overturned', 'remove', 'assessed'],
    ['people complain of what it removes', 'complained', 'remove', 'assessed'],
  ] as const)(
    'where %s more often than the live version’s, it is stopped, entered and told',
    async (_, wrong, action, right) => {
      const canary = await put();
      await count('canary', right, action, 120);
      await count('canary', wrong, action, 60);
      await count('control', right, action, 900);
      await count('control', wrong, action, 60);
      // The follower of the installation may be faster than this call.
      await lookAtCanary(scene.runtime);
      expect((await readForce(scene.db))?.canary).toBeUndefined();
      expect((await findVersion(scene.db, id))?.state).toBe('draft');
      const last = (await movesOf(scene.db, id)).at(-1);
      expect(last).toMatchObject({ from_state: 'canary', to_state: 'draft', by: byItself });
      expect(last?.why).toContain('60 of ');
      const clock = () =>
        scene.db
          .tables<{ clocks: { subject: string; state: string; open: number; due_at: number; started_at: number } }>()
          .selectFrom('clocks')
          .select(['state', 'open', 'due_at', 'started_at'])
          .where('subject', '=', alarmOf(canary))
          .executeTakeFirst();
      const told = await until(clock, 'the clock that pages somebody');
      expect([told.open, told.due_at - told.started_at]).toEqual([1, 60_000]);
      expect((await scene.call('POST', `/v1/policies/${id}/seen`, { why: 'I look at it' })).status).toBe(204);
      await until(async () => (await clock())?.open === 0, 'the end of that clock');
    },
  );
});

test('what people decide is counted for the version that had decided, once; a rule sets its own time for that', async () => {
  await forget();
  const canary = await put();
  await until(async () => {
    const posted = await scene.post('de');
    const caseId = await scene.openCase(posted);
    const clock = await until(() => scene.clock('review', posted), 'its clock');
    await scene.decide(caseId, 'keep');
    const { due_at, started_at } = clock as unknown as { due_at: number; started_at: number };
    const [assessed] = await readAssessment(scene.db, 'acme', posted);
    const { versions } = JSON.parse(assessed!.detail) as { versions: { policy: string } };
    return versions.policy === id && due_at - started_at === 30 * 60_000;
  }, 'the canary to decide');
  const gone = await scene.post('en');
  await scene.stands(gone, 'gone', 'gone');
  const { cases } = await scene.item(gone);
  expect((await scene.decide(cases[0]!.id, 'restore')).status).toBe(201);
  const kept = await scene.openCase(await scene.post('fr'));
  await scene.decide(kept, 'remove');
  await until(async () => {
    const { canary: arm } = await compareCanary(scene.db, canary);
    const { reviewed, acted } = arm;
    return reviewed.n >= 2 && reviewed.wrong === reviewed.n - 1 && acted.n === 1 && acted.wrong === 1;
  }, 'the outcomes');
});

test('while an incident lasts, what canary and shadow make of posts and what people decide goes on being counted as theirs', async () => {
  await forget();
  const canary = (await readForce(scene.db))?.canary ?? (await put());
  const other = text.replace('name: canary', 'name: shade').replace('[de, fr]', '[de]');
  const shade = (await scene.call('POST', '/v1/policies', { text: other, note: 'a shadow' })).body.id;
  await make(scene.runtime, await planMove(scene.runtime, shade, 'shadow', mover));
  const now = scene.time.now();
  const settings = JSON.stringify({ name: 'river', reason: 'a test', hours: 1, thresholds: {}, people: [] });
  const row = { id: '0123456789', name: 'river', state: 'open', settings, opened_by: 'Otto', approved_by: 'Olga' };
  const open = { opened_at: now, expires_at: now + 3600_000 };
  await scene.db.commit([scene.db.insert(incidentsTable, [{ ...row, ...open }])]);
  await until(async () => {
    const posted = await scene.post('fr');
    const caseId = await scene.openCase(posted);
    const [assessed] = await readAssessment(scene.db, 'acme', posted);
    const { versions } = JSON.parse(assessed!.detail) as { versions: { policy: string } };
    if (versions.policy !== `${id}+incident-river@01234567`) return false;
    await forget();
    await scene.decide(await scene.openCase(await scene.post('fr')), 'keep');
    await scene.decide(caseId, 'keep');
    return true;
  }, 'the incident to be named');
  await until(async () => {
    const { reviewed } = (await compareCanary(scene.db, canary)).canary;
    return reviewed.n === 2 && reviewed.wrong === 2;
  }, 'what people decided');
  const { canary: arm, live } = await compareCanary(scene.db, canary);
  expect([arm.posts, live.posts]).toEqual([1, 0]);
  expect(await compareShadow(scene.db, shade, 0)).toMatchObject({ posts: 1, differing: 1 });
  const [differs] = await differingPosts(scene.db, shade, 1);
  expect(differs).toMatchObject({ live: { policy: id, action: 'review' }, shadow: { action: 'allow' } });
});
