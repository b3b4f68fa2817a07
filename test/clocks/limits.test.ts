import { rulesOf } from '../../services/clocks/index.js';
import { elapsed, type Obligation } from '../../services/clocks/obligations.js';
import { type History, levelAt, nextInstant, standing } from '../../services/clocks/standing.js';
import { readConfig } from '../../services/runtime/index.js';
import { minute, removal, reviewCase, type Told, t0 } from './facts.js';
import { clocksInMemory } from './in-memory.js';

describe('a limit', () => {
  const r = removal('r1');

  test('tells of 50, 80 and 95 percent and of its end, each once', () => {
    const clocks = clocksInMemory();
    clocks.take([r.requested(0)], t0);
    for (let second = 0; second <= 600; second++) clocks.escalate(t0 + second * 1_000);
    expect(clocks.told.map(({ level, at }) => [level, (at - t0) / 1000])).toEqual([
      [50, 150],
      [80, 240],
      [95, 285],
      [100, 301],
    ]);
    expect(clocks.row('removal', 'r1')).toMatchObject({ state: 'breached', level: 100, next_at: null, open: 1 });
    expect(clocks.total('removal', 'late')).toBe(1);
  });

  test('is kept in its last millisecond and broken in the first after', () => {
    const kept = clocksInMemory();
    kept.take([r.requested(0)], t0);
    kept.escalate(t0 + 5 * minute);
    expect(kept.row('removal', 'r1')).toMatchObject({ state: 'running', level: 95 });
    kept.take([r.ended(5 * minute)], t0 + 5 * minute);
    expect(kept.total('removal', 'within')).toBe(1);
    expect(kept.total('removal', 'late')).toBe(0);

    const broken = clocksInMemory();
    broken.take([r.requested(0)], t0);
    broken.escalate(t0 + 5 * minute + 1);
    expect(broken.row('removal', 'r1').state).toBe('breached');
    broken.take([r.ended(5 * minute + 1)], t0 + 5 * minute + 1);
    expect(broken.total('removal', 'within')).toBe(0);
    expect(broken.total('removal', 'late')).toBe(1);
  });

  test('after a pause tells of the highest level only', () => {
    const clocks = clocksInMemory();
    clocks.take([r.requested(0)], t0);
    clocks.escalate(t0 + 290_000);
    expect(clocks.told.map(({ level }) => level)).toEqual([95]);
  });

  test('that was broken while nobody looked is told all the same', () => {
    const clocks = clocksInMemory();
    clocks.take([r.requested(0)], t0);
    clocks.take([r.ended(6 * minute)], t0 + 6 * minute);
    expect(clocks.row('removal', 'r1')).toMatchObject({ state: 'stopped', late: 1 });
    clocks.escalate(t0 + 6 * minute);
    clocks.escalate(t0 + 7 * minute);
    expect(clocks.told).toEqual([{ obligation: 'removal', subject: 'r1', level: 100, at: t0 + 6 * minute }]);
    expect(clocks.total('removal', 'late')).toBe(1);
  });

  test('counts each breach once, also over reopenings', () => {
    const clocks = clocksInMemory();
    clocks.take([r.requested(0)], t0);
    clocks.escalate(t0 + 6 * minute);
    clocks.take([r.ended(7 * minute)], t0 + 7 * minute);
    clocks.take([r.returned(10 * minute)], t0 + 10 * minute);
    clocks.escalate(t0 + 16 * minute);
    clocks.take([r.ended(17 * minute)], t0 + 17 * minute);
    expect(clocks.total('removal', 'late')).toBe(2);
    expect(clocks.total('removal', 'withdrawn')).toBe(0);
    expect(clocks.told.map(({ level }) => level)).toEqual([100, 100]);
  });

  describe('that is broken is counted under what was told of why, last before it passed', () => {
    const told = (...facts: Told[]) => {
      const clocks = clocksInMemory();
      for (const one of facts) {
        clocks.escalate(one.fact.data.at);
        clocks.take([one], one.fact.data.at);
      }
      clocks.escalate(t0 + 60 * minute);
      return clocks.causes('removal');
    };

    test('nothing', () => {
      expect(told(r.requested(0))).toEqual({ unconfirmed: 1 });
      const clocks = clocksInMemory();
      clocks.take([reviewCase('c1').opened(0)], t0);
      clocks.escalate(t0 + 25 * 60 * minute);
      expect(clocks.causes('review')).toEqual({ undecided: 1 });
    });

    test('one cause, or the later of two', () => {
      expect(told(r.requested(0), r.held(minute, 'platform-failed'))).toEqual({ 'platform-failed': 1 });
      expect(told(r.requested(0), r.held(minute, 'platform-failed'), r.held(5 * minute, 'still-readable'))).toEqual({
        'still-readable': 1,
      });
    });

    test("a platform's word without a look", () => {
      expect(told(r.requested(0), r.ended(minute, 'claimed'))).toEqual({ claimed: 1 });
    });

    test('not what is told after it', () => {
      const facts = [r.requested(0), r.held(minute, 'unclear'), r.held(5 * minute + 1, 'still-readable')];
      expect(told(...facts)).toEqual({ unclear: 1 });
      expect(told(...facts, r.ended(7 * minute))).toEqual({ unclear: 1 });
    });

    test('nor what held up an earlier stretch', () => {
      const facts = [r.requested(0), r.held(minute, 'unclear'), r.ended(2 * minute), r.returned(3 * minute)];
      expect(told(...facts)).toEqual({ unconfirmed: 1 });
    });

    test('a cause that comes in after the breach was counted moves it', () => {
      const clocks = clocksInMemory();
      clocks.take([r.requested(0)], t0);
      clocks.escalate(t0 + 6 * minute);
      clocks.take([r.held(4 * minute, 'platform-refused')], t0 + 7 * minute);
      expect(clocks.causes('removal')).toEqual({ 'platform-refused': 1 });
      // Counters only grow: what was counted under the other cause is taken back beside it.
      expect(clocks.total('removal', 'late:unconfirmed')).toBe(1);
      expect(clocks.total('removal', 'withdrawn:unconfirmed')).toBe(1);
      expect(clocks.row('removal', 'r1')).toMatchObject({ late: 2, withdrawn: 1 });
    });

    test('one that was counted by a version without causes', () => {
      const clocks = clocksInMemory();
      clocks.take([r.requested(0)], t0);
      clocks.escalate(t0 + 6 * minute);
      clocks.rows.set(clocks.row('removal', 'r1').id, { ...clocks.row('removal', 'r1'), breaches: null });
      clocks.take([r.ended(7 * minute)], t0 + 7 * minute);
      expect(clocks.row('removal', 'r1')).toMatchObject({ late: 1, withdrawn: 0, breaches: '{"unconfirmed":1}' });
    });
  });

  test('that changes in the settings moves no clock that runs', () => {
    const before = clocksInMemory({ CLOCK_REMOVAL: '5m' });
    before.take([r.requested(0)], t0);
    const later = clocksInMemory({ CLOCK_REMOVAL: '1m' });
    const row = before.row('removal', 'r1');
    later.rows.set(row.id, row);
    later.take([r.ended(3 * minute)], t0 + 3 * minute);
    expect(later.row('removal', 'r1')).toMatchObject({ state: 'stopped', late: 0 });
  });
});

