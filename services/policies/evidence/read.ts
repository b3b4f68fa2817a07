import type { Database } from '../../runtime/index.js';
import { bucketOf } from './buckets.js';
import type { EvidenceRows } from './tables.js';
import type { Decided } from './weigh.js';

const most = 20_000;

export interface Looked {
  decided: Decided[];
  /** Chosen, and decided by nobody yet; and those that can't be any more. */
  open: number;
  lost: number;
}

/** What people decided of posts chosen since then, as far as one label is concerned: the latest 20,000. */
export async function readDecided(db: Database, of: { signal: string; label: string; since: number }): Promise<Looked> {
  const rows = db.tables<EvidenceRows>();
  const [found, counts] = await Promise.all([
    rows
      .selectFrom('evidence_posts')
      .select(['class', 'band', 'language', 'probability', 'violates', 'scores'])
      .where('chosen_at', '>=', of.since)
      .where('state', '=', 'decided')
      .orderBy('chosen_at', 'desc')
      .limit(most)
      .execute(),
    rows
      .selectFrom('evidence_posts')
      .select(({ fn }) => ['state', fn.countAll<number>().as('n')])
      .where('chosen_at', '>=', of.since)
      .groupBy('state')
      .execute(),
  ]);
  const count = (...states: string[]): number =>
    counts.reduce((sum, { state, n }) => (states.includes(state) ? sum + n : sum), 0);
  return {
    decided: found.map(({ class: what, band, language, probability, violates, scores }) => ({
      class: what,
      band,
      language,
      probability,
      violates: violates === 1,
      score: scoreIn(scores, of),
    })),
    open: count('chosen', 'open'),
    lost: count('lost'),
  };
}

function scoreIn(scores: string, { signal, label }: { signal: string; label: string }): number | undefined {
  const parsed = JSON.parse(scores) as [string, string, number][];
  return parsed.find(one => one[0] === signal && one[1] === label)?.[2];
}

export interface Near {
  platform: string;
  id: string;
  version: number;
  language: string;
  score: number;
  action: string;
  rule: string;
  at: number;
}

/**
 * Posts whose score lies between two thresholds, or next to one, the nearest to the first one first. Some of each bucket are kept, so this is a selection.
 * Cost: a range of the primary key of `score_examples`, at most 8 rows for each bucket and language.
 */
export async function readNear(
  db: Database,
  of: { signal: string; label: string; language?: string | undefined; from: number; to: number; limit: number },
): Promise<Near[]> {
  const [least, most] = of.from < of.to ? [of.from, of.to] : [of.to, of.from];
  let query = db
    .tables<EvidenceRows>()
    .selectFrom('score_examples')
    .selectAll()
    .where('signal', '=', of.signal)
    .where('label', '=', of.label)
    .where('bucket', '>=', bucketOf(least))
    .where('bucket', '<=', bucketOf(most));
  if (of.language !== undefined) query = query.where('language', '=', of.language);
  const rows = await query.limit(5_000).execute();
  return rows
    .filter(({ score }) => score >= least && score < most)
    .sort((a, b) => Math.abs(a.score - of.from) - Math.abs(b.score - of.from))
    .slice(0, of.limit)
    .map(({ post, language, score, action, rule, at }) => {
      const [platform = '', version = ''] = post.split('/', 2);
      const id = post.slice(platform.length + version.length + 2);
      return { platform, id, version: Number(version), language, score, action, rule, at };
    });
}
