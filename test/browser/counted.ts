import { evidencePostsTable, scoreDaysTable, scoreExamplesTable } from '../../services/policies/evidence/tables.js';
import type { Database } from '../../services/runtime/index.js';
import type { Installed } from '../console/installation.js';

const day = 24 * 3600_000;

/** How many of `n` posts fall into each hundredth, where scores thin out towards 1. */
function spread(n: number, from: number, to: number): Record<number, number> {
  const counts: Record<number, number> = {};
  for (let bucket = from; bucket <= to; bucket++)
    counts[bucket] = Math.ceil(n * 0.12 * Math.exp(-0.12 * (bucket - from)));
  return counts;
}

/** Ten days of counts, and decisions enough for intervals in the middle of the scale. */
export async function countedBefore({ runtime }: Installed): Promise<void> {
  const { db } = runtime;
  const today = Math.floor(Date.now() / day) * day;
  const row = (
    at: number,
    signal: string,
    label: string,
    language: string,
    action: string,
    rule: string,
    counts: object,
  ) => ({
    id: ['seeded', at, signal, label, language, action].join(' '),
    at,
    signal,
    label,
    language,
    action,
    rule,
    counts: JSON.stringify(counts),
  });
  const days = Array.from({ length: 10 }, (_, n) => today - (n + 1) * day).flatMap(at =>
    (['en', 'fr', 'de'] as const).flatMap((language, n) => {
      const all = 9_000 / (n + 1);
      const allowed = spread(all, 0, 49);
      const reviewed = spread(all / 60, 50, 99);
      const sum = (of: Record<number, number>): number => Object.values(of).reduce((a, b) => a + b, 0);
      return [
        row(at, 'text-model', 've', language, 'allow', 'otherwise', allowed),
        row(at, 'text-model', 've', language, 'review', 'text-model', reviewed),
        row(at, '', '', language, 'allow', 'otherwise', { 0: sum(allowed) }),
        row(at, '', '', language, 'review', 'text-model', { 4: sum(reviewed) }),
      ];
    }),
  );
  const decided = Array.from({ length: 1_200 }, (_, n) => {
    const reviewed = n % 2 === 0;
    const score = reviewed ? 0.5 + ((n * 7) % 50) / 100 : ((n * 3) % 50) / 100;
    const violates = reviewed ? (n * 13) % 100 < 30 + 60 * score : n % 101 < 8;
    return {
      id: `seeded/${n}`,
      platform: 'forum',
      post_id: String(n),
      version: 1,
      language: ['en', 'fr', 'de'][n % 3]!,
      class: reviewed ? 'reviewed' : 'allowed',
      band: reviewed ? 4 : 0,
      probability: reviewed ? 1 : 0.05,
      scores: JSON.stringify([['text-model', 've', score]]),
      chosen_at: today - (1 + (n % 9)) * day,
      state: 'decided',
      case_id: null,
      violates: violates ? 1 : 0,
      decided_at: today,
      look_at: null,
    };
  });
  await writeAll(db, days, decided);
}

async function writeAll(db: Database, days: object[], decided: object[]): Promise<void> {
  for (let at = 0; at < decided.length; at += 300) {
    await db.commit([db.insert(evidencePostsTable, decided.slice(at, at + 300) as never)]);
  }
  // A post of the forum that scored high and was let pass, to be looked at.
  const example = { signal: 'text-model', label: 've', language: 'en', bucket: 62, place: 0, post: 'forum/1/one' };
  const row = { ...example, score: 0.62, action: 'allow', rule: 'otherwise', at: Date.now() };
  await db.commit([db.insert(scoreDaysTable, days as never), db.insert(scoreExamplesTable, [row])]);
}
