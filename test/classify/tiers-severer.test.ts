import { busKey, type PostAssessed, postAssessed } from '../../services/contracts/index.js';
import { openScene, type Scene } from '../enforce/setup.js';
import { fc } from '../property.js';
import { until } from '../until.js';

/** A costly signal's answer is a second assessment of the same version: how enforce takes it, in every order. */
let scene: Scene;
let made = 0;
let events = 0;

beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.end());

type Action = 'remove' | 'withhold' | 'review';
interface Told {
  action: Action;
  rule: string;
}

const newItem = (): string => {
  const id = `severer-${process.pid}-${made++}`;
  scene.platform.publish(id, `Item ${id} has words of its own that can be looked for.`);
  return id;
};

/** Tells enforce of an assessment, and waits until it has dealt with it. With the same `event`, it is told again. */
async function tell(
  id: string,
  { action, rule }: Told,
  event = `severer-${process.pid}-e${events++}`,
): Promise<string> {
  const now = scene.time.now();
  const data: PostAssessed = {
    platform: 'acme',
    id,
    version: 1,
    url: `${scene.platform.origin}/posts/${id}`,
    authorId: 'tester',
    action,
    priority: { remove: 1, withhold: 0.9, review: 0.5 }[action],
    rule,
    reasons: [`because of ${rule}`],
    scores: {},
    findings: [],
    versions: { policy: 'p' },
    route: 'api',
    flags: [],
    createdAt: now,
    receivedAt: now,
    assessedAt: now,
  };
  await scene.runtime.commit(
    [],
    [
      {
        topic: 'assessments',
        event: { id: event, type: postAssessed.type, source: '/classify', time: now, key: busKey(data), data },
      },
    ],
  );
  await scene.quiet();
  return event;
}

const review = { action: 'review', rule: 'text' } as const;
const remove = { action: 'remove', rule: 'picture' } as const;
const withhold = { action: 'withhold', rule: 'link' } as const;
const inForce = async (id: string) =>
  (await scene.item(id)).grounds
    .filter(({ lifted_at }) => lifted_at === null)
    .map(({ kind }) => kind)
    .sort();

test('review, then remove: the post goes, and its case is no longer anybody’s to decide', async () => {
  const id = newItem();
  await tell(id, review);
  const caseId = await scene.openCase(id);
  await tell(id, remove);
  await scene.stands(id, 'gone', 'gone');
  expect((await scene.item(id)).cases).toMatchObject([
    {
      id: caseId,
      state: 'decided',
      decision: 'remove',
      decided_by: 'policy',
      rule: 'picture',
      reasons: '["because of picture"]',
    },
  ]);
  await scene.quiet();
  expect(await scene.clock('review', id)).toMatchObject({ state: 'cancelled', open: 0 });
  expect(await scene.clock('removal', id)).toMatchObject({ state: 'stopped', open: 0 });
  // A person can bring it back, as with whatever a rule removed.
  expect((await scene.decide(caseId, 'restore')).status).toBe(201);
  await scene.stands(id, 'public', 'restored');
});

test('remove, then review that comes late: nothing more, and no clock is left running', async () => {
  const id = newItem();
  await tell(id, remove);
  await tell(id, review);
  await scene.stands(id, 'gone', 'gone');
  await scene.quiet();
  expect((await scene.item(id)).cases).toMatchObject([{ state: 'decided', rule: 'picture' }]);
  expect(await scene.clock('review', id)).toBeUndefined();
});

test('review, then review: one case, as it was', async () => {
  const id = newItem();
  await tell(id, review);
  await tell(id, { ...review, rule: 'model' });
  expect((await scene.item(id)).cases).toMatchObject([{ state: 'open', rule: 'text' }]);
});

test('review, then withhold: the same case, and the post is down while a person looks', async () => {
  const id = newItem();
  await tell(id, review);
  await tell(id, withhold);
  await scene.stands(id, 'gone', 'gone');
  expect((await scene.item(id)).cases).toMatchObject([{ state: 'open', rule: 'link', priority: 0.9 }]);
  await scene.decide(await scene.openCase(id), 'keep');
  await scene.stands(id, 'public', 'restored');
});

test.each(['keep', 'restore'])('a person decided %s before the evidence came: a person looks again', async decision => {
  const id = newItem();
  await tell(id, decision === 'keep' ? review : withhold);
  const first = await scene.openCase(id);
  await scene.decide(first, decision);
  const event = await tell(id, remove);
  const second = await scene.openCase(id);
  expect(second).not.toBe(first);
  expect(await inForce(id)).toEqual([]);
  await tell(id, remove, event);
  await tell(id, remove);
  expect((await scene.item(id)).cases).toHaveLength(2);
  await scene.decide(second, 'remove');
  await scene.stands(id, 'gone', 'gone');
});

test('a person removed it before the evidence came: one ground more', async () => {
  const id = newItem();
  await tell(id, review);
  await scene.decide(await scene.openCase(id), 'remove');
  await tell(id, remove);
  await scene.stands(id, 'gone', 'gone');
  expect(await inForce(id)).toEqual(['decision', 'policy']);
  expect((await scene.item(id)).cases).toHaveLength(1);
  expect(scene.platform.callsFor(id)).toHaveLength(1);
});

test('in whatever order, and however often: one case, no removal lost, no clock left running', async () => {
  const told = fc.constantFrom<Told>(review, { ...review, rule: 'model' }, withhold, remove, {
    ...remove,
    rule: 'hash',
  });
  await fc.assert(
    fc.asyncProperty(fc.array(told, { minLength: 1, maxLength: 5 }), fc.boolean(), async (all, again) => {
      const id = newItem();
      const ids: string[] = [];
      for (const one of all) ids.push(await tell(id, one));
      if (again) for (const [n, one] of all.entries()) await tell(id, one, ids[n]);
      const actions = all.map(({ action }) => action);
      const removed = actions.includes('remove');
      const { cases, removal } = await scene.item(id);
      expect(cases).toHaveLength(1);
      expect(cases[0]?.state).toBe(removed ? 'decided' : 'open');
      expect(removal?.wanted).toBe(removed || actions.includes('withhold') ? 'gone' : undefined);
      expect((await inForce(id)).includes('policy')).toBe(removed);
      const clock = await scene.clock('review', id);
      expect(clock?.open ?? 0).toBe(removed ? 0 : 1);
      if (removal) await until(async () => (await scene.item(id)).removal?.state === 'gone', `${id} to be gone`);
    }),
    { numRuns: Number(process.env.FC_RUNS ?? 8), interruptAfterTimeLimit: 20_000 },
  );
});
