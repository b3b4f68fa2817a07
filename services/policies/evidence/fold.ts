import type { Database, Runtime, Write } from '../../runtime/index.js';
import type { Chosen, Counts } from './collect.js';
import { drawOf, keyOf } from './collect.js';
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

/** Counts by row, as they are gathered. */
class Gathered {
  readonly rows = new Map<string, { key: Key; counts: Histogram }>();

  add(key: Omit<Key, 'id'>, counts: Record<string, number>): void {
    const { at, platform, signal, label, language, action, rule } = key;
    const id = JSON.stringify([at, platform ?? '', signal, label, language, action, rule]);
    const row = this.rows.get(id) ?? { key: { ...key, id }, counts: new Map() };
    this.rows.set(id, row);
    for (const [bucket, n] of Object.entries(counts)) {
      row.counts.set(Number(bucket), (row.counts.get(Number(bucket)) ?? 0) + n);
    }
  }

  /** The rows as they are to be, on top of what is there. */
  on(kept: readonly { id: string; counts: string }[]): (Key & { counts: string })[] {
    for (const { id, counts } of kept) {
      const row = this.rows.get(id);
      if (!row) continue;
      for (const [bucket, n] of Object.entries(JSON.parse(counts) as Record<string, number>)) {
        row.counts.set(Number(bucket), (row.counts.get(Number(bucket)) ?? 0) + n);
      }
    }
    return [...this.rows.values()].map(({ key, counts }) => ({
      ...key,
      counts: JSON.stringify(Object.fromEntries([...counts].filter(([, n]) => n !== 0))),
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
      const into = (signal: string, label: string, buckets: Record<number, number>): void => {
        hours.add({ ...of, signal, label, platform, at: at - (at % hour) }, buckets);
        days.add({ ...of, signal, label, at: at - (at % day) }, buckets);
      };
      into('', '', bands);
      for (const [signal, label, buckets, some] of labels) {
        into(signal, label, buckets);
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
    readKept(db, 'score_hours', [...hours.rows.keys()]),
    readKept(db, 'score_days', [...days.rows.keys()]),
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

const readKept = (db: Database, table: 'score_hours' | 'score_days', ids: readonly string[]) =>
  db.tables<EvidenceRows>().selectFrom(table).select(['id', 'counts']).where('id', 'in', db.among(ids)).execute();

function evidenceRow(one: Chosen, at: number): EvidencePostRow {
  return {
    id: `${one.class}/${keyOf(one)}`,
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
