import type { Runtime } from '../../runtime/index.js';
import type { QualityRows } from './tables.js';

/** A golden item that somebody has answered. */
export interface Told {
  id: string;
  answeredAt: number;
  postId: string;
  text: string;
  answer: { decision: string; category: string };
  right: { decision: string; category: string };
  why: string;
  /** They have seen it here already. */
  seen: boolean;
}

/** The golden items that this person answered, the newest first: which they were, what is right, and why. */
export async function readTold({ db }: Pick<Runtime, 'db'>, who: string, unseen: boolean): Promise<Told[]> {
  let query = db
    .tables<QualityRows>()
    .selectFrom('test_cases')
    .innerJoin('golden_items', 'golden_items.id', 'test_cases.ref')
    .selectAll('test_cases')
    .select(['golden_items.text', 'golden_items.why'])
    .where('answered_by', '=', who)
    .where('kind', '=', 'golden');
  if (unseen) query = query.where('told_at', 'is', null);
  const rows = await query
    .orderBy('answered_at', 'desc')
    .limit(unseen ? 5 : 100)
    .execute();
  return rows.map(row => ({
    id: row.case_id,
    answeredAt: row.answered_at ?? row.at,
    postId: row.post_id ?? '',
    text: row.text,
    answer: { decision: row.answer ?? '', category: row.answer_category ?? '' },
    right: { decision: row.expected, category: row.expected_category },
    why: row.why,
    seen: row.told_at !== null,
  }));
}

/** They have seen these. */
export async function markTold({ db, time }: Pick<Runtime, 'db' | 'time'>, who: string, ids: readonly string[]) {
  const query = db
    .tables<QualityRows>()
    .updateTable('test_cases')
    .set({ told_at: time.now() })
    .where('case_id', 'in', db.among(ids))
    .where('answered_by', '=', who)
    .where('kind', '=', 'golden')
    .where('told_at', 'is', null);
  await db.commit([{ query }]);
}
