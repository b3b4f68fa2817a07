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

type Found = Pick<MarksRow, 'case_id' | 'same' | 'sketch'>;
const bands = ['band1', 'band2', 'band3', 'band4'] as const;

const marksOfCase = (db: Database, caseId: string): Promise<MarksRow | undefined> =>
  db.tables<ReviewRows>().selectFrom('case_texts').selectAll().where('case_id', '=', caseId).executeTakeFirst();

/** How much of these has the text in common; what has too little is left out. */
const sharing = (marks: MarksRow, found: readonly Found[]): Map<string, number> =>
  new Map(
    found.flatMap(({ case_id, same, sketch }) => {
      const shared = same === marks.same ? 1 : sharedOf(marks.sketch, sketch);
      return shared >= nearly && case_id !== marks.case_id ? [[case_id, shared] as const] : [];
    }),
  );

/**
 * Those with the same text first, then those that share a band. Cost: five short ranges of indexes, each row with one look-up.
 * @param where which of them, in terms of `t`
 */
async function candidates(
  db: Database,
  marks: MarksRow,
  where: ReturnType<typeof sql>,
  mostSame: number,
): Promise<Found[]> {
  const by = (column: string, value: string, most: number) =>
    sql`select * from (select t.case_id, t.same, t.sketch from case_texts t
      where t.${sql.ref(column)} = ${value} and ${where} order by t.at desc limit ${sql.lit(most)}) as ${sql.ref(column)}`;
  const parts = [by('same', marks.same, mostSame)];
  for (const band of bands) {
    const value = marks[band];
    if (value !== null) parts.push(by(band, value, perBand));
  }
  const { rows } = await sql<Found>`${sql.join(parts, sql` union all `)}`.execute(db.tables<unknown>());
  return rows;
}

/** Cases that wait, are free, and say the same as this one, or nearly; the most alike first. @param who what they have before them is free for them */
export async function readAlike(db: Database, caseId: string, who: string, now: number): Promise<AlikeCase[]> {
  const marks = await marksOfCase(db, caseId);
  if (!marks) return [];
  const waits = sql`exists (select 1 from review_queue q where q.case_id = t.case_id and q.held is null
    and (q.lease_until <= ${now} or q.holder = ${who}))
    and not exists (select 1 from review_lanes l where l.case_id = t.case_id)`;
  const shared = sharing(marks, await candidates(db, marks, waits, mostAlike));
  return [...shared]
    .map(([id, shared]) => ({ id, shared }))
    .sort((a, b) => b.shared - a.shared)
    .slice(0, mostAlike);
}

/** What was decided of the same text, or nearly the same, before; the newest first. */
export async function readEarlier(db: Database, caseId: string): Promise<EarlierCase[]> {
  const marks = await marksOfCase(db, caseId);
  if (!marks) return [];
  const decided = sql`exists (select 1 from cases c where c.id = t.case_id and c.state = 'decided')`;
  const shared = sharing(marks, await candidates(db, marks, decided, mostEarlier));
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
