import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  type Evidence,
  evidenceOf,
  fewestEvents,
  merge,
  noEvidence,
  precisionAt,
  precisionCeiling,
  precisionFloor,
  precisionOf,
  recallAt,
  recallOf,
} from '../../services/policies/evidence/estimate.js';
import { answeredFrom } from '../simulation/coverage.js';

const decisions = (violating: number, harmless: number, probability = 1): Evidence =>
  merge(evidenceOf({ violates: true, probability }, violating), evidenceOf({ violates: false, probability }, harmless));

test('with weights of 1 it is the interval of Jeffreys', () => {
  // Quantiles of the beta distribution (40.5, 10.5), integrated by hand.
  const told = precisionOf(decisions(40, 10));
  expect(told).toMatchObject({ enough: true, value: 0.8, decisions: 50 });
  expect(told.low).toBeCloseTo(0.674173, 5);
  expect(told.high).toBeCloseTo(0.892266, 5);
});

test('equal weights make no difference, whatever they are', () => {
  expect(precisionOf(decisions(40, 10, 1 / 1000)).low).toBeCloseTo(precisionOf(decisions(40, 10)).low, 9);
});

test('where there is too little evidence the bounds are those of Clopper and Pearson', () => {
  // 8 of 10: their table says 0.4439 to 0.9748.
  const told = precisionOf(decisions(8, 2));
  expect(told.enough).toBe(false);
  expect(told.low).toBeCloseTo(0.4439, 4);
  expect(told.high).toBeCloseTo(0.9748, 4);
  // One-sided, 95 %, without a mistake in 59: the rule of 59.
  expect(precisionFloor(decisions(59, 0))).toBeCloseTo(0.05 ** (1 / 59), 6);
  expect(precisionCeiling(decisions(0, 59))).toBeCloseTo(1 - 0.05 ** (1 / 59), 6);
});

test('of nothing, nothing is known', () => {
  expect(precisionOf(noEvidence)).toMatchObject({ enough: false, low: 0, high: 1, decisions: 0 });
  expect(recallOf(decisions(100, 100), noEvidence)).toMatchObject({ enough: false, low: 0, high: 1 });
  expect(precisionFloor(noEvidence)).toBe(0);
  expect(precisionCeiling(noEvidence)).toBe(1);
  expect(() => evidenceOf({ violates: true, probability: 0 })).toThrow(RangeError);
});

test('a decision of the audit weighs as much as the posts that it stands for', () => {
  const reviewed = Array.from({ length: 100 }, (_, n) => ({ score: 0.9, violates: n < 80, probability: 1 }));
  const audit = Array.from({ length: 1000 }, (_, n) => ({ score: 0.1, violates: n < 20, probability: 0.1 }));
  const all = [...reviewed, ...audit];
  expect(precisionAt(all, 0.5)).toMatchObject({ enough: true, value: 0.8 });
  // 80 were found, and 20 / 0.1 are believed to be among what was allowed.
  expect(recallAt(all, 0.5)).toMatchObject({ enough: true });
  expect((recallAt(all, 0.5) as { value: number }).value).toBeCloseTo(80 / 280, 9);
});

test('a heavy stratum that showed nothing yet is not taken for empty', () => {
  const found = decisions(1000, 200);
  const missed = decisions(0, 50, 1 / 1000);
  const told = recallOf(found, missed);
  expect(told.enough).toBe(false);
  // 50 without one: up to 7 in a hundred of 50,000 posts.
  expect(told.low).toBeLessThan(1000 / (1000 + 3_000));
  expect(told.high).toBe(1);
});

test('what is lacking is about what it takes', () => {
  const told = precisionOf(decisions(90, 2));
  if (told.enough) throw new Error('2 mistakes are too few');
  const share = 2 / 92;
  expect(told.lacking).toBeGreaterThan((fewestEvents - 2) / share / 2);
  expect(told.lacking).toBeLessThan(((fewestEvents - 2) / share) * 2);
});

/** Cells from all corners of the grid; the whole of it is in docs/statistics.md. */
const simulated = JSON.parse(
  execFileSync(process.execPath, [fileURLToPath(new URL('../simulation/corners.js', import.meta.url))], {
    encoding: 'utf8',
  }),
) as {
  cells: { cell: string; what: string; answered: number; coverage: number; wrong: number }[];
  floors: { precision: number; n: number; held: number }[];
};

test('an interval covers the truth in 93 to 97 of 100 platforms', () => {
  const answered = simulated.cells.filter(cell => cell.answered >= answeredFrom);
  expect(answered.length).toBeGreaterThanOrEqual(10);
  expect(answered.filter(({ coverage }) => coverage < 0.93 || coverage > 0.97)).toEqual([]);
});

test('where it says that there is too little evidence, what it holds for certain is', () => {
  expect(simulated.cells.filter(({ wrong }) => wrong > 0.07)).toEqual([]);
  expect(simulated.cells.filter(({ answered }) => answered === 0).length).toBeGreaterThan(0);
});

test('the floor of the precision is under it in 95 of 100 platforms or more, however few decisions there are', () => {
  expect(simulated.floors.filter(({ held }) => held < 0.945)).toEqual([]);
});
