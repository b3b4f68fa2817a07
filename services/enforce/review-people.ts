import { type Database, type Runtime, sql, type Write } from '../runtime/index.js';
import type { QueueRows } from './queue-table.js';
import {
  type Kind,
  kinds,
  type ReviewerRow,
  type ReviewRows,
  reviewersTable,
  sensitiveKinds,
} from './review-tables.js';

type Needs = Pick<Runtime, 'db' | 'time'>;
type Rows = ReviewRows & QueueRows;

/** What a person is sent, and how much. */
export interface Reviewer {
  person: string;
  /** Two or three letters each; empty for all. What came without a language is for everybody. */
  languages: string[];
  /** Empty for all; the sensitive ones among them only where they are in `opted` too. */
  kinds: Kind[];
  skills: string[];
  opted: Kind[];
  /** Cases an hour; absent for the installation's limit. */
  perHour?: number;
  liftedUntil: number;
  activeAt: number;
}

const hour = 3600_000;
/** Length of the stretches in which is counted what somebody saw. */
const stretch = 300_000;
/** Who had the queue before them within this is at work. */
export const atWork = 180_000;
const tellEvery = 60_000;

const listOf = <T extends string>(json: string): T[] => JSON.parse(json) as T[];
const toReviewer = (row: ReviewerRow): Reviewer => ({
  person: row.person,
  languages: listOf(row.languages),
  kinds: listOf(row.kinds),
  skills: listOf(row.skills),
  opted: listOf(row.opted),
  ...(row.per_hour !== null && { perHour: row.per_hour }),
  liftedUntil: row.lifted_until,
  activeAt: row.active_at,
});
/** Of whom nothing was set. */
export const unknown = (person: string): Reviewer => ({
  ...{ person, languages: [], kinds: [], skills: [], opted: [], liftedUntil: 0, activeAt: 0 },
});

export async function readReviewer(db: Database, person: string): Promise<Reviewer> {
  const rows = db.tables<ReviewRows>();
  const row = await rows.selectFrom('reviewers').selectAll().where('person', '=', person).executeTakeFirst();
  return row ? toReviewer(row) : unknown(person);
}

export const listReviewers = async (db: Database): Promise<Reviewer[]> =>
  (await db.tables<ReviewRows>().selectFrom('reviewers').selectAll().orderBy('person').limit(2_000).execute()).map(
    toReviewer,
  );

/** This person, and of those who are at work these and who has a skill. Cost: one pass over the people. */
export async function readAtWork({ db, time }: Needs, person: string, these: readonly string[]): Promise<Reviewer[]> {
  const rows = await db
    .tables<ReviewRows>()
    .selectFrom('reviewers')
    .selectAll()
    .where(row =>
      row.or([
        row('person', '=', person),
        row.and([
          row('active_at', '>', time.now() - atWork),
          row.or([row('skills', '<>', '[]'), row('person', 'in', db.among(these))]),
        ]),
      ]),
    )
    .orderBy('person')
    .execute();
  return rows.map(toReviewer);
}

/** The writes that change what a person is sent. */
export function changeReviewer(db: Database, person: string, change: Partial<Reviewer>): Write[] {
  const { languages, kinds, skills, opted, perHour, liftedUntil, activeAt } = change;
  const free = { languages: '[]', kinds: '[]', skills: '[]', opted: '[]' };
  const first: ReviewerRow = { person, ...free, per_hour: null, lifted_until: 0, active_at: 0 };
  const set: Partial<ReviewerRow> = {
    ...(languages && { languages: JSON.stringify(languages) }),
    ...(kinds && { kinds: JSON.stringify(kinds) }),
    ...(skills && { skills: JSON.stringify(skills) }),
    ...(opted && { opted: JSON.stringify(opted) }),
    ...('perHour' in change && { per_hour: perHour ?? null }),
    ...(liftedUntil !== undefined && { lifted_until: liftedUntil }),
    ...(activeAt !== undefined && { active_at: activeAt }),
  };
  const query = db.tables<ReviewRows>().updateTable('reviewers').set(set).where('person', '=', person);
  return [db.insert(reviewersTable, [first], { onConflict: 'nothing' }), { query }];
}

