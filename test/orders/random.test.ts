import { holdGrounds, Impossible } from '../../services/orders/machine/index.js';
import type { Doubt } from '../../services/orders/machine/types.js';
import { fc } from '../property.js';
import { minute, type Step, story, target } from './stories.js';

const n = fc.integer({ min: 1, max: 2 });
const note = fc.constant('a note');
const any = (...types: Step['type'][]) => fc.constantFrom(...types.map(type => ({ type }) as Step));
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  any('taken', 'execute', 'volume-confirmed', 'scrutiny-opened', 'unsealed'),
  fc.record({
    type: fc.constantFrom('release', 'refuse', 'final', 'annulled', 'withdrawn'),
    note,
  }) as fc.Arbitrary<Step>,
  fc.record({
    type: fc.constant('hold'),
    ground: fc.constantFrom(...holdGrounds),
    explanation: note,
  }) as fc.Arbitrary<Step>,
  fc.record({
    type: fc.constantFrom('item-gone', 'item-gone', 'item-not-there', 'item-claimed', 'item-returned', 'item-left'),
    n,
    evidence: note,
    note,
  }) as fc.Arbitrary<Step>,
  fc.record({ type: fc.constant('item-restored'), n, staysDown: fc.boolean() }) as fc.Arbitrary<Step>,
  fc.record({
    type: fc.constant('item-named'),
    n,
    target: fc.constantFrom(target('x'), target('y', false)),
    moved: fc.boolean(),
  }) as fc.Arbitrary<Step>,
  fc.record({ type: fc.constant('form-sent'), n, receipt: fc.constantFrom('', 'receipt') }) as fc.Arbitrary<Step>,
  fc.record({ type: fc.constant('scrutiny-asked'), reasons: note }) as fc.Arbitrary<Step>,
  fc.record({ type: fc.constant('scrutiny-decided'), infringes: fc.boolean(), note }) as fc.Arbitrary<Step>,
  fc.record({ type: fc.constant('scrutiny-waived'), lapsed: fc.boolean() }) as fc.Arbitrary<Step>,
);
const doubts = fc.subarray<Doubt>(['authority', 'signature', 'form', 'item', 'not-public', 'volume']);
const opening = fc.record({
  instrument: fc.constantFrom('tco' as const, 'dsa9' as const),
  doubts,
  verified: fc.boolean(),
  crossBorder: fc.boolean(),
  items: fc.array(fc.constantFrom('found' as const, 'found' as const, 'unknown' as const, 'not-public' as const), {
    minLength: 1,
    maxLength: 2,
  }),
  due: fc.constant(Date.UTC(2026, 10, 22, 18)),
});
const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 90 }), anyStep), { maxLength: 14 });

/** What ends each clock, and nothing else may. */
const ends: Record<string, string[]> = {
  'tco-removal': ['executed', 'nothing-there', 'refused', 'lifted'],
  'dsa-order': ['executed', 'nothing-there', 'refused', 'lifted'],
  'tco-received-to-gone': ['executed', 'nothing-there', 'refused', 'lifted'],
  'tco-feedback': ['answered', 'lifted'],
  'dsa-order-feedback': ['answered', 'lifted'],
  'tco-inability': ['inability-told'],
  'tco-scrutiny': ['scrutiny-decided', 'lifted'],
  'tco-reinstatement': ['reinstated', 'stays-down'],
};

/** Plays what is possible of it. @returns the story and what really happened */
function play(given: Parameters<typeof story>[0], list: [number, Step][]) {
  // What does not all verify is never found as exact.
  const doubtful = given?.items?.some(item => item !== 'found') && given.doubts?.length === 0;
  const order = story(doubtful ? { ...given, doubts: ['item'] } : given);
  const happened: Step[] = [];
  let now = 0;
  for (const [wait, step] of list) {
    now += wait * minute;
    try {
      order.at(now, step);
      happened.push(step);
    } catch (error) {
      if (!(error instanceof Impossible)) throw error;
    }
  }
  return { order, happened, now };
}

test('no sequence of events stops a clock without its evidence', () => {
  fc.assert(
    fc.property(opening, steps, (given, list) => {
      const { order, happened } = play(given, list);
      const seen = (type: Step['type']) => happened.some(step => step.type === type);
      for (const row of order.clocks.rows.values()) {
        const known = ends[row.obligation];
        if (!known || row.open === 1) continue;
        expect([row.obligation, order.told.some(fact => known.includes(fact))]).toEqual([row.obligation, true]);
      }
      if (order.told.includes('executed')) expect(seen('item-gone')).toBe(true);
      if (order.told.includes('answered')) expect(seen('form-sent')).toBe(true);
      if (order.told.includes('refused')) expect(given.verified).toBe(false);
      if (order.told.includes('nothing-there')) expect(seen('item-not-there') || seen('item-left')).toBe(true);
    }),
    { numRuns: Number(process.env.FC_RUNS ?? 600) },
  );
});

test('an order that binds and is not executed has its clock: running, or held on a ground that a person stated in time', () => {
  fc.assert(
    fc.property(opening, steps, (given, list) => {
      const { order, now } = play(given, list);
      order.at(now);
      const { phase, holds, instrument } = order.state;
      const clock = order.clocks.row(instrument === 'tco' ? 'tco-removal' : 'dsa-order', 'o1');
      if (phase === 'deciding' || phase === 'executing') {
        expect(clock).toMatchObject({ open: 1, state: expect.stringMatching(/running|breached/) });
        // The state says the same limit as the clock.
        if (instrument === 'tco') expect(clock.due_at).toBe(order.state.due);
      }
      if (phase === 'impossible' || phase === 'unclear') {
        expect(clock.open).toBe(1);
        expect(clock.state === 'suspended').toBe(!holds.at(-1)?.late);
      }
      if (['executed', 'nothing-there', 'refused', 'lifted', 'ended'].includes(phase)) expect(clock.open).toBe(0);
      if (phase === 'executed') expect(clock.state).toBe('stopped');
      // Only what is to come back has that clock.
      expect(order.open().includes('tco-reinstatement')).toBe(phase === 'lifted');
    }),
    { numRuns: Number(process.env.FC_RUNS ?? 600) },
  );
});

test('facts make the same clocks in whatever order and however often they come', () => {
  fc.assert(
    fc.property(opening, steps, fc.infiniteStream(fc.nat()), (given, list, dice) => {
      const { order } = play(given, list);
      const again = story(given);
      again.clocks.rows.clear();
      const mixed = [...order.facts, ...order.facts]
        .map(fact => [dice.next().value as number, fact] as const)
        .sort(([a], [b]) => a - b)
        .map(([, fact]) => fact);
      for (const fact of mixed) again.clocks.take([fact], order.state.receivedAt + 1_000 * 60 * minute);
      const bare = (rows: typeof order.clocks.rows) =>
        [...rows.values()]
          .map(({ id, open, ended_at, seconds }) => ({ id, open, ended_at, seconds }))
          .sort((a, b) => (a.id < b.id ? -1 : 1));
      expect(bare(again.clocks.rows)).toEqual(bare(order.clocks.rows));
    }),
    { numRuns: 150 },
  );
});
