import { precisionBounds } from '../../services/policies/holds/bounds.js';
import { type GateTerms, judge, type RuleDecision, usualTerms } from '../../services/policies/holds/gate.js';

const decisions = (n: number, wrong: number, more: Partial<RuleDecision> = {}): RuleDecision[] =>
  Array.from({ length: n }, (_, i) => ({ good: i >= wrong, sampled: true, weight: 1, at: i, ...more }));

test.each([
  // One-sided 95 %, n and errors: 1 - beta.inv(0.95, k + 1, n - k), as statistics packages give it.
  [59, 0, 0.9505],
  [20, 1, 0.7839],
  [100, 2, 0.9384],
  [500, 13, 0.9591],
])('of %i decisions with %i errors the lower bound is %f', (n, wrong, lower) => {
  expect(precisionBounds(n, wrong).lower).toBeCloseTo(lower, 3);
});

test('bounds mirror each other, and say nothing where nothing is known', () => {
  expect(precisionBounds(40, 10).upper).toBeCloseTo(1 - precisionBounds(40, 30).lower, 6);
  expect(precisionBounds(0, 0)).toEqual({ lower: 0, upper: 1 });
  expect(precisionBounds(5, 5).lower).toBe(0);
});

describe('the gate', () => {
  test('one overturn in two does not close a rule', () => {
    expect(judge(decisions(2, 1), 0).closes).toBeUndefined();
    expect(judge(decisions(9, 9), 0).closes).toBeUndefined();
  });

  test('a rule that is worse than the floor for certain closes, however few decisions there are', () => {
    expect(judge(decisions(10, 3), 0).closes).toBe('worse than the floor');
  });

  test('a rule with few decisions goes on where nothing speaks against it', () => {
    expect(judge(decisions(30, 1), 0).closes).toBeUndefined();
    expect(judge([], 0).closes).toBeUndefined();
  });

  test('a rule with many decisions needs a lower bound above the floor', () => {
    expect(judge(decisions(300, 8), 0)).toMatchObject({ decisions: 300, wrong: 8 });
    expect(judge(decisions(300, 8), 0).closes).toBeUndefined();
    expect(judge(decisions(300, 12), 0).closes).toBe('not shown to be above the floor');
  });

  test('what was brought back without being picked counts against what the rule did in all, not against itself', () => {
    const back = decisions(4, 4, { sampled: false });
    expect(judge(back, 10_000).closes).toBeUndefined();
    expect(judge(back, 12).closes).toBe('too many were overturned');
    expect(judge(back.slice(0, 2), 2).closes).toBeUndefined();
  });

  test('decisions that stand for more count for more, and are worth fewer equal ones', () => {
    const even = [...decisions(200, 0), ...decisions(200, 4)];
    const heavy = [...decisions(200, 0), ...decisions(200, 4, { weight: 20 })];
    const [plain, weighted] = [judge(even, 0), judge(heavy, 0)];
    expect(weighted.decisions).toBeLessThan(plain.decisions);
    expect(weighted.lower).toBeLessThan(plain.lower);
  });

  test('an old good time does not hide a bad present', () => {
    const old = decisions(5_000, 0);
    const bad = Array.from({ length: 150 }, (_, i): RuleDecision => ({ ...old[0]!, good: i % 5 !== 0, at: 6_000 + i }));
    expect(judge([...old, ...bad], 0).closes).toBeDefined();
  });
});

/** Repeatable chance (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Decisions until the gate closes on a rule of this precision, looked at after each; the gate's own judgement, remembered by its counts. */
function simulate(
  terms: GateTerms,
  runs: number,
  most: number,
  { precision, good = 0 }: { precision: number; good?: number },
) {
  const random = chance(7);
  const known = new Map<number, boolean>();
  const closes = (n: number, wrong: number): boolean => {
    const key = n * 10_000 + wrong;
    const found = known.get(key) ?? judge(decisions(n, wrong), 0, terms).closes !== undefined;
    known.set(key, found);
    return found;
  };
  return Array.from({ length: runs }, () => {
    const window: boolean[] = [];
    let wrong = 0;
    const push = (right: boolean): void => {
      window.push(right);
      if (!right) wrong++;
      if (window.length > terms.window && window.shift() === false) wrong--;
    };
    for (let i = 0; i < good; i++) push(random() < 0.99);
    for (let i = 1; i <= most; i++) {
      push(random() < precision);
      if (closes(window.length, wrong)) return i;
    }
    return Number.POSITIVE_INFINITY;
  }).sort((a, b) => a - b);
}

/** What docs/tune.md promises. A year of ten decisions a day is 3,650. */
describe('by simulation', () => {
  test('a rule at precision 0.80 is closed within 80 decisions (99 of 100 times), half the time within 15', () => {
    const runs = simulate(usualTerms, 400, 5_000, { precision: 0.8 });
    expect(runs[199]).toBeLessThanOrEqual(15);
    expect(runs[395]).toBeLessThanOrEqual(80);
  });

  test('one that falls from 0.99 to 0.80 after a good year is closed within 120', () => {
    const runs = simulate(usualTerms, 400, 5_000, { precision: 0.8, good: usualTerms.window });
    expect(runs[199]).toBeLessThanOrEqual(65);
    expect(runs[395]).toBeLessThanOrEqual(120);
  });

  test('one at 0.99 is closed in at most 2 % of years, one at 0.995 never', () => {
    const closed = (precision: number) =>
      simulate(usualTerms, 200, 3_650, { precision }).filter(Number.isFinite).length / 200;
    expect(closed(0.99)).toBeLessThanOrEqual(0.02);
    expect(closed(0.995)).toBe(0);
  });
});
