import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareDay, fAbove, type Histogram, jensenShannon } from '../../services/policies/drift/compare.js';
import { driftsOf } from '../../services/policies/drift/index.js';
import {
  type EvidenceRows,
  evidenceTables,
  scoreBatchesTable,
  scoreDaysTable,
  scoreExamplesTable,
} from '../../services/policies/evidence/tables.js';
import { migrate, openSqlite } from '../../services/runtime/index.js';
import { signals } from './signals.js';

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
  return shares.map(share => {
    const mean = (posts * share) / all;
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
  });
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
  expect(compareDay([5_000], Array(7).fill([5_000]), 1)).toEqual({ kind: 'too little' });
});

test('each label and language is held against its own week, with examples of where it grew', async () => {
  const start = Date.UTC(2026, 10, 1);
  const day = 24 * 3600_000;
  const folder = mkdtempSync(join(tmpdir(), 'sansdelai-drift-'));
  const db = await openSqlite(join(folder, 'drift.db'));
  try {
    await migrate(db, evidenceTables);
    const counted = (n: number, label: string, language: string, counts: ArrayLike<number>) => {
      const of = { signal: label === 'known-text' ? 'known-text' : 'text-model', label, language };
      // In two rows, as posts are that different rules decided on.
      return [0, 1].map(half => ({
        ...of,
        id: JSON.stringify([n, of, half]),
        at: start + n * day,
        action: half ? 'review' : 'allow',
        rule: half ? 'model' : 'no-rule',
        counts: JSON.stringify(Object.fromEntries(Object.entries(counts).filter(([b]) => Number(b) % 2 === half))),
        alone: null,
      }));
    };
    const days = Array.from({ length: 8 }, (_, n) => [
      ...counted(n, 've', 'en', dayOf(2_000, 0.1, n === 7 ? 10 : 0)),
      ...counted(n, 've', '', dayOf(2_000, 0.1)),
      // Whether a post is in a bank is no score.
      ...counted(n, 'known-text', 'en', dayOf(2_000, 0.1, n === 7 ? 10 : 0)),
      // Not there in the week before: nothing to hold it against.
      ...(n === 7 ? counted(n, 'new', 'en', dayOf(2_000, 0.1)) : []),
    ]);
    const example = (post: string, score: number, n: number, language = 'en') => {
      const of = { signal: 'text-model', label: 've', language, bucket: Math.floor(score * 100), place: n };
      return { ...of, post, score, action: 'allow', rule: 'no-rule', at: start + n * day };
    };
    const examples = [
      example('acme/1/low', 0.02, 7),
      example('acme/1/high', 0.7, 7),
      example('acme/1/before', 0.7, 6),
      example('acme/1/other', 0.7, 7, ''),
    ];
    await db.commit([db.insert(scoreDaysTable, days.flat()), db.insert(scoreExamplesTable, examples)]);
    const batch = { id: 'one', at: start + 8 * day - 1, counts: '{}' };
    await db.commit([db.insert(scoreBatchesTable, [batch])]);
    // Not all is counted yet.
    expect(await driftsOf(db, start + 8 * day, signals)).toBeUndefined();
    await db.commit([{ query: db.tables<EvidenceRows>().deleteFrom('score_batches') }]);
    const rows = (await driftsOf(db, start + 8 * day, signals))!;
    expect(rows.map(({ label, language, drifted, day: at }) => [label, language, drifted, at]).sort()).toEqual([
      ['ve', 'en', 1, start + 7 * day],
      ['ve', 'und', 0, start + 7 * day],
    ]);
    const [drifted] = rows.filter(row => row.drifted === 1);
    expect(JSON.parse(drifted?.examples ?? '[]')).toEqual([{ post: 'acme/1/high', score: 0.7 }]);
  } finally {
    await db.stop();
    rmSync(folder, { recursive: true });
  }
});