/** They have the queue before them: noted once a minute. */
export async function tellActive({ db, time }: Needs, { person, activeAt }: Reviewer): Promise<void> {
  const now = time.now();
  if (now - activeAt >= tellEvery) await db.commit(changeReviewer(db, person, { activeAt: now }));
}

/** The kinds that they are sent; undefined where that is all. Of the sensitive ones only what they asked for. */
export function kindsFor({ kinds: told, opted }: Reviewer): Kind[] | undefined {
  const suits = kinds.filter(
    kind =>
      (told.length === 0 || told.includes(kind)) &&
      (!(sensitiveKinds as readonly Kind[]).includes(kind) || opted.includes(kind)),
  );
  return suits.length === kinds.length ? undefined : suits;
}

/** Counts for a person what they now have before them, each case once. What is not theirs is left out. */
export async function countSeen({ db, time }: Needs, person: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const at = Math.floor(time.now() / stretch) * stretch;
  const fresh = sql`case_id in ${db.among(ids)} and holder = ${person} and (seen_by is null or seen_by <> ${person})`;
  const count = sql`insert into review_seen (person, at, cases)
    select ${sql.val(person)}, cast(${sql.val(at)} as bigint), count(*) from review_queue where ${fresh} having count(*) > 0
    on conflict (person, at) do update set cases = review_seen.cases + excluded.cases`;
  const mark = sql`update review_queue set seen_by = ${person} where ${fresh}`;
  const tables = db.tables<unknown>();
  await db.commit([{ query: count.compile(tables) }, { query: mark.compile(tables) }]);
}

/** How much a person saw since an instant; visible to themselves. */
export async function seenSince(db: Database, person: string, since: number): Promise<number> {
  const row = await db
    .tables<ReviewRows>()
    .selectFrom('review_seen')
    .select(({ fn }) => fn.sum<number>('cases').as('n'))
    .where('person', '=', person)
    .where('at', '>=', Math.floor(since / stretch) * stretch)
    .executeTakeFirst();
  return Number(row?.n ?? 0);
}

/** How much all saw since an instant, of nobody in particular. */
export async function seenByAll(db: Database, since: number): Promise<number> {
  const row = await db
    .tables<ReviewRows>()
    .selectFrom('review_seen')
    .select(({ fn }) => fn.sum<number>('cases').as('n'))
    .where('at', '>=', since)
    .executeTakeFirst();
  return Number(row?.n ?? 0);
}

/** How a person stands to their limit. */
export interface Exposure {
  perHour: number;
  /** Within the last hour. */
  seen: number;
  /** How many more may come now. */
  left: number;
  /** When more may come, where none may. */
  until?: number;
  /** A lead lifted it until then. */
  liftedUntil?: number;
}

/** Cost: at most twelve rows of the primary key, and the cases before this person. @param usual the installation's limit. @param kept what they have before them, which they may not have looked at yet */
export async function exposureOf(
  { db, time }: Needs,
  reviewer: Reviewer,
  usual: number,
  kept: readonly string[],
): Promise<Exposure> {
  const rows = db.tables<Rows>();
  const now = time.now();
  const { person, perHour = usual, liftedUntil } = reviewer;
  const [stretches, before] = await Promise.all([
    rows
      .selectFrom('review_seen')
      .select(['at', 'cases'])
      .where('person', '=', person)
      .where('at', '>', now - hour)
      .orderBy('at')
      .execute(),
    rows
      .selectFrom('review_queue')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .where('case_id', 'in', db.among(kept))
      .where('holder', '=', person)
      .where(row => row.or([row('seen_by', 'is', null), row('seen_by', '<>', person)]))
      .executeTakeFirst(),
  ]);
  const seen = stretches.reduce((sum, { cases }) => sum + cases, 0);
  if (liftedUntil > now) return { perHour, seen, left: Number.MAX_SAFE_INTEGER, liftedUntil };
  const left = Math.max(0, perHour - seen - Number(before?.n ?? 0));
  const [oldest] = stretches;
  return { perHour, seen, left, ...(seen >= perHour && oldest && { until: oldest.at + hour }) };
}
