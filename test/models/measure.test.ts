import { recallAt, shareOf } from '../../models/text/bootstrap.js';
import { calibrated, platt } from '../../models/text/calibrate.js';
import { auc, reliability } from '../../models/text/measure.js';
import { seeded } from '../../models/text/random.js';

test('calibration undoes a known distortion of the logits', () => {
  const random = seeded(1);
  const pairs = Array.from({ length: 20_000 }, () => {
    const truth = 6 * random() - 4;
    return { logit: 3 * truth + 2, right: (random() < 1 / (1 + Math.exp(-truth)) ? 1 : 0) as 0 | 1 };
  });
  const found = platt(pairs);
  expect(found.slope).toBeCloseTo(1 / 3, 1);
  expect(found.shift).toBeCloseTo(-2 / 3, 1);
  const scored = (of: typeof found) => pairs.map(({ logit, right }) => ({ score: calibrated(logit, of), right }));
  expect(reliability(scored(found))!.error).toBeLessThan(0.02);
  expect(reliability(scored({ slope: 1, shift: 0 }))!.error).toBeGreaterThan(0.1);
});

test('calibration of labels that a score tells apart without a miss stays finite', () => {
  const pairs = Array.from({ length: 200 }, (_, i) => ({ logit: i - 100, right: (i >= 100 ? 1 : 0) as 0 | 1 }));
  const { slope, shift } = platt(pairs);
  expect(Number.isFinite(slope) && Number.isFinite(shift)).toBe(true);
  expect(slope).toBeGreaterThan(0);
});

test('reliability counts scores of 0.1 and more, in bins of a hundred or more', () => {
  expect(reliability([{ score: 0.09, right: 1 }])).toBeUndefined();
  const half = Array.from({ length: 450 }, (_, i) => ({ score: 0.8, right: (i % 2) as 0 | 1 }));
  const { error, bins } = reliability([...half, { score: 0.05, right: 1 }])!;
  expect(error).toBeCloseTo(0.3, 2);
  expect(bins).toHaveLength(4);
  expect(bins.reduce((sum, { posts }) => sum + posts, 0)).toBe(450);
});

test('recall at a share of false positives counts ties against the positives, and its interval holds it', () => {
  const scored = (scores: number[], from: number) => scores.map((score, i) => ({ score, group: `${from + i}` }));
  const negatives = scored(
    Array.from({ length: 1000 }, (_, i) => i / 1000),
    0,
  );
  const { recall, interval, ahead } = recallAt(0.01, scored([0.995, 0.99, 0.989, 0.2], 5000), negatives);
  expect(recall).toBe(0.5);
  expect(interval[0]).toBeLessThanOrEqual(0.5);
  expect(interval[1]).toBeGreaterThanOrEqual(0.5);
  expect(ahead).toBeUndefined();
});

test('how far ahead of the baseline is measured on the same draws', () => {
  const row = (i: number, score: number, beside: number) => ({ score, beside, group: `${i}` });
  const negatives = Array.from({ length: 500 }, (_, i) => row(i, i / 500, i / 500));
  const positives = Array.from({ length: 60 }, (_, i) => row(1000 + i, i < 40 ? 2 : 0, i < 20 ? 2 : 0));
  const { recall, baseline, ahead, aheadInterval } = recallAt(0.01, positives, negatives);
  expect([recall, baseline]).toEqual([40 / 60, 20 / 60]);
  expect(ahead).toBeCloseTo(1 / 3, 9);
  expect(aheadInterval![0]).toBeGreaterThan(0.15);
  expect(recallAt(0.01, positives, negatives)).toEqual(recallAt(0.01, positives, negatives));
});

test('posts of one author count together: the interval of a share widens', () => {
  const flags = (group: (i: number) => string) =>
    Array.from({ length: 1000 }, (_, i) => ({ flagged: Math.floor(i / 100) % 5 === 0, group: group(i) }));
  const [low, high] = shareOf(flags(i => `${i}`)).interval;
  const [lowest, highest] = shareOf(flags(i => `${Math.floor(i / 100)}`)).interval;
  expect(highest - lowest).toBeGreaterThan(2 * (high - low));
});

test('the area under the curve takes ties as half', () => {
  expect(auc([1, 2], [0, 1])).toBe(0.875);
});
