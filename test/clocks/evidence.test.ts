import { fc } from '../property.js';
import { minute, removal, reviewCase, type Told, t0 } from './facts.js';
import { clocksInMemory } from './in-memory.js';

/** Takes facts one by one, each when it happened. */
function having(...told: Told[]) {
  const clocks = clocksInMemory();
  for (const one of told) clocks.take([one], one.fact.data.at);
  return clocks;
}

describe('a removal', () => {
  const r = removal('r1');

  test('runs from the decision and stops when the content is seen to be gone', () => {
    const clocks = having(r.requested(1_000, 0), r.ended(3_500));
    expect(clocks.row('removal', 'r1')).toMatchObject({
      state: 'stopped',
      open: 0,
      started_at: t0 + 1_000,
      ended_at: t0 + 3_500,
      seconds: 2.5,
      due_at: null,
      next_at: null,
    });
    expect(clocks.row('posted-to-gone', 'r1')).toMatchObject({ state: 'stopped', started_at: t0, seconds: 3.5 });
    expect(clocks.totals()).toEqual({
      'posted-to-gone api count': 1,
      'posted-to-gone api le:5': 1,
      'posted-to-gone api ms': 3_500,
      'removal api count': 1,
      'removal api le:2.5': 1,
      'removal api ms': 2_500,
      'removal api within': 1,
    });
  });

  test('is due a limit after its start, and looked at when half of it is over', () => {
    const clocks = having(r.requested(0));
    expect(clocks.row('removal', 'r1')).toMatchObject({
      state: 'running',
      due_at: t0 + 5 * minute,
      next_at: t0 + 2.5 * minute,
    });
    expect(clocks.row('posted-to-gone', 'r1')).toMatchObject({ state: 'running', due_at: null, next_at: null });
    expect(clocks.total('removal', 'open')).toBe(1);
  });

  test("is not ended by a platform's word", () => {
    const clocks = having(r.requested(0), r.ended(1_000, 'claimed'));
    expect(clocks.row('removal', 'r1').state).toBe('running');
    expect(clocks.row('posted-to-gone', 'r1').state).toBe('running');
  });

  for (const outcome of ['not-found', 'cancelled'] as const) {
    test(`that ends as ${outcome} leaves no figure`, () => {
      const clocks = having(r.requested(0), r.ended(1_000, outcome));
      expect(clocks.row('removal', 'r1')).toMatchObject({ state: 'cancelled', open: 0, seconds: null });
      expect(clocks.totals()).toEqual({});
    });
  }

  test('that comes back runs again with a whole limit, and keeps its first start', () => {
    const clocks = having(r.requested(0), r.ended(2_000), r.returned(90_000));
    expect(clocks.row('removal', 'r1')).toMatchObject({
      state: 'running',
      started_at: t0,
      due_at: t0 + 90_000 + 5 * minute,
      reopened: 1,
      seconds: 2,
    });
    clocks.take([r.ended(93_000)], t0 + 93_000);
    expect(clocks.row('removal', 'r1')).toMatchObject({ state: 'stopped', reopened: 1, seconds: 3 });
    expect(clocks.total('removal', 'count')).toBe(2);
    expect(clocks.total('removal', 'ms')).toBe(5_000);
  });

  test('of what was not found, and is seen later, runs again', () => {
    const clocks = having(r.requested(0), r.ended(1_000, 'not-found'), r.returned(60_000));
    expect(clocks.row('removal', 'r1')).toMatchObject({ state: 'running', reopened: 1 });
  });

  test('that was restored keeps its figure, and a later decision begins anew', () => {
    const clocks = having(r.requested(0), r.ended(2_000), r.ended(5_000, 'restored'));
    expect(clocks.row('removal', 'r1')).toMatchObject({ state: 'stopped', seconds: 2 });
    clocks.take([r.requested(10_000)], t0 + 10_000);
    expect(clocks.row('removal', 'r1')).toMatchObject({
      state: 'running',
      started_at: t0,
      due_at: t0 + 10_000 + 5 * minute,
    });
  });

  test('that is restored while it runs ends without a figure', () => {
    const clocks = having(r.requested(0), r.ended(2_000, 'restored'));
    expect(clocks.row('removal', 'r1').state).toBe('cancelled');
    expect(clocks.totals()).toEqual({});
  });

  test('of an old post that was read in afterwards counts in no posted-to-gone figure', () => {
    const old = removal('old', { flags: ['backfill'] });
    const clocks = having(old.requested(0, -90 * 24 * 3600_000), old.ended(2_000));
    expect(clocks.row('posted-to-gone', 'old').state).toBe('stopped');
    expect(Object.keys(clocks.totals()).some(name => name.startsWith('posted-to-gone'))).toBe(false);
    expect(clocks.total('removal', 'count')).toBe(1);
  });

  test('of the probe has its clocks and is in no figure', () => {
    const probe = removal('probe', { platform: 'sandbox-probe' });
    const clocks = having(probe.requested(0));
    expect(clocks.row('removal', 'probe')).toMatchObject({ state: 'running', due_at: t0 + 5 * minute });
    clocks.escalate(t0 + 6 * minute);
    clocks.take([probe.ended(7 * minute)], t0 + 7 * minute);
    expect(clocks.totals()).toEqual({});
    expect(clocks.told).toHaveLength(1);
  });

  test('that another machine saw gone a moment before it was asked for took no time', () => {
    const clocks = having(r.requested(0), r.ended(-40));
    expect(clocks.row('removal', 'r1')).toMatchObject({ state: 'stopped', seconds: 0 });
  });

  test('asked for on a second ground while it is down stays stopped', () => {
    const clocks = having(r.requested(0), r.ended(2_000), r.requested(9_000));
    expect(clocks.row('removal', 'r1')).toMatchObject({ state: 'stopped', seconds: 2 });
  });
});

