import { busKey, eventId } from '../../contracts/index.js';
import { Problem, type Runtime, type Write } from '../../runtime/index.js';
import type { Decision } from '../decide.js';
import { takingAway } from './put.js';
import type { QualityRows, TestCaseRow } from './tables.js';

/** A test case; undefined where it is a case like any other. */
export const findTest = ({ db }: Pick<Runtime, 'db'>, caseId: string): Promise<TestCaseRow | undefined> =>
  db.tables<QualityRows>().selectFrom('test_cases').selectAll().where('case_id', '=', caseId).executeTakeFirst();

/** What was answered counts as a decision to let it stand, or to remove it. */
const answerOf = ({ decision }: Decision): 'remove' | 'keep' => (decision === 'remove' ? 'remove' : 'keep');

/**
 * Takes the answer to a test case: nothing is removed, no clock runs and nobody is told but who answered, later. The case and its post are taken away.
 * @param held as `decideCase`
 * @throws Problem 404, 409 (answered otherwise), ConflictError
 */
export async function answerTest(
  { db, time }: Pick<Runtime, 'db' | 'time'>,
  test: TestCaseRow,
  decision: Decision,
  held?: string,
): Promise<{ caseId: string; decision: Decision['decision']; at: number; removalId?: string }> {
  const { case_id: caseId, kind, expected, expected_by, state } = test;
  const answer = answerOf(decision);
  if (state !== 'put') {
    if (test.answer === answer && test.answered_at !== null)
      return { caseId, decision: decision.decision, at: test.answered_at };
    if (test.answered_by) throw new Problem(409, `The case is decided: ${test.answer} by ${test.answered_by}.`);
    throw new Problem(404, 'There is no such case.');
  }
  const at = time.now();
  const rows = db.tables<QualityRows>();
  const from = { platform: test.platform ?? '', post_id: test.post_id ?? '' };
  let change: Write;
  // Who gave the first answer can't give the second: it waits for somebody else, or counts for nothing.
  if (decision.by === expected_by) {
    const set = kind === 'second' ? { state: 'waiting' as const, put_to: null } : { state: 'answered' as const };
    change = { query: rows.updateTable('test_cases').set(set).where('case_id', '=', caseId), atLeast: 1 };
  } else {
    const query = rows
      .updateTable('test_cases')
      .set({
        ...from,
        state: kind === 'second' && answer !== expected ? 'disagreed' : 'answered',
        findings: null,
        made: null,
        answer,
        answer_category: decision.category ?? '',
        answered_by: decision.by,
        answered_at: at,
      })
      .where('case_id', '=', caseId)
      .where('state', '=', 'put');
    change = { query, atLeast: 1 };
  }
  await db.commit([change, ...takingAway(db, test, held)]);
  // Nothing is removed; it is answered as if.
  const item = busKey({ platform: test.platform ?? '', id: test.post_id ?? '' });
  return {
    caseId,
    decision: decision.decision,
    at,
    ...(answer === 'remove' && { removalId: eventId(item, 'removal') }),
  };
}
