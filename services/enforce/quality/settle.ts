import { eventId } from '../../contracts/index.js';
import { Problem, type Runtime } from '../../runtime/index.js';
import { openCase } from '../cases.js';
import { type Category, decideCase } from '../decide.js';
import { readCase } from '../read.js';
import { findTest } from './answer.js';
import { overturn, secondOpinion } from './log.js';
import type { QualityRows, TestCaseRow } from './tables.js';

/** Cases that two decided differently, the longest waiting first. */
export const listDisagreements = ({ db }: Pick<Runtime, 'db'>): Promise<TestCaseRow[]> =>
  db
    .tables<QualityRows>()
    .selectFrom('test_cases')
    .selectAll()
    .where('state', '=', 'disagreed')
    .orderBy('answered_at')
    .limit(100)
    .execute();

/**
 * A lead says which of two decisions stands. Where it is the second, the post goes or comes back the way of every decision, in the lead's name, and
 * the first counts as reversed. Each step may be done again, so that dying between them leaves nothing half done.
 * @throws Problem 403 (one of the two), 404, 409 (settled already, or an order in force)
 */
export async function settleDisagreement(
  runtime: Runtime,
  id: string,
  { stands, reason, by }: { stands: 'first' | 'second'; reason: string; by: string },
): Promise<void> {
  const { db, time } = runtime;
  const test = await findTest(runtime, id);
  if (!test || (test.state !== 'disagreed' && test.state !== 'settled'))
    throw new Problem(404, 'Nobody disagrees about such a case.');
  if (test.state === 'settled') throw new Problem(409, `${test.settled_by} has settled it already.`);
  if (by === test.expected_by || by === test.answered_by)
    throw new Problem(403, 'It was you who decided it: another lead settles it.');
  if (stands === 'second') await reverse(runtime, test, reason, by);
  const query = db
    .tables<QualityRows>()
    .updateTable('test_cases')
    .set({ state: 'settled', stands, settled_by: by, settled_at: time.now() })
    .where('case_id', '=', id)
    .where('state', '=', 'disagreed');
  await db.commit([{ query, atLeast: 1 }]);
}

async function reverse(runtime: Runtime, { ref, answer, answer_category }: TestCaseRow, reason: string, by: string) {
  const { db, time } = runtime;
  const first = await readCase(db, ref);
  if (!first) throw new Problem(404, 'The case is not kept any more.');
  if (answer === 'remove') {
    const again = { ...first, id: eventId(first.id, secondOpinion), rule: secondOpinion, opened_at: time.now() };
    const open = { ...again, state: 'open', decision: null, decided_at: null, decided_by: null, note: null } as const;
    if (!(await readCase(db, again.id))) {
      const { writes, events } = openCase(db, { ...open, category: null }, false);
      await runtime.commit(writes, events);
    }
    const category = (answer_category || 'other') as Category;
    await decideCase(runtime, again.id, { decision: 'remove', reason, by, category });
  } else await decideCase(runtime, ref, { decision: 'restore', reason, by });
  await db.commit([overturn(db, { case_id: ref }, by, 'second', time.now())]);
}
