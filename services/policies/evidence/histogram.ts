import { type Database, sql } from '../../runtime/index.js';
import { bucketCount } from './buckets.js';
import { day } from './fold.js';
import { joined } from './joined.js';
import type { EvidenceRows } from './tables.js';

/** Posts of one language that the same was done about by the same rule, by bucket of their score. */
export interface Series {
  language: string;
  action: string;
  rule: string;
  counts: Float64Array;
  /** Of these, those about which less would have been done without this label. */
  alone?: Float64Array;
}

/** @param days a histogram as JSON for each, with commas between them */
function sumOf(days: string): Float64Array {
  const counts = new Float64Array(bucketCount);
  for (const one of JSON.parse(`[${days}]`) as Record<string, number>[]) {
    for (const bucket in one) counts[Number(bucket)]! += one[bucket]!;
  }
  return counts;
}

/**
 * The counts of one label of one signal over the last days, whole days and the one that has begun.
 * Cost: rows = days × languages × rules that decided, by the index `score_days_read`.
 */
export async function readSeries(
  db: Database,
  of: { signal: string; label: string; since: number; until?: number },
): Promise<Series[]> {
  // Kept for what something was done about, since this version.
  const known = sql`case when action <> 'allow' then coalesce(alone, counts) end`;
  const alone = joined<string | null>(db, known, ',');
  let query = db
    .tables<EvidenceRows>()
    .selectFrom('score_days')
    .select(['language', 'action', 'rule', joined(db, sql.ref('counts'), ',').as('counts'), alone.as('alone')])
    .where('signal', '=', of.signal)
    .where('label', '=', of.label)
    .where('at', '>=', of.since - (of.since % day))
    .groupBy(['language', 'action', 'rule']);
  if (of.until !== undefined) query = query.where('at', '<', of.until);
  return (await query.execute()).map(({ counts, alone, ...of }) => ({
    ...of,
    counts: sumOf(counts),
    ...(alone !== null && { alone: sumOf(alone) }),
  }));
}

/** Scores of one label of one signal in one language. */
export interface Scored {
  signal: string;
  label: string;
  language: string;
  counts: Float64Array;
}

/**
 * All that was counted on whole days, from `from` until `to`. Cost: those days' rows, by the index on `at`.
 * @returns undefined while some of it is not folded in yet
 */
export async function readScored(db: Database, from: number, to: number): Promise<Scored[] | undefined> {
  const rows = db.tables<EvidenceRows>();
  const open = await rows.selectFrom('score_batches').select('id').where('at', '<', to).limit(1).executeTakeFirst();
  if (open) return undefined;
  const found = await rows
    .selectFrom('score_days')
    .select(['signal', 'label', 'language', joined(db, sql.ref('counts'), ',').as('counts')])
    .where('at', '>=', from)
    .where('at', '<', to)
    .where('signal', '<>', '')
    .groupBy(['signal', 'label', 'language'])
    .execute();
  return found.map(({ counts, ...of }) => ({ ...of, counts: sumOf(counts) }));
}

/** What was counted of which labels, within the last days. */
export async function readLabels(db: Database, since: number): Promise<{ signal: string; label: string }[]> {
  return db
    .tables<EvidenceRows>()
    .selectFrom('score_days')
    .select(['signal', 'label'])
    .distinct()
    .where('at', '>=', since - (since % day))
    .where('signal', '<>', '')
    .orderBy('signal')
    .orderBy('label')
    .execute();
}
