import { eventId } from '../../contracts/index.js';
import type { Runtime, Write } from '../../runtime/index.js';
import type { Decision } from '../decide.js';
import type { CaseRow } from '../tables.js';
import { emptyTest } from './put.js';
import { readSettings } from './settings.js';
import {
  type MadeDecisionRow,
  madeDecisionsTable,
  type QualityRows,
  type TestCaseRow,
  testCasesTable,
} from './tables.js';

/** The rule of a case that was opened for what a second person found. */
export const secondOpinion = 'second-opinion';
/** Cases that ask something else than whether a post may stay are not decided twice. */
const notTwice = new Set(['not-confirmed', secondOpinion]);

/**
 * The writes that keep what a person decided, for the figures of quality: a first decision, drawn by chance to be made again by a second
 * person; or a restoration, which reverses what was removed before.
 */
export async function noteDecision(
  runtime: Pick<Runtime, 'db' | 'time'>,
  row: CaseRow,
  { decision, by, category }: Decision,
  at: number,
): Promise<Write[]> {
  const { db, time } = runtime;
  if (row.state !== 'open')
    return decision === 'restore' ? [overturn(db, { item: row.item, decision: 'remove' }, by, 'restored', at)] : [];
  const made: MadeDecisionRow = {
    case_id: row.id,
    item: row.item,
    decision: decision === 'remove' ? 'remove' : 'keep',
    category: category ?? '',
    language: row.language ?? '',
    at,
    decided_by: by,
    overturned_at: null,
    overturned_by: null,
    overturned_how: null,
  };
  const writes = [db.insert(madeDecisionsTable, [made], { onConflict: 'replace' })];
  const { second } = await readSettings(runtime);
  if (second > 0 && !notTwice.has(row.rule) && time.random() < second) {
    const test: TestCaseRow = {
      ...emptyTest,
      case_id: eventId(row.id, 'second'),
      kind: 'second',
      ref: row.id,
      state: 'waiting',
      language: made.language,
      expected: made.decision,
      expected_category: made.category,
      expected_by: by,
      at,
    };
    writes.push(db.insert(testCasesTable, [test], { onConflict: 'nothing' }));
  }
  return writes;
}

/** The write that marks decisions as reversed: of one case, or the removals of one item. */
export function overturn(
  db: Runtime['db'],
  of: { case_id: string } | { item: string; decision: 'remove' },
  by: string,
  how: NonNullable<MadeDecisionRow['overturned_how']>,
  at: number,
): Write {
  let query = db
    .tables<QualityRows>()
    .updateTable('made_decisions')
    .set({ overturned_at: at, overturned_by: by, overturned_how: how });
  query =
    'case_id' in of
      ? query.where('case_id', '=', of.case_id)
      : query.where('item', '=', of.item).where('decision', '=', of.decision).where('overturned_at', 'is', null);
  return { query };
}
