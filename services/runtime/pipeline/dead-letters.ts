import { eventId } from '../../contracts/index.js';
import type { Incoming } from '../bus/index.js';
import type { Database, Write } from '../database/index.js';
import type { Outbox } from '../outbox/index.js';
import type { Time } from '../time/index.js';
import { type PipelineRows, parkedTable } from './tables.js';

export type DeadLetter = PipelineRows['dead_letters'];

export function toDeadLetter(consumer: string, event: Incoming, reason: string, at: number): DeadLetter {
  return {
    id: eventId(event.id, consumer, 'dead-letter'),
    consumer,
    topic: event.topic,
    key: event.key,
    position: event.position,
    event: JSON.stringify(event),
    reason,
    at,
    replayed_at: null,
  };
}

/** What could not be handled and was not replayed yet, newest first. */
export function listDeadLetters(db: Database, limit = 100): Promise<DeadLetter[]> {
  const rows = db.tables<PipelineRows>();
  return rows
    .selectFrom('dead_letters')
    .selectAll()
    .where('replayed_at', 'is', null)
    .orderBy('at', 'desc')
    .limit(limit)
    .execute();
}

/** How many wait, by topic: the gauge `dead_letters{topic}`. */
export async function countDeadLetters(db: Database): Promise<{ topic: string; count: number }[]> {
  const rows = db.tables<PipelineRows>();
  return rows
    .selectFrom('dead_letters')
    .select(({ fn }) => ['topic', fn.countAll<number>().as('count')])
    .where('replayed_at', 'is', null)
    .groupBy('topic')
    .execute();
}

/**
 * Sends a dead letter to its consumer again: it leaves that consumer's inbox and joins what is parked, due at once. It is not published: a letter outlives
 * the inboxes of the topic's other consumers, who would take it for new.
 * @returns false where it is unknown or was replayed already.
 */
export async function replayDeadLetter(
  db: Database,
  outbox: Pick<Outbox, 'commit'>,
  time: Time,
  id: string,
): Promise<boolean> {
  const rows = db.tables<PipelineRows>();
  const letter = await rows
    .selectFrom('dead_letters')
    .selectAll()
    .where('id', '=', id)
    .where('replayed_at', 'is', null)
    .executeTakeFirst();
  if (!letter) return false;
  const { broken: _broken, ...event } = JSON.parse(letter.event) as Incoming;
  const { consumer, key } = letter;
  const now = time.now();
  const writes: Write[] = [
    {
      query: rows
        .updateTable('dead_letters')
        .set({ replayed_at: now })
        .where('id', '=', id)
        .where('replayed_at', 'is', null),
      atLeast: 1,
    },
    { query: rows.deleteFrom('inbox').where('consumer', '=', consumer).where('id', '=', event.id) },
    db.insert(parkedTable, [
      {
        consumer,
        id: event.id,
        key,
        seq: now,
        event: JSON.stringify(event),
        attempts: 0,
        due_at: now,
        error: 'replayed',
        parked_at: now,
      },
    ]),
  ];
  await outbox.commit(writes);
  return true;
}
