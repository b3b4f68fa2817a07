import { versionKey } from '../../contracts/index.js';
import type { Runtime, Write } from '../../runtime/index.js';
import type { Chosen, Counts } from './collect.js';
import { drawOf } from './collect.js';
import {
  type EvidencePostRow,
  type EvidenceRows,
  type ExampleRow,
  evidencePostsTable,
  type ScoreRow,
  scoreDaysTable,
  scoreExamplesTable,
  scoreHoursTable,
} from './tables.js';

export const hour = 3600_000;
export const day = 24 * hour;
/** Batches folded in one commit at the most. */
const atOnce = 100;
/** Posts kept of each bucket. */
const places = 8;

type Histogram = Map<number, number>;
type Key = Omit<ScoreRow, 'counts'> & { platform?: string };
type Buckets = Record<string, number>;
interface Kept {
  id: string;
  counts: string;
  alone?: string | null;
}

function addTo(histogram: Histogram, counts: Buckets): void {
  for (const bucket in counts) histogram.set(Number(bucket), (histogram.get(Number(bucket)) ?? 0) + counts[bucket]!);
}
const written = (histogram: Histogram): string =>
  JSON.stringify(Object.fromEntries([...histogram].filter(([, n]) => n !== 0)));

/** Counts by row, as they are gathered. */
class Gathered {
  readonly rows = new Map<string, { key: Key; counts: Histogram; alone: Histogram | undefined }>();

  /** @param alone left out where it is not kept */
  add(key: Omit<Key, 'id'>, counts: Buckets, alone?: Buckets): void {
    const { at, platform, signal, label, language, action, rule } = key;
    const id = JSON.stringify([at, platform ?? '', signal, label, language, action, rule]);
    const row = this.rows.get(id) ?? { key: { ...key, id }, counts: new Map(), alone: alone && new Map() };
    this.rows.set(id, row);
    addTo(row.counts, counts);
    if (row.alone && alone) addTo(row.alone, alone);
  }

  /** The rows as they are to be, on top of what is there. */
  on(kept: readonly Kept[]): (Key & Kept)[] {
    for (const { id, counts, alone } of kept) {
      const row = this.rows.get(id);
      if (!row) continue;
      addTo(row.counts, JSON.parse(counts) as Buckets);
      if (row.alone) addTo(row.alone, JSON.parse(alone ?? counts) as Buckets);
    }
    return [...this.rows.values()].map(({ key, counts, alone }) => ({
      ...key,
      counts: written(counts),
      ...(alone && { alone: written(alone) }),
    }));
  }
}

/**
 * Folds what batches counted into hours and days, and takes the batches away in the same commit: each counts once, whoever dies when. Of two processes at it one
 * conflicts, since a batch can be taken away once.
 * @returns how many there were
 * @throws ConflictError where somebody else folded one of them
 */
export async function foldOnce({ db }: Pick<Runtime, 'db'>): Promise<number> {
  const rows = db.tables<EvidenceRows>();
  const batches = await rows.selectFrom('score_batches').selectAll().orderBy('at').limit(atOnce).execute();
  if (batches.length === 0) return 0;
  const hours = new Gathered();
  const days = new Gathered();
  const examples = new Map<string, ExampleRow>();
  const chosen = new Map<string, EvidencePostRow>();
  for (const { at, counts } of batches) {
    const parsed = JSON.parse(counts) as Counts;
    for (const { platform, language, action, rule, bands, labels } of parsed.groups) {
      const of = { language, action, rule };
      const into = (signal: string, label: string, buckets: Buckets, alone?: Buckets): void => {
        hours.add({ ...of, signal, label, platform, at: at - (at % hour) }, buckets);
        days.add({ ...of, signal, label, at: at - (at % day) }, buckets, alone);
      };
      into('', '', bands);
      for (const [signal, label, buckets, some, alone] of labels) {
        into(signal, label, buckets, action === 'allow' ? undefined : (alone ?? buckets));
        for (const [bucket, post, score] of some) {
          const place = Math.floor(drawOf(post) * places);
          const row = { signal, label, language, bucket, place, post, score, action, rule, at };
          examples.set(JSON.stringify([signal, label, language, bucket, place]), row);
        }
      }
    }
    for (const one of parsed.chosen) {
      const row = evidenceRow(one, at);
      chosen.set(row.id, row);
    }
  }
  const [hoursKept, daysKept] = await Promise.all([
    rows
      .selectFrom('score_hours')
      .select(['id', 'counts'])
      .where('id', 'in', db.among([...hours.rows.keys()]))
      .execute(),
    rows
      .selectFrom('score_days')
      .select(['id', 'counts', 'alone'])
      .where('id', 'in', db.among([...days.rows.keys()]))
      .execute(),
  ]);
  const gone = rows.deleteFrom('score_batches').where('id', 'in', db.among(batches.map(({ id }) => id)));
  const writes: Write[] = [
    { query: gone, atLeast: batches.length },
    db.insert(scoreHoursTable, hours.on(hoursKept), { onConflict: 'replace' }),
    db.insert(scoreDaysTable, days.on(daysKept), { onConflict: 'replace' }),
  ];
  if (examples.size > 0) writes.push(db.insert(scoreExamplesTable, [...examples.values()], { onConflict: 'replace' }));
  if (chosen.size > 0) writes.push(db.insert(evidencePostsTable, [...chosen.values()], { onConflict: 'nothing' }));
  await db.commit(writes);
  return batches.length;
}

function evidenceRow(one: Chosen, at: number): EvidencePostRow {
  return {
    id: `${one.class}/${versionKey(one)}`,
    platform: one.platform,
    post_id: one.id,
    version: one.version,
    language: one.language,
    class: one.class,
    band: one.band,
    probability: one.probability,
    scores: JSON.stringify(one.scores),
    chosen_at: at,
    state: 'chosen',
    case_id: null,
    violates: null,
    decided_at: null,
    look_at: at,
  };
}
