import { type Database, sql } from '../runtime/index.js';
import type { MarksRow, ReviewRows } from './review-tables.js';
import { sharedOf } from './shared.js';
import type { CaseRow, EnforceRows } from './tables.js';

/** From how much in common two texts are nearly the same. */
const nearly = 0.7;
/** Of those that wait, and of those that were decided, so many are looked at. */
export const mostAlike = 500;
const mostEarlier = 200;
const perBand = 100;
/** With a case that somebody gets is told at a glance what is like it: so many of each band, found among so many of its newest. */
export const atGlance = 30;
const glancedAt = 300;

/** A case whose text is the same, or nearly. */
export interface AlikeCase {
  id: string;
  /** From 0 to 1: 1 where the normal form is the same. */
  shared: number;
}
export interface EarlierCase extends AlikeCase {
  postId: string;
  platform: string;
  decision: NonNullable<CaseRow['decision']>;
  category: string | null;
  by: string;
  at: number;
}

/** A sketch; `=` where the normal form is the same. */
type Found = readonly [id: string, sketch: string];
const bands = ['band1', 'band2', 'band3', 'band4'] as const;

const marksOfCase = (db: Database, caseId: string): Promise<MarksRow | undefined> =>
  db.tables<ReviewRows>().selectFrom('case_texts').selectAll().where('case_id', '=', caseId).executeTakeFirst();

/** How much of these has the text in common; what has too little is left out. */
const sharing = (marks: MarksRow, found: readonly Found[]): Map<string, number> =>
  new Map(
    found.flatMap(([id, sketch]) => {
      const shared = sketch === '=' ? 1 : sharedOf(marks.sketch, sketch);
      return shared >= nearly && id !== marks.case_id ? [[id, shared] as const] : [];
    }),
  );

/**
 * Those with the same text first, then those that share a band. Cost: five short ranges of indexes, each row with one look-up. They come as one text a
 * range: as rows of their own they take longer to hand over than to find.
 * @param where which of them, in terms of `t`
 * @param most of the same text, and of each band; of a band found among so many of its newest, where that is given
 */
async function candidates(
  db: Database,
  marks: MarksRow,
  where: ReturnType<typeof sql>,
  most: { same: number; band: number; among?: number },
): Promise<Found[]> {
  const gather = sql.raw(db.engine === 'sqlite' ? 'group_concat' : 'string_agg');
  const by = (column: string, value: string, limit: number, among?: number) => {
    const newest =
      among &&
      sql`(select * from case_texts where ${sql.ref(column)} = ${value} order by at desc limit ${sql.lit(among)})`;
    return sql`select ${gather}(found, ',') as found from (
      select t.case_id || ' ' || case when t.same = ${marks.same} then '=' else t.sketch end as found
      from ${newest || sql`case_texts`} t
      where t.${sql.ref(column)} = ${value} and ${where} order by t.at desc limit ${sql.lit(limit)}) as ${sql.ref(column)}`;
  };
  const parts = [by('same', marks.same, most.same)];
  for (const band of bands) {
    const value = marks[band];
    if (value !== null) parts.push(by(band, value, most.band, most.among));
  }
  const query = sql<{ found: string | null }>`${sql.join(parts, sql` union all `)}`;
  const { rows } = await query.execute(db.tables<unknown>());
  return rows.flatMap(({ found }) => found?.split(',').map(pairOf) ?? []);
}

/** Neither holds a space or a comma. */
const pairOf = (text: string): Found => {
  const space = text.indexOf(' ');
  return [text.slice(0, space), text.slice(space + 1)];
};

/** Whose eyes it is for, and when. */
interface Asked {
  /** What they have before them is free for them. */
  who: string;
  now: number;
  /** Nothing that waits was opened before this instant, where it is known. */
  since?: number | undefined;
}

/** Cases that wait, are free, and say the same as this one, or nearly; the most alike first. */
export async function readAlike(db: Database, caseId: string, who: string, now: number): Promise<AlikeCase[]> {
  const marks = await marksOfCase(db, caseId);
  return marks ? alikeTo(db, marks, { who, now }, perBand) : [];
}

/** At a glance what says the same as this case, or nearly: as {@link readAlike}, and what was decided of it before; the newest first. */
export async function readLikes(
  db: Database,
  caseId: string,
  asked: Asked,
): Promise<{ alike: AlikeCase[]; earlier: EarlierCase[] }> {
  const marks = await marksOfCase(db, caseId);
  if (!marks) return { alike: [], earlier: [] };
  const [alike, earlier] = await Promise.all([alikeTo(db, marks, asked, atGlance), earlierThan(db, marks)]);
  return { alike, earlier };
}

async function alikeTo(
  db: Database,
  marks: MarksRow,
  { who, now, since = 0 }: Asked,
  band: number,
): Promise<AlikeCase[]> {
  const waits = sql`t.at >= ${since} and exists (select 1 from review_queue q where q.case_id = t.case_id and q.held is null
    and (q.lease_until <= ${now} or q.holder = ${who}))
    and not exists (select 1 from review_lanes l where l.case_id = t.case_id)`;
  const shared = sharing(marks, await candidates(db, marks, waits, { same: mostAlike, band }));
  return [...shared]
    .map(([id, shared]) => ({ id, shared }))
    .sort((a, b) => b.shared - a.shared)
    .slice(0, mostAlike);
}

async function earlierThan(db: Database, marks: MarksRow): Promise<EarlierCase[]> {
  // The queue is a tenth of the cases and less: looking there is cheaper. What was closed undecided falls out below.
  const closed = sql`not exists (select 1 from review_queue q where q.case_id = t.case_id)`;
  const most = { same: mostEarlier, band: atGlance, among: glancedAt };
  const shared = sharing(marks, await candidates(db, marks, closed, most));
  if (shared.size === 0) return [];
  const rows = await db
    .tables<EnforceRows>()
    .selectFrom('cases')
    .select(['id', 'post_id', 'platform', 'decision', 'category', 'decided_by', 'decided_at'])
    .where('id', 'in', db.among([...shared.keys()]))
    .where('decided_at', 'is not', null)
    .where('decision', 'is not', null)
    .orderBy('decided_at', 'desc')
    .execute();
  return rows.map(row => ({
    ...{ id: row.id, shared: shared.get(row.id) ?? 0, postId: row.post_id, platform: row.platform },
    ...{ decision: row.decision ?? '', category: row.category, by: row.decided_by ?? '', at: row.decided_at ?? 0 },
  }));
}
