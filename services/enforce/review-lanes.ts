import { eventId } from '../contracts/index.js';
import { Problem, type Runtime, type Write } from '../runtime/index.js';
import { findTest } from './quality/answer.js';
import { withdrawing } from './quality/put.js';
import { findQueued, guardRow } from './queue-claims.js';
import type { QueueRow, QueueRows } from './queue-table.js';
import { type LaneRow, lanesTable, type NoteRow, notesTable, type ReviewRows } from './review-tables.js';

type Needs = Pick<Runtime, 'db' | 'time'>;

/** The lane of what reviewers pass up. */
export const leadLane = 'lead';
/** What was handed to somebody is shown to nobody else for so long. */
const keptFor = 30 * 60_000;
const mostNotes = 200;

/** Whom a case goes to: one person first, everybody with a skill, the leads, or everybody again. */
export type Receiver = { person: string } | { skill: string } | { leads: true } | { all: true };

const nameOf = (to: Receiver): string | null =>
  'person' in to ? to.person : 'skill' in to ? to.skill : 'leads' in to ? leadLane : null;

/** The write that keeps what somebody said of a case. */
function noteWrite({ db, time }: Needs, note: Omit<NoteRow, 'id' | 'at'>): Write {
  const at = time.now();
  const id = eventId(`${note.case_id}/${note.by}/${note.kind}/${note.text}`, 'note', at);
  return db.insert(notesTable, [{ ...note, id, at }], { onConflict: 'nothing' });
}

/** Keeps a note on a case, by whoever looks at it. @throws Problem 409 where there are too many */
export async function addNote(
  runtime: Needs,
  caseId: string,
  by: string,
  text: string,
  kind: NoteRow['kind'] = 'note',
): Promise<void> {
  const { db } = runtime;
  const rows = db.tables<ReviewRows>();
  const count = await rows
    .selectFrom('case_notes')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('case_id', '=', caseId)
    .executeTakeFirst();
  if (Number(count?.n ?? 0) >= mostNotes) throw new Problem(409, `A case takes ${mostNotes} notes.`);
  await db.commit([noteWrite(runtime, { case_id: caseId, kind, text, to: null, by })]);
}

/** What was said of a case, the oldest first. */
export const readNotes = ({ db }: Pick<Needs, 'db'>, caseId: string): Promise<NoteRow[]> =>
  db
    .tables<ReviewRows>()
    .selectFrom('case_notes')
    .selectAll()
    .where('case_id', '=', caseId)
    .orderBy('at')
    .limit(mostNotes)
    .execute();

/** Where a case waits beside what is for everybody, and what it is about. */
export interface Place {
  kind: string | null;
  lane: string | null;
  assignee: string | null;
  /** Since when, and by whom; null of what is for everybody. */
  at: number | null;
  by: string | null;
}
export const readPlace = (db: Needs['db'], caseId: string): Promise<Place | undefined> =>
  db
    .tables<ReviewRows & QueueRows>()
    .selectFrom('review_queue')
    .leftJoin('review_lanes', 'review_lanes.case_id', 'review_queue.case_id')
    .select(['kind', 'lane', 'assignee', 'review_lanes.at', 'review_lanes.by'])
    .where('review_queue.case_id', '=', caseId)
    .executeTakeFirst();

/**
 * Hands a case over: it leaves who has it before them, and goes to those named. Its clock runs on.
 * @throws Problem 404 (no such case waits), 409 (somebody else has it)
 */
export async function handOver(
  runtime: Needs,
  caseId: string,
  by: string,
  to: Receiver,
  text: string,
): Promise<QueueRow> {
  const { db, time } = runtime;
  const queued = await findQueued(runtime, caseId);
  if (!queued) throw new Problem(404, 'This case does not wait any more: it was decided, or taken from the queue.');
  guardRow(runtime, queued, by);
  const kind = 'leads' in to ? ('escalated' as const) : ('handed' as const);
  const note = noteWrite(runtime, { case_id: caseId, kind, text, to: nameOf(to), by });
  const test = await findTest(runtime, caseId);
  if (test) {
    // It was for them alone.
    await db.commit([note, ...withdrawing(db, test)]);
    return queued;
  }
  const at = time.now();
  const lane = 'skill' in to ? to.skill : 'leads' in to ? leadLane : null;
  const assignee = 'person' in to ? to.person : null;
  const row: LaneRow = { case_id: caseId, lane, assignee, kept_until: assignee === null ? 0 : at + keptFor, at, by };
  const rows = db.tables<ReviewRows & QueueRows>();
  const free = rows
    .updateTable('review_queue')
    .set({ holder: null, lease_until: 0 })
    .where('case_id', '=', caseId)
    .where('held', 'is', null)
    .where(is => is.or([is('lease_until', '<=', at), is('holder', '=', by)]));
  const placed =
    'all' in to
      ? { query: rows.deleteFrom('review_lanes').where('case_id', '=', caseId) }
      : db.insert(lanesTable, [row], { onConflict: 'replace' });
  await db.commit([{ query: free, atLeast: 1 }, placed, note]);
  return queued;
}
