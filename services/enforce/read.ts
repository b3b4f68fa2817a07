import { busKey } from '../contracts/index.js';
import type { Database } from '../runtime/index.js';
import type { CaseRow, EnforceRows, GroundRow, LookRow, RemovalRow } from './tables.js';

/** The views that other services have of cases and removals. */
export interface ItemView {
  cases: CaseRow[];
  removal: RemovalRow | undefined;
  grounds: GroundRow[];
  looks: LookRow[];
}

/** All that was done about one item. */
export async function readItem(db: Database, platform: string, id: string): Promise<ItemView> {
  const rows = db.tables<EnforceRows>();
  const item = busKey({ platform, id });
  const [cases, removal, grounds] = await Promise.all([
    rows.selectFrom('cases').selectAll().where('item', '=', item).orderBy('opened_at').execute(),
    rows.selectFrom('removals').selectAll().where('item', '=', item).executeTakeFirst(),
    rows.selectFrom('grounds').selectAll().where('item', '=', item).orderBy('added_at').execute(),
  ]);
  const looks = removal
    ? await rows.selectFrom('looks').selectAll().where('removal_id', '=', removal.id).orderBy('at').limit(200).execute()
    : [];
  return { cases, removal, grounds, looks };
}

/**
 * How many posts of these accounts were removed since, by `platform/author`; those of whom none was are left out. Cost: a range of the index
 * `cases_author` for each account.
 */
export async function readAuthorsRemoved(
  db: Database,
  authors: readonly { platform: string; id: string }[],
  since: number,
): Promise<Map<string, number>> {
  const rows = await db
    .tables<EnforceRows>()
    .selectFrom('cases')
    .select(({ fn }) => ['platform', 'author_id', fn.countAll<number>().as('count')])
    .where('platform', 'in', db.among([...new Set(authors.map(({ platform }) => platform))]))
    .where('author_id', 'in', db.among([...new Set(authors.map(({ id }) => id))]))
    .where('opened_at', '>=', since)
    .where('decision', '=', 'remove')
    .groupBy(['platform', 'author_id'])
    .execute();
  return new Map(rows.map(({ platform, author_id, count }) => [`${platform}/${author_id}`, Number(count)]));
}

/** Open cases, the most urgent first; among equals the oldest. Cost: one range of the partial index `cases_queue`. */
export function readQueue(db: Database, limit: number): Promise<CaseRow[]> {
  const rows = db.tables<EnforceRows>();
  return rows
    .selectFrom('cases')
    .selectAll()
    .where('state', '=', 'open')
    .orderBy('priority', 'desc')
    .orderBy('opened_at')
    .limit(limit)
    .execute();
}

/** The latest removals and restorations, newest first; `escalated` narrows to those that are not confirmed. */
export function readRemovals(db: Database, limit: number, escalated = false): Promise<RemovalRow[]> {
  const rows = db.tables<EnforceRows>();
  let query = rows.selectFrom('removals').selectAll().orderBy('requested_at', 'desc').limit(limit);
  if (escalated) query = query.where('escalated_at', 'is not', null).where('state', '=', 'pending');
  return query.execute();
}

/** How many cases wait. */
export async function countOpenCases(db: Database): Promise<number> {
  const rows = db.tables<EnforceRows>();
  const row = await rows
    .selectFrom('cases')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('state', '=', 'open')
    .executeTakeFirst();
  return row?.count ?? 0;
}

/** Where the removals of many items of one platform stand, by id. */
export async function readStates(
  db: Database,
  platform: string,
  ids: readonly string[],
): Promise<Map<string, { wanted: string; state: string; requestedAt: number; endedAt: number | null }>> {
  const rows = await db
    .tables<EnforceRows>()
    .selectFrom('removals')
    .select(['post_id', 'wanted', 'state', 'requested_at', 'ended_at'])
    .where('item', 'in', db.among(ids.map(id => busKey({ platform, id }))))
    .execute();
  return new Map(
    rows.map(row => [
      row.post_id,
      { wanted: row.wanted, state: row.state, requestedAt: row.requested_at, endedAt: row.ended_at },
    ]),
  );
}

export const readCase = (db: Database, id: string): Promise<CaseRow | undefined> =>
  db.tables<EnforceRows>().selectFrom('cases').selectAll().where('id', '=', id).executeTakeFirst();

/** Cases about one author, the newest first. */
export type AuthorCases = Pick<
  CaseRow,
  'id' | 'post_id' | 'state' | 'decision' | 'decided_by' | 'decided_at' | 'opened_at' | 'rule' | 'category'
>[];

/** What became of an author's posts here that were looked at: the latest `limit`. Cost: one range of the index `cases_author`. */
export const readAuthor = (db: Database, platform: string, author: string, limit: number): Promise<AuthorCases> =>
  db
    .tables<EnforceRows>()
    .selectFrom('cases')
    .select(['id', 'post_id', 'state', 'decision', 'decided_by', 'decided_at', 'opened_at', 'rule', 'category'])
    .where('platform', '=', platform)
    .where('author_id', '=', author)
    .orderBy('opened_at', 'desc')
    .limit(limit)
    .execute();

/** What came of the cases that some rules opened. */
export interface CasesOfRules {
  opened: number;
  /** By what was decided: `remove`, `keep`, `superseded`; `open` is what still waits. */
  became: Record<string, number>;
  /** People who decided. */
  people: number;
  /** Half of the decisions took less (ms). */
  medianDecision?: number;
}

/**
 * Of the cases that these rules opened between two instants (ms). Cost: one pass over all cases, for a report.
 */
export async function readCasesOfRules(
  db: Database,
  rules: readonly string[],
  from: number,
  to: number,
): Promise<CasesOfRules> {
  const found = await db
    .tables<EnforceRows>()
    .selectFrom('cases')
    .select(['state', 'decision', 'decided_by', 'opened_at', 'decided_at'])
    .where('opened_at', '>=', from)
    .where('opened_at', '<=', to)
    .where('rule', 'in', db.among(rules))
    .execute();
  const became: Record<string, number> = {};
  for (const { state, decision } of found) {
    const name = state === 'decided' ? (decision ?? state) : state;
    became[name] = (became[name] ?? 0) + 1;
  }
  const took = found
    .flatMap(row => (row.decided_at === null ? [] : row.decided_at - row.opened_at))
    .sort((a, b) => a - b);
  const median = took[Math.floor((took.length - 1) / 2)];
  return {
    opened: found.length,
    became,
    people: new Set(found.flatMap(row => row.decided_by ?? [])).size,
    ...(median !== undefined && { medianDecision: median }),
  };
}
