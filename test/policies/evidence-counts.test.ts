import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Action } from '../../services/contracts/index.js';
import { bucketOf } from '../../services/policies/evidence/buckets.js';
import { type Assessed, collect, drawOf, recount } from '../../services/policies/evidence/collect.js';
import { foldOnce } from '../../services/policies/evidence/fold.js';
import { readSeries } from '../../services/policies/evidence/histogram.js';
import { ratesFor } from '../../services/policies/evidence/rates.js';
import { readNear } from '../../services/policies/evidence/read.js';
import { type EvidenceRows, evidenceTables, scoreBatchesTable } from '../../services/policies/evidence/tables.js';
import { ConflictError, type Database, migrate, openPostgres, openSqlite } from '../../services/runtime/index.js';
import { freshDatabase, withServers } from '../servers/index.js';
import { Random } from '../simulation/random.js';

const now = Date.parse('2026-11-20T23:59:00Z');
const pick = <T>(random: Random, of: readonly T[]): T => of[Math.floor(random.next() * of.length)]!;

function postsOf(random: Random, n: number, from = 0): Assessed[] {
  return Array.from({ length: n }, (_, i) => {
    const score = Number(random.next().toFixed(3));
    const action: Action = score > 0.9 ? 'remove' : score > 0.7 ? 'review' : 'allow';
    return {
      platform: pick(random, ['acme', 'other']),
      id: `post-${from + i}`,
      version: 1,
      language: pick(random, ['en', 'fr-CA', undefined]),
      flags: [],
      action,
      rule: action === 'allow' ? 'otherwise' : 'model',
      findings: [
        { signal: 'text-model', label: 've', score },
        { signal: 'text-model', label: 'context-news', score: 0.99 },
        ...(random.next() < 0.3 ? [{ signal: 'terms', label: 'term', score: 1 }] : []),
      ],
    };
  });
}

const contexts = { 'text-model': ['context-news'] };

test('a score belongs to the hundredth from which it is', () => {
  expect([0, 0.004, 0.01, 0.29, 0.57, 0.999, 1].map(bucketOf)).toEqual([0, 0, 1, 29, 57, 99, 100]);
});

test('the draw is of the key alone, and takes as many as the rate says', () => {
  const keys = Array.from({ length: 20_000 }, (_, n) => `acme/1/${n}`);
  expect(keys.map(drawOf)).toEqual(keys.map(drawOf));
  const taken = keys.filter(key => drawOf(key) < 0.05).length;
  expect(taken).toBeGreaterThan(880);
  expect(taken).toBeLessThan(1_120);
});

test('what is reviewed is evidence anyway, of the rest what was drawn, each with its probability', () => {
  const posts = postsOf(new Random(3), 2_000);
  const { chosen } = collect(posts, contexts, what => (what === 'allowed' ? 0.1 : 0))!;
  const of = (what: string) => chosen.filter(one => one.class === what);
  expect(of('reviewed').length).toBe(posts.filter(({ action }) => action === 'review').length);
  expect(of('reviewed').every(({ probability }) => probability === 1)).toBe(true);
  expect(of('removed')).toEqual([]);
  const allowed = posts.filter(({ action }) => action === 'allow').length;
  expect(of('allowed').length / allowed).toBeGreaterThan(0.07);
  expect(of('allowed').length / allowed).toBeLessThan(0.13);
  expect(of('allowed').every(({ probability }) => probability === 0.1)).toBe(true);
  // What speaks for a post does not put it into a high band.
  expect(
    of('allowed').every(
      ({ band, scores }) => band < 4 || scores.some(([, label, score]) => label !== 'context-news' && score >= 0.6),
    ),
  ).toBe(true);
});

test('the probe and posts of the past are counted nowhere', () => {
  const [post] = postsOf(new Random(1), 1);
  expect(collect([{ ...post!, flags: ['probe'] }], contexts, () => 1)).toBeUndefined();
  expect(collect([{ ...post!, flags: ['backfill'] }], contexts, () => 1)).toBeUndefined();
});

