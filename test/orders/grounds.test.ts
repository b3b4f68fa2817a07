import { listBankEntries } from '../../services/classify/signals/bank/index.js';
import { readItem } from '../../services/enforce/index.js';
import { fc } from '../property.js';
import { until } from '../until.js';
import { openScene, type Scene } from './running.js';

/** What may happen to a post: an order comes or ends, a person decides. A complaint that is heard is a decision to restore. */
type Step = { does: 'order' | 'end'; which: number } | { does: 'decide'; decision: 'remove' | 'keep' | 'restore' };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ does: fc.constantFrom('order' as const, 'order' as const, 'end' as const), which: fc.nat(1) }),
  fc.record({
    does: fc.constant('decide' as const),
    decision: fc.constantFrom('remove' as const, 'keep' as const, 'restore' as const),
  }),
);
/** Each inner list happens at the same moment. */
const story = fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 });

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({}, { classify: true });
});
afterAll(() => scene.end());

test('a post is down until the last ground is lifted, whatever orders and people do in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(story, async steps => {
      const id = await scene.post({ language: 'de' });
      const view = () => readItem(scene.db, 'acme', id);
      const caseId = await until(async () => (await view()).cases[0]?.id, 'a case');
      const inForce = async () => (await view()).grounds.filter(ground => ground.lifted_at === null);
      const orders: (string | undefined)[] = [undefined, undefined];
      const run = async (one: Step): Promise<void> => {
        if (one.does === 'decide') {
          const { decision } = one;
          const answer = await scene.call('POST', `/v1/cases/${caseId}/decisions`, { decision, reason: 'because' });
          expect([201, 409]).toContain(answer.status);
          // An order in force is named, and nothing but a restoration meets it.
          if (answer.body.order)
            expect([decision, answer.body.order]).toEqual(['restore', expect.stringMatching(/^order:/)]);
          return;
        }
        const known = orders[one.which];
        if (one.does === 'order' && known === undefined) {
          const { status, body } = await scene.send(scene.order(id));
          expect(status).toBe(202);
          orders[one.which] = body.id;
        } else if (one.does === 'end' && known !== undefined) {
          const ended = await scene.call('POST', `/v1/removal-orders/${known}/events`, {
            type: 'withdrawn',
            note: 'letter',
          });
          expect(ended.status).toBe(201);
          orders[one.which] = undefined;
        }
      };
      for (const together of steps) {
        // One order is given or ended once at a time.
        const once = together.filter(
          (one, i) =>
            one.does === 'decide' ||
            !together.some((other, k) => k < i && other.does !== 'decide' && other.which === one.which),
        );
        await Promise.all(once.map(run));
        const down = (await inForce()).length > 0;
        const { removal } = await view();
        expect({ down, wanted: removal?.wanted ?? 'public' }).toEqual({ down, wanted: down ? 'gone' : 'public' });
        if (orders.some(Boolean)) expect(down).toBe(true);
      }
      const down = (await inForce()).length > 0;
      await until(async () => (await view()).removal?.state !== 'pending', 'the work to be done');
      expect(scene.platform.pages.get(id)?.removed).toBe(down);
      // Against an order in force nobody restores: it answers 409, and names it.
      const order = orders.find(Boolean);
      if (!order) return;
      const refused = await scene.call('POST', `/v1/cases/${caseId}/decisions`, {
        decision: 'restore',
        reason: 'please',
      });
      expect(refused).toMatchObject({ status: 409, body: { order: expect.stringMatching(/^order:/) } });
    }),
    { numRuns: Number(process.env.FC_RUNS ?? 12), interruptAfterTimeLimit: 20_000 },
  );
}, 60_000);

test('what an order takes down is offered, unconfirmed, as known content; with the order it goes', async () => {
  const entries = async (id: string) => {
    const listed = await listBankEntries(scene.runtime, 'removal-orders');
    return listed.filter(entry => entry.content?.includes(id));
  };
  const id = await scene.post();
  const { body } = await scene.send(scene.order(id));
  const [entry] = await until(async () => {
    const found = await entries(id);
    return found.length > 0 && found;
  }, 'the offer');
  expect(entry).toMatchObject({ kind: 'text', tags: [`order:${body.id}`] });
  expect(entry?.confirmedBy).toBeUndefined();
  await scene.phase(body.id, 'executed');
  await scene.call('POST', `/v1/removal-orders/${body.id}/events`, { type: 'withdrawn', note: 'letter' });
  await until(async () => (await entries(id)).length === 0, 'the offer to be taken back');

  // Under non-disclosure nothing is offered: a case about a copy would tell of the order.
  const secret = await scene.post();
  const nonDisclosure = { until: new Date(scene.time.now() + 3600_000).toISOString(), reasons: 'an inquiry' };
  const closed = await scene.send(scene.order(secret, { nonDisclosure }));
  await scene.phase(closed.body.id, 'executed');
  const after = await scene.post();
  await scene.send(scene.order(after));
  await until(async () => (await entries(after)).length > 0, 'a later offer');
  expect(await entries(secret)).toEqual([]);
});
