import { type Database, sql } from '../../runtime/index.js';
import { bucketCount, bucketOf } from './buckets.js';
import { joined } from './joined.js';
import type { EvidenceRows } from './tables.js';
import type { Chosen, Decided } from './weigh.js';

const most = 20_000;

/** Decisions that differ in their scores alone; those of each as JSON. */
type Alike = Omit<Decided, 'counts'> & { scores: string[] };

export interface Looked {
  decided: Alike[];
  /** How many they are. */
  decisions: number;
  chosen: Chosen[];
  /** Chosen, and decided by nobody yet; and those that can't be any more. */
  open: number;
  lost: number;
}

/**
 * What people decided of posts chosen since then: the latest 20,000. Where the audit was switched on meanwhile, since then: before, what was allowed had no chance to be
 * decided, and what was reviewed would count for too much. Cost: so many rows of the index `evidence_posts_chosen`; they come as a row for each group that is alike
 * but for the scores, at half of what 20,000 rows take.
 */
export async function readDecided(db: Database, since: number): Promise<Looked> {
  const rows = db.tables<EvidenceRows>();
  const first = await rows
    .selectFrom('evidence_posts')
    .select('chosen_at')
    .where('chosen_at', '>=', since)
    .where('class', '=', 'allowed')
    .orderBy('chosen_at')
    .limit(1)
    .executeTakeFirst();
  const from = first?.chosen_at ?? since;
  const alike = ['class', 'band', 'language', 'probability', 'violates'] as const;
  const latest = rows
    .selectFrom('evidence_posts')
    .select([...alike, 'scores'])
    .where('chosen_at', '>=', from)
    .where('state', '=', 'decided')
    .orderBy('chosen_at', 'desc')
    .limit(most);
  const [found, counts] = await Promise.all([
    rows
      .selectFrom(latest.as('latest'))
      .select([...alike, joined(db, sql.ref('scores'), '\n').as('scores')])
      .groupBy(alike)
      .execute(),
    rows
      .selectFrom('evidence_posts')
      .select(({ fn }) => ['class', 'band', 'state', fn.countAll<number>().as('n')])
      .where('chosen_at', '>=', from)
      .where('state', '<>', 'moved')
      .groupBy(['class', 'band', 'state'])
      .execute(),
  ]);
  const count = (...states: string[]): number =>
    counts.reduce((sum, { state, n }) => (states.includes(state) ? sum + n : sum), 0);
  const chosen = new Map<string, Chosen>();
  for (const { class: what, band, n } of counts) {
    const one = chosen.get(`${what} ${band}`) ?? { class: what, band, posts: 0 };
    chosen.set(`${what} ${band}`, { ...one, posts: one.posts + n });
  }
  // Within JSON no line ends.
  const decided = found.map(row => ({ ...row, violates: row.violates === 1, scores: row.scores.split('\n') }));
  return {
    decided,
    decisions: decided.reduce((sum, { scores }) => sum + scores.length, 0),
    chosen: [...chosen.values()],
    open: count('chosen', 'open'),
    lost: count('lost'),
  };
}

/** The decisions as far as one label is concerned. */
export function ofLabel(decided: readonly Alike[], signal: string, label: string): Decided[] {
  // Read without taking the rest apart: there are many, and each holds every label. Within a JSON string no such mark can stand.
  const mark = `[${JSON.stringify(signal)},${JSON.stringify(label)},`;
  return decided.map(({ scores: all, ...alike }) => {
    const counts = new Int32Array(bucketCount + 1);
    for (const scores of all) {
      const at = scores.indexOf(mark);
      const from = at + mark.length;
      counts[at < 0 ? bucketCount : bucketOf(Number.parseFloat(scores.slice(from, from + 24)))]!++;
    }
    return { ...alike, counts };
  });
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
 * @param since only those that came in from then on
 * Cost: a range of the primary key of `score_examples`, at most 8 rows for each bucket and language, and 800 in all.
 */
export async function readNear(
  db: Database,
  of: { signal: string; label: string; language?: string | undefined; from: number; to: number; limit: number },
  since = 0,
): Promise<Near[]> {
  const [least, most] = of.from < of.to ? [of.from, of.to] : [of.to, of.from];
  let query = db
    .tables<EvidenceRows>()
    .selectFrom('score_examples')
    .selectAll()
    .where('signal', '=', of.signal)
    .where('label', '=', of.label)
    .where('bucket', '>=', bucketOf(least))
    .where('bucket', '<=', bucketOf(most))
    .orderBy('bucket', of.from <= of.to ? 'asc' : 'desc');
  if (of.language !== undefined) query = query.where('language', '=', of.language);
  if (since > 0) query = query.where('at', '>=', since);
  const rows = await query.limit(Math.max(400, 4 * of.limit)).execute();
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
