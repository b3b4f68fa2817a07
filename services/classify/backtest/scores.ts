import { type Scored, unpackBasis } from '../../policies/index.js';
import type { Database } from '../../runtime/index.js';
import type { AssessmentRow, ClassifyRows } from '../tables.js';

/** Places of a period that are looked at, and posts at each: an even sample that costs the same however many there are. */
const places = 48;
const postsAtPlace = 250;
const examplesOfBucket = 5;

/** A sample of the scores of a period, by signal, label and language. Cost: so many short ranges of the index `assessments_assessed`. */
export async function sampleScores(db: Database, from: number, to: number): Promise<Scored[]> {
  const series = new Map<string, Scored & { counts: Record<number, number> }>();
  for (let n = 0; n < places; n++) {
    const start = from + ((to - from) * n) / places;
    const rows: Pick<AssessmentRow, 'key' | 'basis'>[] = await db
      .tables<ClassifyRows>()
      .selectFrom('assessments')
      .select(['key', 'basis'])
      .where('assessed_at', '>=', Math.round(start))
      .where('assessed_at', '<', Math.round(start + (to - from) / places))
      .orderBy('assessed_at')
      .limit(postsAtPlace)
      .execute();
    for (const { key, basis } of rows) if (basis !== null) count(series, key, basis);
  }
  return [...series.values()];
}

function count(series: Map<string, Scored & { counts: Record<number, number> }>, post: string, basis: string): void {
  const { language = 'und', findings } = unpackBasis(basis);
  const spoken = language.split('-', 1)[0]!;
  for (const { signal, label, score, entry } of findings) {
    // Whether a post is in a bank is no score.
    if (entry) continue;
    const name = `${signal} ${label} ${spoken}`;
    const found = series.get(name) ?? { signal, label, language: spoken, counts: {}, examples: {} };
    series.set(name, found);
    const bucket = Math.floor(score * 100 + 1e-9);
    found.counts[bucket] = (found.counts[bucket] ?? 0) + 1;
    const examples = found.examples as Record<number, { post: string; score: number }[]>;
    examples[bucket] ??= [];
    if (examples[bucket].length < examplesOfBucket) examples[bucket].push({ post, score });
  }
}