test('the budget of a day is shared out, and what a stratum is too small for goes to the others', () => {
  const volumes = [
    { class: 'allowed' as const, language: 'en', band: 0, posts: 1_000_000 },
    { class: 'allowed' as const, language: 'fr', band: 0, posts: 10_000 },
    { class: 'allowed' as const, language: 'en', band: 2, posts: 20_000 },
    { class: 'allowed' as const, language: 'en', band: 4, posts: 10 },
  ];
  const rates = ratesFor(volumes, { allowed: 200 }, now);
  const expected = rates.reduce((sum, { rate }, n) => sum + rate * Math.max(1_000, volumes[n]!.posts), 0);
  expect(expected).toBeCloseTo(200, 6);
  expect(rates.every(({ rate }) => rate > 0 && rate <= 1)).toBe(true);
  // Small languages at a higher rate, the high scores at one higher still.
  expect(rates[1]!.rate).toBeGreaterThan(rates[0]!.rate);
  expect(rates[2]!.rate).toBeGreaterThan(rates[0]!.rate);
  expect(ratesFor(volumes, {}, now).every(({ rate }) => rate === 0)).toBe(true);
});

/** Counts by hand: language, action, label, bucket. */
function byHand(posts: readonly Assessed[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { language = '', action, findings } of posts) {
    for (const { label, score } of findings) {
      const key = [language.split('-')[0], action, label, bucketOf(score)].join(' ');
      counts[key] = (counts[key] ?? 0) + 1;
    }
  }
  return counts;
}

async function kept(db: Database): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [signal, label] of [
    ['text-model', 've'],
    ['text-model', 'context-news'],
    ['terms', 'term'],
  ] as const) {
    for (const one of await readSeries(db, { signal, label, since: now - 86_400_000 })) {
      one.counts.forEach((n, bucket) => {
        const key = [one.language, one.action, label, bucket].join(' ');
        if (n !== 0) counts[key] = (counts[key] ?? 0) + n;
      });
    }
  }
  return counts;
}

function countsOn(name: string, open: () => Promise<{ db: Database; end(): Promise<void> }>): void {
  test(`every post counts once on ${name}, however many fold at the same time`, async () => {
    const { db, end } = await open();
    try {
      await migrate(db, evidenceTables);
      const random = new Random(5);
      const all: Assessed[] = [];
      for (let batch = 0; batch < 30; batch++) {
        const posts = postsOf(random, 40, batch * 40);
        all.push(...posts);
        const counts = JSON.stringify(collect(posts, contexts, () => 0.2));
        // Over midnight; the later batch may have the earlier time.
        const at = now + (29 - batch) * 10_000;
        await db.commit([db.insert(scoreBatchesTable, [{ id: `b${batch}`, at, counts }])]);
        if (batch % 7 !== 6) continue;
        const folds = await Promise.allSettled([foldOnce({ db }), foldOnce({ db }), foldOnce({ db })]);
        for (const fold of folds) if (fold.status === 'rejected') expect(fold.reason).toBeInstanceOf(ConflictError);
      }
      while ((await foldOnce({ db })) > 0);
      expect(await kept(db)).toEqual(byHand(all));
      const rows = db.tables<EvidenceRows>();
      const chosen = await rows.selectFrom('evidence_posts').select(['class']).execute();
      expect(chosen.filter(one => one.class === 'reviewed').length).toBe(
        all.filter(({ action }) => action === 'review').length,
      );
      // An answer that comes later moves one post from one action to another, and adds what it found.
      const moved = all.find(({ action }) => action === 'allow')!;
      const after = {
        action: 'review' as const,
        rule: 'late',
        findings: [...moved.findings, { signal: 'terms', label: 'late', score: 0.5 }],
      };
      const counts = JSON.stringify(recount(moved, moved, after, contexts));
      await db.commit([db.insert(scoreBatchesTable, [{ id: 'late', at: now, counts }])]);
      await foldOnce({ db });
      expect(await kept(db)).toEqual(
        byHand(all.map(post => (post === moved ? { ...moved, action: 'review' as const } : post))),
      );

      const near = await readNear(db, { signal: 'text-model', label: 've', from: 0.5, to: 0.6, limit: 10 });
      expect(near).toHaveLength(10);
      expect(near.map(({ score }) => score)).toEqual(near.map(({ score }) => score).sort((a, b) => a - b));
      expect(near.every(({ score }) => score >= 0.5 && score < 0.6)).toBe(true);
    } finally {
      await end();
    }
  });
}

countsOn('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sansdelai-'));
  const db = await openSqlite(join(folder, 'counts.db'));
  return {
    db,
    end: async () => {
      await db.stop();
      rmSync(folder, { recursive: true });
    },
  };
});

withServers(['postgres'], 'PostgreSQL', () => {
  countsOn('PostgreSQL', async () => {
    const db = openPostgres(await freshDatabase(), 5, () => undefined);
    return { db, end: () => db.stop() };
  });
});
