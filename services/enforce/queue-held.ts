import { ConflictError, loop, Problem, type Runtime, type Stoppable } from '../runtime/index.js';
import { type Decision, decideCase } from './decide.js';
import { findQueued, guardRow, lease } from './queue-claims.js';
import type { QueueRows } from './queue-table.js';

/** How long a decision can be taken back. */
export const undoFor = 10_000;
const lookEvery = 250;
const atOnce = 100;

type Needs = Pick<Runtime, 'db' | 'time'>;

/**
 * Takes a decision that can be taken back for ten seconds: it is durable from now on, and carried out then, whatever becomes of the browser, the
 * session or this process. Until then nothing is called and nobody is told, so that taking it back leaves nothing to repair.
 * @returns when it is carried out
 * @throws Problem 404 (no such case waits), 409 (somebody else has it)
 */
export async function holdDecision(runtime: Needs, id: string, decision: Decision): Promise<number> {
  const { db, time } = runtime;
  const { by } = decision;
  const before = await findQueued(runtime, id);
  if (!before) throw new Problem(404, 'This case does not wait any more: it was decided, or taken from the queue.');
  const held = JSON.stringify(decision);
  // Told twice, as where the first answer got lost.
  if (before.held === held && before.act_at !== null) return before.act_at;
  guardRow(runtime, before, by);
  const now = time.now();
  const query = db
    .tables<QueueRows>()
    .updateTable('review_queue')
    .set({ held, act_at: now + undoFor, holder: by })
    .where('case_id', '=', id)
    .where('held', 'is', null)
    .where(row => row.or([row('lease_until', '<=', now), row('holder', '=', by)]));
  const [result] = await db.commit([{ query }]);
  if (!result?.affected) throw new Problem(409, 'Somebody else took it at the same moment. Look again.');
  return now + undoFor;
}

/** Takes a decision back that was not carried out yet: the case is before who decided it again. @throws Problem 409 (it was carried out) */
export async function takeBack({ db, time }: Needs, who: string, id: string): Promise<void> {
  const query = db
    .tables<QueueRows>()
    .updateTable('review_queue')
    .set({ held: null, act_at: null, lease_until: time.now() + lease })
    .where('case_id', '=', id)
    .where('holder', '=', who)
    .where('held', 'is not', null);
  const [result] = await db.commit([{ query }]);
  if (!result?.affected) throw new Problem(409, 'It was carried out already, and is taken back by a new decision.');
}

/** Carries out decisions whose time to be taken back is over. In several processes at once each is carried out by one. */
export const startHeld = (runtime: Runtime): Stoppable =>
  loop(
    runtime.time,
    lookEvery,
    () => carryOut(runtime),
    error => runtime.log.warn({ err: error }, 'decisions: carried out later'),
  );

/** Cost: the head of the partial index `review_queue_acts`. */
async function carryOut(runtime: Runtime): Promise<void> {
  const { db, time, log } = runtime;
  const rows = await db
    .tables<QueueRows>()
    .selectFrom('review_queue')
    .select(['case_id', 'held'])
    .where('act_at', '<=', time.now())
    .orderBy('act_at')
    .limit(atOnce)
    .execute();
  for (const { case_id: id, held } of rows) {
    if (held === null) continue;
    try {
      await decideCase(runtime, id, JSON.parse(held) as Decision, held);
    } catch (error) {
      // Taken back at this moment: nothing is left to do.
      if (error instanceof ConflictError) continue;
      if (!(error instanceof Problem)) throw error;
      // Its case was closed meanwhile, by a newer version of the post or by a rule.
      log.warn({ case: id, problem: error.detail }, 'a decision had nothing left to decide');
      const query = db
        .tables<QueueRows>()
        .deleteFrom('review_queue')
        .where('case_id', '=', id)
        .where('held', '=', held);
      await db.commit([{ query }]);
    }
  }
}
