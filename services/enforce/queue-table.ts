import { type Database, sql, type Table, type Write } from '../runtime/index.js';
import type { Kind, ReviewRows } from './review-tables.js';
import type { CaseRow } from './tables.js';

/** Cases that are due within the same quarter of an hour are due at the same time: among them the most harmful comes first. */
const slotLength = 900_000;
/** From this priority on a case comes before all others: a removal that is not confirmed is due within its own, short limit. */
const beforeAll = 1_000;

/** The open cases in the order in which people get them, and who has which. A row goes with its case. */
export const queueTable: Table = {
  name: 'review_queue',
  columns: {
    case_id: 'text',
    /** When it is due, in slots: when it would have been opened to be due then by the usual limit. Most have that, and are where they were opened. */
    slot: 'bigint',
    /** The priority, below zero: a smaller number comes first. */
    rank: 'double',
    opened_at: 'bigint',
    language: 'text',
    /** Who has it before them, until when. */
    holder: 'text?',
    lease_until: 'bigint',
    /** A decision that can still be taken back, as JSON, and when it is carried out. */
    held: 'text?',
    act_at: 'bigint?',
    /** What it is about, for those who are to see only some; null of what came before it was told. */
    kind: 'text?',
    /** Who has seen it, so that it counts once for them. */
    seen_by: 'text?',
    /** The queue that its rule names. */
    queue: 'text?',
    /** When it is due, where its rule wants it sooner or later than usual. */
    due_at: 'bigint?',
  },
  primaryKey: ['case_id'],
  added: [['kind', 'seen_by'], ['queue'], ['due_at']],
  addedIndexes: ['queue', 'counts'],
  indexes: {
    next: { columns: ['slot', 'rank', 'opened_at'] },
    language: { columns: ['language', 'slot', 'rank', 'opened_at'] },
    queue: { columns: ['queue', 'slot', 'rank', 'opened_at'], where: 'queue is not null' },
    // All that the counts are made of, so that they are made without reading the rows.
    counts: { columns: ['language', 'opened_at'], where: 'held is null' },
    acts: { columns: ['act_at'], where: 'act_at is not null' },
    leased: { columns: ['lease_until'], where: 'lease_until > 0' },
  },
};

export interface QueueRow {
  case_id: string;
  slot: number;
  rank: number;
  opened_at: number;
  language: string;
  holder: string | null;
  lease_until: number;
  held: string | null;
  act_at: number | null;
  kind: Kind | null;
  seen_by: string | null;
  queue: string | null;
  due_at: number | null;
}

export interface QueueRows {
  review_queue: QueueRow;
}

/** The last slot of what was opened by then. */
export const slotOf = (openedAt: number): number => Math.floor(openedAt / slotLength);

/** Where a rule sends a case, and by when it wants it decided. */
export interface Sent {
  /** The queue whose it is first. */
  queue?: string | undefined;
  /** By when; absent for the usual limit. */
  due?: number | undefined;
  /** The usual limit, in ms. */
  usual?: number | undefined;
}

const placeOf = ({ priority, opened_at }: Pick<CaseRow, 'priority' | 'opened_at'>, { due, usual = 0 }: Sent) => ({
  slot: priority >= beforeAll ? 0 : slotOf(due === undefined ? opened_at : due - usual),
  rank: -priority,
  due_at: due ?? null,
});

/** What people know a language by: `fr` of `fr-CA`. */
const languageOf = (tag: string | null): string => tag?.split('-', 1)[0]?.toLowerCase() ?? '';

/** The write that puts an open case into the queue. */
export function enqueue(db: Database, row: CaseRow, kind: Kind | null, sent: Sent = {}): Write {
  const { id, opened_at, language } = row;
  const free = { holder: null, lease_until: 0, held: null, act_at: null, seen_by: null };
  const to = { language: languageOf(language), kind, queue: sent.queue ?? null };
  const made: QueueRow = { case_id: id, ...placeOf(row, sent), opened_at, ...to, ...free };
  return db.insert(queueTable, [made], { onConflict: 'nothing' });
}

/** The write that moves a case of which more was found: forward in time, never back. */
export const requeue = (
  db: Database,
  { id, priority, opened_at }: Pick<CaseRow, 'id' | 'priority' | 'opened_at'>,
  sent: Sent,
): Write => {
  const { slot, rank, due_at } = placeOf({ priority, opened_at }, sent);
  const sooner = sql`slot < ${slot}`;
  return {
    query: db
      .tables<QueueRows>()
      .updateTable('review_queue')
      .set({
        rank,
        queue: sent.queue ?? null,
        slot: sql<number>`case when ${sooner} then slot else ${slot} end`,
        due_at: sql<number | null>`case when ${sooner} then due_at else cast(${due_at} as bigint) end`,
      })
      .where('case_id', '=', id),
  };
};

/** The writes that take a case out. @param held the decision that leads to it, where that could be taken back: it conflicts where it was. */
export function dequeue(db: Database, id: string, held?: string): Write[] {
  const query = db.tables<QueueRows>().deleteFrom('review_queue').where('case_id', '=', id);
  const lane = { query: db.tables<ReviewRows>().deleteFrom('review_lanes').where('case_id', '=', id) };
  return [held === undefined ? { query } : { query: query.where('held', '=', held), atLeast: 1 }, lane];
}

/** Puts open cases in that came before there was this table. Cost: one pass over the open cases, at the start. */
export async function queueAll({ db }: { db: Database }): Promise<void> {
  const query = sql`insert into review_queue (case_id, slot, rank, opened_at, language, lease_until)
    select id, case when priority >= ${sql.lit(beforeAll)} then 0 else opened_at / ${sql.lit(slotLength)} end,
      -priority, opened_at, coalesce(language, ''), 0
    from cases where state = 'open' and not exists (select 1 from review_queue where case_id = cases.id)
    on conflict (case_id) do nothing`;
  await db.commit([{ query: query.compile(db.tables<unknown>()) }]);
}
