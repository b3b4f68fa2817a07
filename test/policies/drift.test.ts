import { compareDay, fAbove, type Histogram, jensenShannon } from '../../services/policies/drift/compare.js';
import { driftsOf, type Scored } from '../../services/policies/drift/index.js';

function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
const random = chance(3);
const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** A day's scores in hundredths: most near 0, a tail; `wobble`: how much more days differ than by chance (each share times e to a normal of it). */
function dayOf(posts: number, wobble: number, shift = 0): Histogram {
  const shares = Array.from({ length: 101 }, (_, b) => Math.exp(-b / (12 + shift)) * Math.exp(wobble * normal()));
  const all = shares.reduce((sum, share) => sum + share, 0);
  return Object.fromEntries(
    shares.map((share, b) => {
      const mean = (posts * share) / all;
      return [b, Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()))];
    }),
  );
}
const week = (posts: number, wobble: number) => Array.from({ length: 7 }, () => dayOf(posts, wobble));

test('the divergence is 0 between what is alike and 1 between what has nothing in common', () => {
  expect(jensenShannon([10, 20, 30], [1, 2, 3])).toBeCloseTo(0, 12);
  expect(jensenShannon([5, 0], [0, 7])).toBeCloseTo(1, 12);
});

test.each([
  // As statistics tables have them.
  [0.05, 5, 30, 2.53],
  [0.01, 9, 54, 2.74],
  [0.001, 4, 24, 6.59],
])('the F distribution is exceeded with chance %f by the bound of its tables', (tail, d1, d2, bound) => {
  expect(fAbove(tail, d1, d2)).toBeGreaterThan(bound * 0.95);
  expect(fAbove(tail, d1, d2)).toBeLessThan(bound * 1.05);
});

test('over 30 series there is at most one false alarm a month, also where days differ by more than chance', () => {
  const series = 30;
  for (const wobble of [0, 0.2]) {
    let alarms = 0;
    // 45 days of all series, each held against the week before, without the least divergence, which would only make them fewer.
    for (let one = 0; one < series; one++) {
      const days = Array.from({ length: 52 }, () => dayOf(2_000, wobble));
      for (let n = 7; n < days.length; n++) {
        const terms = { falseAlarms: 1 / 60, least: 0, posts: 200, buckets: 10 };
        const compared = compareDay(days[n]!, days.slice(n - 7, n), series, terms);
        if (compared.kind === 'compared' && compared.drifted) alarms++;
      }
    }
    expect(alarms).toBeLessThanOrEqual(2);
  }
});

test('a model whose scores went up is found the same day, and where to look', () => {
  for (let n = 0; n < 20; n++) {
    const compared = compareDay(dayOf(2_000, 0.1, 8), week(2_000, 0.1), 40);
    expect(compared).toMatchObject({ kind: 'compared', drifted: true });
    if (compared.kind === 'compared') expect(compared.grew).toBeGreaterThan(15);
  }
});

test('a change without consequence is none, and of too little nothing is said', () => {
  const compared = compareDay(dayOf(2_000_000, 0, 0.4), week(2_000_000, 0), 1);
  expect(compared).toMatchObject({ kind: 'compared', drifted: false });
  expect(compareDay(dayOf(50, 0), week(2_000, 0), 1)).toEqual({ kind: 'too little' });
  expect(compareDay(dayOf(2_000, 0), week(20, 0), 1)).toEqual({ kind: 'too little' });
  expect(compareDay({ 0: 5_000 }, Array(7).fill({ 0: 5_000 }), 1)).toEqual({ kind: 'too little' });
});

test('each label and language is held against its own week, with examples of where it grew', async () => {
  const start = Date.UTC(2026, 10, 1);
  const day = 24 * 3600_000;
  const of = (label: string, language: string, counts: Histogram): Scored => ({
    signal: 'text-model',
    label,
    language,
    counts,
    examples: { 2: [{ post: 'acme/1/low', score: 0.02 }], 70: [{ post: 'acme/1/high', score: 0.7 }] },
  });
  const read = async (from: number): Promise<Scored[]> => {
    const last = from === start + 7 * day;
    return [
      of('ve', 'en', dayOf(2_000, 0.1, last ? 10 : 0)),
      of('ve', 'de', dayOf(2_000, 0.1)),
      // Not there in the week before: nothing to hold it against.
      ...(last ? [of('new', 'en', dayOf(2_000, 0.1))] : []),
    ];
  };
  const rows = await driftsOf(read, start + 8 * day);
  expect(rows.map(({ label, language, drifted, day: at }) => [label, language, drifted, at])).toEqual(
    expect.arrayContaining([
      ['ve', 'en', 1, start + 7 * day],
      ['ve', 'de', 0, start + 7 * day],
    ]),
  );
  expect(rows).toHaveLength(2);
  const [drifted] = rows.filter(row => row.drifted === 1);
  expect(JSON.parse(drifted?.examples ?? '[]')).toEqual([{ post: 'acme/1/high', score: 0.7 }]);
});