describe('a clock that can be suspended', () => {
  const at = (seconds: number) => t0 + seconds * 1000;
  const history = (afresh: boolean): History => ({
    moments: [
      { id: '1', kind: 'start', at: at(0), due: at(100), route: 'api' },
      { id: '2', kind: 'suspend', at: at(40) },
      { id: '3', kind: 'resume', at: at(1_000), ...(afresh ? { due: at(1_100) } : {}) },
    ],
  });
  const until = (h: History, n: number): History => ({ moments: h.moments.slice(0, n) });
  const stopped = (h: History, seconds: number): History => ({
    moments: [...h.moments, { id: 'x', kind: 'stop', at: at(seconds) }],
  });

  test('has no due while it stands still', () => {
    const clock = standing(until(history(false), 2));
    expect(clock.phase).toBe('suspended');
    expect(levelAt(clock, at(500))).toBe(0);
    expect(nextInstant(clock, undefined)).toBeUndefined();
  });

  test('goes on with what was left', () => {
    const clock = standing(history(false));
    expect(clock).toMatchObject({ phase: 'running', due: at(1_060) });
    expect(levelAt(clock, at(1_009))).toBe(0);
    expect(levelAt(clock, at(1_010))).toBe(50);
    expect(standing(stopped(history(false), 1_060)).stretches).toMatchObject([{ ms: 100_000, late: false }]);
    expect(standing(stopped(history(false), 1_061)).stretches).toMatchObject([{ ms: 101_000, late: true }]);
  });

  test('runs afresh where the obligation says so', () => {
    expect(standing(history(true))).toMatchObject({ due: at(1_100), startedAt: at(0) });
    expect(standing(stopped(history(true), 1_090)).stretches).toMatchObject([{ ms: 90_000, late: false }]);
  });

  test('that was late before it was suspended stays late', () => {
    const late: History = {
      moments: [
        { id: '1', kind: 'start', at: at(0), due: at(100), route: 'api' },
        { id: '2', kind: 'suspend', at: at(150) },
      ],
    };
    expect(standing(stopped(late, 160)).stretches).toMatchObject([{ ms: 150_000, late: true }]);
  });
});

describe('the table of obligations', () => {
  test('puts every limit on the histogram of its length, as an edge', () => {
    const rules = rulesOf(readConfig({ CLOCK_REMOVAL: '7m', CLOCK_REVIEW: '36h' }));
    expect(rules.histogram('removal')).toBe('takedown_seconds');
    expect(rules.edges.takedown_seconds).toContain(420);
    expect(rules.histogram('review')).toBe('takedown_long_seconds');
    expect(rules.edges.takedown_long_seconds).toContain(36 * 3600);
    expect(rules.histogram('posted-to-gone')).toBe('takedown_seconds');
    expect(rules.objectives.slice(0, 2).map(({ obligation }) => obligation)).toEqual(['review', 'removal']);
    for (const edges of Object.values(rules.edges)) expect(edges).toEqual([...edges].sort((a, b) => a - b));
  });

  test('takes a row of the law without other changes', () => {
    const hour: Obligation = {
      name: 'tco-order',
      setBy: 'law',
      article: 'Regulation (EU) 2021/784, Article 3(3)',
      starts: 'the order is received',
      suspends: 'a stated ground of Article 3(7) or (8)',
      stops: 'the content is seen to be gone',
      limit: () => elapsed(60 * minute),
      resumes: 'afresh',
      follows: {},
    };
    const rules = rulesOf(readConfig({}), [hour]);
    expect(rules.limit('tco-order')?.due(t0)).toBe(t0 + 60 * minute);
    expect(rules.histogram('tco-order')).toBe('takedown_long_seconds');
    expect(rules.resumes('tco-order')).toBe('afresh');
    expect(rules.objectives).toEqual([{ obligation: 'tco-order', seconds: 3600, ratio: 1 }]);
  });
});