describe('a review', () => {
  const c = reviewCase('c1');

  test('runs until a person decides', () => {
    const clocks = having(c.opened(0), c.closed(2 * 3600_000));
    expect(clocks.row('review', 'c1')).toMatchObject({ state: 'stopped', seconds: 7200 });
    expect(clocks.total('review', 'le:14400')).toBe(1);
  });

  test('of a case that a newer version replaced leaves no figure', () => {
    expect(having(c.opened(0), c.closed(5_000, 'superseded')).totals()).toEqual({});
  });
});

describe('evidence that comes out of order', () => {
  const r = removal('r1');

  test('an end that comes before its start stops the clock when the start comes', () => {
    const clocks = clocksInMemory();
    clocks.take([r.ended(2_000)], t0 + 2_000);
    expect(clocks.row('removal', 'r1')).toMatchObject({ state: 'unstarted', open: 0 });
    expect(clocks.totals()).toEqual({});
    clocks.take([r.requested(0)], t0 + 3_000);
    expect(clocks.row('removal', 'r1')).toMatchObject({ state: 'stopped', seconds: 2 });
  });

  test('an end that is told twice counts once', () => {
    const clocks = having(r.requested(0), r.ended(2_000), r.ended(2_000), r.ended(2_500));
    expect(clocks.total('removal', 'count')).toBe(1);
    expect(clocks.total('removal', 'ms')).toBe(2_000);
  });

  test('an end an hour late is shown as breached meanwhile, and the breach is taken back', () => {
    const clocks = clocksInMemory();
    clocks.take([r.requested(0)], t0);
    clocks.escalate(t0 + 5 * minute + 1);
    expect(clocks.row('removal', 'r1')).toMatchObject({ state: 'breached', open: 1, due_at: t0 + 5 * minute });
    expect(clocks.total('removal', 'late')).toBe(1);
    clocks.take([r.ended(2_000)], t0 + 60 * minute);
    expect(clocks.row('removal', 'r1')).toMatchObject({ state: 'stopped', seconds: 2, late: 1, withdrawn: 1 });
    expect(clocks.total('removal', 'within')).toBe(1);
    // A counter never falls: what was taken back is counted beside it.
    expect(clocks.total('removal', 'late')).toBe(1);
    expect(clocks.total('removal', 'withdrawn')).toBe(1);
  });

  test('a start that is old when it comes gives its end a moment to follow', () => {
    const clocks = clocksInMemory();
    const now = t0 + 60 * minute;
    clocks.take([r.requested(0)], now);
    clocks.escalate(now);
    clocks.take([r.ended(2_000)], now + 1_500);
    clocks.escalate(now + 10_000);
    expect(clocks.told).toEqual([]);
    expect(clocks.total('removal', 'late')).toBe(0);
  });

  const times = fc.integer({ min: 0, max: 40 }).map(n => n * 30_000);
  const told = fc.oneof(
    times.map(at => r.requested(at, at - 5_000)),
    times.map(at => r.returned(at)),
    fc
      .tuple(times, fc.constantFrom('platform-failed', 'platform-refused', 'still-readable'))
      .map(([at, cause]) => r.held(at, cause as 'unclear')),
    fc
      .tuple(times, fc.constantFrom('gone', 'gone', 'gone', 'claimed', 'not-found', 'cancelled', 'restored'))
      .map(([at, outcome]) => r.ended(at, outcome as 'gone')),
  );
  /** What happened; the order it came in, with repetitions; where batches end; when the escalation looked between them. */
  const story = fc.uniqueArray(told, { selector: one => one.id, maxLength: 9 }).chain(facts =>
    fc.record({
      facts: fc.constant(facts),
      arrivals: fc
        .shuffledSubarray([...facts, ...facts], { minLength: facts.length, maxLength: facts.length * 2 })
        .map(some => [...some, ...facts.filter(one => !some.includes(one))]),
      cuts: fc.array(fc.nat({ max: 3 }), { minLength: 20, maxLength: 20 }),
      looks: fc.array(fc.nat({ max: 30 }), { minLength: 20, maxLength: 20 }),
    }),
  );
  const far = t0 + 1000 * minute;
  const bare = (clocks: ReturnType<typeof clocksInMemory>) =>
    [...clocks.rows.values()]
      .map(({ history: _h, version: _v, changed_at: _c, checked_at: _k, late, withdrawn, ...row }) => ({
        ...row,
        net: late - withdrawn,
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));

  test('ends in the same clocks and totals as in order, whatever was repeated and whenever the escalation looked', () => {
    fc.assert(
      fc.property(story, ({ facts, arrivals, cuts, looks }) => {
        const inOrder = clocksInMemory();
        inOrder.take(
          [...facts].sort((a, b) => a.fact.data.at - b.fact.data.at),
          far,
        );
        inOrder.escalate(far + minute);

        const otherwise = clocksInMemory();
        const rest = [...arrivals];
        let now = t0;
        for (let i = 0; rest.length > 0; i++) {
          otherwise.take(rest.splice(0, 1 + (cuts[i % 20] ?? 0)), now);
          now += (looks[i % 20] ?? 0) * minute;
          otherwise.escalate(now);
        }
        otherwise.escalate(far + minute);
        expect(bare(otherwise)).toEqual(bare(inOrder));
        expect(otherwise.totals()).toEqual(inOrder.totals());
      }),
      { numRuns: 1_000 },
    );
  });

  test('never stops a clock without the evidence of its end, nor loses one that has none', () => {
    fc.assert(
      fc.property(story, ({ facts, arrivals }) => {
        const clocks = clocksInMemory();
        for (const one of arrivals) clocks.take([one], far);
        const row = clocks.row('removal', 'r1');
        const has = (type: string, ...outcomes: string[]) =>
          facts.some(
            ({ fact }) => fact.type === type && (!('outcome' in fact.data) || outcomes.includes(fact.data.outcome)),
          );
        if (row?.state === 'stopped') expect(has('removal.ended.v1', 'gone')).toBe(true);
        if (row?.state === 'cancelled') {
          expect(has('removal.ended.v1', 'not-found', 'cancelled', 'restored')).toBe(true);
        }
        const started = has('removal.requested.v1');
        if (started && !has('removal.ended.v1', 'gone', 'not-found', 'cancelled', 'restored')) {
          expect(row).toMatchObject({ open: 1, due_at: expect.any(Number) });
        }
        // Whatever runs will be looked at again.
        if (row?.open === 1) expect(row.next_at).not.toBeNull();
      }),
      { numRuns: 500 },
    );
  });
});

test('an item that comes back a thousand times keeps a short history and every figure', () => {
  const clocks = clocksInMemory();
  const r = removal('flapping');
  clocks.take([r.requested(0)], t0);
  for (let i = 0; i < 1_000; i++) {
    const at = i * 10_000;
    clocks.take([r.ended(at + 1_000)], t0 + at + 1_000);
    clocks.take([r.returned(at + 10_000)], t0 + at + 10_000);
  }
  const row = clocks.row('removal', 'flapping');
  expect(row).toMatchObject({ state: 'running', reopened: 1_000, started_at: t0 });
  expect(row.history.length).toBeLessThan(12_000);
  expect(clocks.total('removal', 'count')).toBe(1_000);
  expect(clocks.total('removal', 'ms')).toBe(1_000_000);
  // What is older than the history was counted: told again it changes nothing.
  clocks.take([r.ended(1_000), r.returned(10_000)], t0 + 20_000_000);
  expect(clocks.row('removal', 'flapping')).toEqual(row);
});
