import { type Database, type Runtime, sql } from '../runtime/index.js';
import { inHand } from './queue-claims.js';
import type { QueueRows } from './queue-table.js';
import { leadLane } from './review-lanes.js';
import type { EnforceRows } from './tables.js';

/** What waits, together by what decides who gets it. */
export interface QueueGroup {
  language: string;
  kind: string;
  /** `''` for what is for everybody, or `person`, where it was handed to one. */
  lane: string;
  /** The queue that the rule names; `''` for none. */
  queue: string;
  open: number;
  /** When the oldest of them was opened. */
  oldest: number;
}

/** Cost: one pass over the queue. */
export async function readOverview(db: Database): Promise<QueueGroup[]> {
  const { rows } = await sql<QueueGroup>`select q.language, coalesce(q.kind, 'media') as kind,
      case when l.case_id is null then '' else coalesce(l.lane, 'person') end as lane,
      coalesce(q.queue, '') as queue, count(*) as open, min(q.opened_at) as oldest
    from review_queue q left join review_lanes l on l.case_id = q.case_id
    where q.held is null group by 1, 2, 3, 4 order by 5 desc`.execute(db.tables<unknown>());
  return rows.map(row => ({ ...row, open: Number(row.open), oldest: Number(row.oldest) }));
}

/** How many cases each person has before them now. */
export async function readHolders({ db, time }: Pick<Runtime, 'db' | 'time'>): Promise<Map<string, number>> {
  const rows = await db
    .tables<QueueRows>()
    .selectFrom('review_queue')
    .select(({ fn }) => ['holder', fn.countAll<number>().as('n')])
    .where('lease_until', '>', time.now())
    .where(inHand)
    .where('held', 'is', null)
    .groupBy('holder')
    .execute();
  return new Map(rows.flatMap(({ holder, n }) => (holder === null ? [] : [[holder, Number(n)] as const])));
}

/** Names of skills that can't be given: they mean something else in the queue. */
export const takenLanes: readonly string[] = [leadLane, 'person'];

/** What became of items here, by item: of several cases the open one counts. Cost: a look-up each. */
export async function readDone(
  db: Database,
  items: readonly string[],
): Promise<Map<string, 'open' | 'removing' | 'removed' | 'kept'>> {
  const rows = db.tables<EnforceRows>();
  const [cases, removals] = await Promise.all([
    rows.selectFrom('cases').select(['item', 'state']).where('item', 'in', db.among(items)).execute(),
    rows
      .selectFrom('removals')
      .select(['item', 'state'])
      .where('item', 'in', db.among(items))
      .where('wanted', '=', 'gone')
      .execute(),
  ]);
  const done = new Map<string, 'open' | 'removing' | 'removed' | 'kept'>();
  for (const { item, state } of cases) if (state === 'decided') done.set(item, 'kept');
  for (const { item, state } of removals) done.set(item, state === 'pending' ? 'removing' : 'removed');
  for (const { item, state } of cases) if (state === 'open') done.set(item, 'open');
  return done;
}
