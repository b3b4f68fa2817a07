import type { Incoming } from '../bus/index.js';
import { type Database, sql } from '../database/index.js';
import type { PipelineRows } from './tables.js';

export interface Known {
  /** Events that the consumer has dealt with. */
  done: Set<string>;
  /** Events that wait for another try. */
  parked: Set<string>;
  /** The last place taken behind each key that something is parked for. */
  last: Map<string, number>;
}

/** What a consumer knows of these events and their keys, in one look: three look-ups by index, a few rows. */
export async function whatIsKnown(db: Database, consumer: string, events: readonly Incoming[]): Promise<Known> {
  const rows = db.tables<PipelineRows>();
  const ids = db.among(events.map(event => event.id));
  const keys = db.among([...new Set(events.map(event => event.key))]);
  const found = await rows
    .selectFrom('inbox')
    .select(['id', sql<string>`'done'`.as('kind'), sql<number>`cast(0 as bigint)`.as('seq')])
    .where('consumer', '=', consumer)
    .where('id', 'in', ids)
    .unionAll(
      rows
        .selectFrom('parked')
        .select(['id', sql<string>`'parked'`.as('kind'), 'seq'])
        .where('consumer', '=', consumer)
        .where('id', 'in', ids),
    )
    .unionAll(
      rows
        .selectFrom('parked')
        .select(({ fn }) => ['key as id', sql<string>`'key'`.as('kind'), fn.max('seq').as('seq')])
        .where('consumer', '=', consumer)
        .where('key', 'in', keys)
        .groupBy('key'),
    )
    .execute();
  const of = (kind: string) => found.filter(row => row.kind === kind);
  return {
    done: new Set(of('done').map(row => row.id)),
    parked: new Set(of('parked').map(row => row.id)),
    last: new Map(of('key').map(row => [row.id, row.seq])),
  };
}
