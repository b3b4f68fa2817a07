import type { AssessmentRow } from '../../../classify/index.js';
import { probePlatform } from '../../../clocks/index.js';
import type { CaseRow, RemovalRow } from '../../../enforce/index.js';
import { type Database, sql } from '../../../runtime/index.js';

/**
 * What the live page reads of the services' tables, and nothing else does: each is one range of an index on time, or rows by key. The probe's posts are left
 * out by their platform.
 */
interface Tables {
  posts: {
    key: string;
    item: string;
    version: number;
    flags: string;
    created_at: number;
    received_at: number;
  };
  assessments: AssessmentRow;
  removals: RemovalRow;
  cases: CaseRow;
  clocks: { obligation: string; open: number; counted: number; due_at: number | null; sort_at: number };
  clock_totals: { obligation: string; route: string; measure: string; value: number };
}

const probed = `${probePlatform}/%`;

export type SeenPost = Pick<Tables['posts'], 'key' | 'item' | 'version' | 'flags' | 'created_at' | 'received_at'>;
export type SeenAssessment = Pick<AssessmentRow, 'key' | 'item' | 'action' | 'rule' | 'received_at' | 'assessed_at'>;
export type SeenCase = Pick<CaseRow, 'item' | 'state' | 'decision' | 'opened_at'>;

/** How many posts came in from `from` (in) to `to` (out), by second. */
export async function countReceived(
  db: Database,
  from: number,
  to: number,
): Promise<{ second: number; count: number }[]> {
  const { rows } = await sql<{ second: number; count: number }>`
    select received_at / 1000 as second, count(*) as count from posts
    where received_at >= ${from} and received_at < ${to} and item not like ${probed} group by 1`.execute(
    db.tables<Tables>(),
  );
  return rows;
}

/** How many were assessed, by second, action and time since receipt; the latter is rounded down to two digits, so that there are few groups. */
export async function countAssessed(
  db: Database,
  from: number,
  to: number,
): Promise<{ second: number; action: AssessmentRow['action']; ms: number; count: number }[]> {
  const { rows } = await sql<{ second: number; action: string; ms: number; count: number }>`
    select second, action, case when ms < 0 then 0 when ms < 100 then ms when ms < 1000 then ms / 10 * 10
      when ms < 10000 then ms / 100 * 100 else ms / 1000 * 1000 end as ms, count(*) as count
    from (select assessed_at / 1000 as second, action, assessed_at - received_at as ms from assessments
      where assessed_at >= ${from} and assessed_at < ${to} and item not like ${probed}) as seen group by 1, 2, 3`.execute(
    db.tables<Tables>(),
  );
  return rows;
}

const assessment = ['key', 'item', 'action', 'rule', 'received_at', 'assessed_at'] as const;

/** The newest that more followed from than letting them stand. */
export const readActed = (db: Database, from: number, to: number, limit: number): Promise<SeenAssessment[]> =>
  db
    .tables<Tables>()
    .selectFrom('assessments')
    .select(assessment)
    .where('assessed_at', '>=', from)
    .where('assessed_at', '<', to)
    .where('action', '<>', 'allow')
    .where('item', 'not like', probed)
    .orderBy('assessed_at', 'desc')
    .limit(limit)
    .execute();

const post = ['key', 'item', 'version', 'flags', 'created_at', 'received_at'] as const;

/** The newest posts. */
export const readNewest = (db: Database, limit: number): Promise<SeenPost[]> =>
  db
    .tables<Tables>()
    .selectFrom('posts')
    .select(post)
    .where('item', 'not like', probed)
    .orderBy('received_at', 'desc')
    .limit(limit)
    .execute();

/** Posts, assessments, removals and cases of these: `keys` name versions, `items` their items. */
export async function readAbout(db: Database, keys: readonly string[], items: readonly string[]) {
  const tables = db.tables<Tables>();
  const [posts, assessments, removals, cases] = await Promise.all([
    tables.selectFrom('posts').select(post).where('key', 'in', db.among(keys)).execute(),
    tables.selectFrom('assessments').select(assessment).where('key', 'in', db.among(keys)).execute(),
    tables.selectFrom('removals').selectAll().where('item', 'in', db.among(items)).execute(),
    tables
      .selectFrom('cases')
      .select(['item', 'state', 'decision', 'opened_at'])
      .where('item', 'in', db.among(items))
      .orderBy('opened_at')
      .execute(),
  ]);
  return { posts, assessments, removals, cases };
}

/** The newest removals that were asked for since `from`. */
export const readRequested = (db: Database, from: number, limit: number): Promise<RemovalRow[]> =>
  db
    .tables<Tables>()
    .selectFrom('removals')
    .selectAll()
    .where('requested_at', '>=', from)
    .where('platform', '<>', probePlatform)
    .orderBy('requested_at', 'desc')
    .limit(limit)
    .execute();

/** Where these removals stand now. */
export const readRemovalsById = (db: Database, ids: readonly string[]): Promise<RemovalRow[]> =>
  db.tables<Tables>().selectFrom('removals').selectAll().where('id', 'in', db.among(ids)).execute();

/** When the versions of these items were received and assessed. */
export const readAssessedItems = (db: Database, items: readonly string[]): Promise<SeenAssessment[]> =>
  db.tables<Tables>().selectFrom('assessments').select(assessment).where('item', 'in', db.among(items)).execute();

/** Cases that a removal which was not confirmed opened: the head of the queue, so one short range of its index. */
export async function countNotConfirmed(db: Database): Promise<number> {
  const row = await db
    .tables<Tables>()
    .selectFrom('cases')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('state', '=', 'open')
    .where('priority', '>=', 1_000)
    .where('rule', '=', 'not-confirmed')
    .where('platform', '<>', probePlatform)
    .executeTakeFirst();
  return row?.count ?? 0;
}

/** The totals that the clocks keep (some dozens of rows), by obligation and measure. */
export const readClockTotals = (db: Database): Promise<{ obligation: string; measure: string; value: number }[]> =>
  db
    .tables<Tables>()
    .selectFrom('clock_totals')
    .select(({ fn }) => ['obligation', 'measure', fn.sum<number>('value').as('value')])
    .where('measure', 'in', ['open', 'count', 'late'])
    .groupBy(['obligation', 'measure'])
    .execute();

/** The nearest due of an obligation: the head of its index, where what has no due comes last. */
export async function readNextDue(db: Database, obligation: string): Promise<number | undefined> {
  const row = await db
    .tables<Tables>()
    .selectFrom('clocks')
    .select('due_at')
    .where('obligation', '=', obligation)
    .where('open', '=', 1)
    .where('counted', '=', 1)
    .orderBy('sort_at')
    .limit(1)
    .executeTakeFirst();
  return row?.due_at ?? undefined;
}
