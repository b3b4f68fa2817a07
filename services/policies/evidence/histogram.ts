import type { Database } from '../../runtime/index.js';
import { bucketCount } from './buckets.js';
import { day } from './fold.js';
import type { EvidenceRows } from './tables.js';

/** Posts of one language that the same was done about by the same rule, by bucket of their score. */
export interface Series {
  language: string;
  action: string;
  rule: string;
  counts: Float64Array;
}

/**
 * The counts of one label of one signal over the last days, whole days and the one that has begun.
 * Cost: rows = days × languages × rules that decided, by the index `score_days_read`.
 */
export async function readSeries(
  db: Database,
  of: { signal: string; label: string; since: number; until?: number },
): Promise<Series[]> {
  let query = db
    .tables<EvidenceRows>()
    .selectFrom('score_days')
    .select(['language', 'action', 'rule', 'counts'])
    .where('signal', '=', of.signal)
    .where('label', '=', of.label)
    .where('at', '>=', of.since - (of.since % day));
  if (of.until !== undefined) query = query.where('at', '<', of.until);
  const series = new Map<string, Series>();
  for (const { language, action, rule, counts } of await query.execute()) {
    const key = `${action} ${rule} ${language}`;
    let one = series.get(key);
    if (!one) {
      one = { language, action, rule, counts: new Float64Array(bucketCount) };
      series.set(key, one);
    }
    const parsed = JSON.parse(counts) as Record<string, number>;
    for (const bucket in parsed) one.counts[Number(bucket)]! += parsed[bucket]!;
  }
  return [...series.values()];
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
