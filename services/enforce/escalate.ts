import { eventId } from '../contracts/index.js';
import { type Config, ConflictError, type Database, loop, type Runtime, type Stoppable } from '../runtime/index.js';
import { openCase, supersedeCase } from './cases.js';
import type { CaseRow, EnforceRows, RemovalRow } from './tables.js';

/** The rule of cases that show people a removal or a restoration which is not confirmed. */
export const notConfirmed = 'not-confirmed';
/** Before everything that a policy puts into the queue. */
const firstOfAll = 1_000;
const pollEvery = 500;
const atOnce = 50;

/** How long one may wait for confirmation until people are shown it: at the latest when half of its clock's limit is over. */
const escalateAfter = (config: Pick<Config, 'REMOVAL_ESCALATE_AFTER' | 'CLOCK_REMOVAL'>): number =>
  Math.min(config.REMOVAL_ESCALATE_AFTER, config.CLOCK_REMOVAL / 2);

/**
 * Shows people what is not confirmed in time, whoever works on it or does not: a platform that holds up every call, or a process that died, must
 * not keep it from being seen. What is confirmed after all is taken from the queue.
 */
export function startEscalation(runtime: Runtime): Stoppable {
  const { time, log } = runtime;
  return loop(
    time,
    pollEvery,
    async () => {
      await showLate(runtime);
      await withdrawConfirmed(runtime);
    },
    error => log.warn({ err: error }, 'escalation of removals: tried again'),
  );
}

/** Commits one item's change; where somebody changed it at this moment, the next pass looks again. */
async function unlessChanged(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
  }
}

/** Cost: one range of the partial index `removals_unconfirmed`. */
async function showLate(runtime: Runtime): Promise<void> {
  const { db, time, log } = runtime;
  const rows = db.tables<EnforceRows>();
  const now = time.now();
  const late = await rows
    .selectFrom('removals')
    .selectAll()
    .where('state', '=', 'pending')
    .where('escalated_at', 'is', null)
    .where('pending_since', '<=', now - escalateAfter(runtime.config))
    .orderBy('pending_since')
    .limit(atOnce)
    .execute();
  for (const row of late) {
    const { id: removal, platform, post_id: post, detail, pending_since: since } = row;
    log.warn({ platform, post, removal, detail, since }, 'not confirmed; shown to people');
    const query = rows
      .updateTable('removals')
      .set({ escalated_at: now })
      .where('id', '=', removal)
      .where('cycle', '=', row.cycle)
      .where('round', '=', row.round)
      .where('state', '=', 'pending')
      .where('escalated_at', 'is', null);
    const { writes, events } = openCase(db, caseAbout(row, now), false, { kind: 'unconfirmed' });
    await unlessChanged(runtime.commit([{ query, atLeast: 1 }, ...writes], events));
  }
}

function caseAbout(row: RemovalRow, now: number): CaseRow {
  const { id, cycle, round, item, platform, post_id, version, url, author_id, route, flags, posted_at } = row;
  const said = row.wanted === 'gone' ? 'The removal is not confirmed' : 'The restoration is not confirmed';
  return {
    id: eventId(`${id}/${cycle}/${round}`, 'escalated'),
    item,
    platform,
    post_id,
    version,
    state: 'open',
    priority: firstOfAll,
    rule: notConfirmed,
    reasons: JSON.stringify([`${said}: ${row.detail || 'it was not tried yet'}`]),
    url,
    author_id,
    route,
    flags,
    posted_at,
    opened_at: now,
    decision: null,
    decided_at: null,
    decided_by: null,
    note: null,
    language: null,
    category: null,
  };
}

/** Cost: the head of the partial index `cases_queue`, where these cases stand. */
async function withdrawConfirmed(runtime: Runtime): Promise<void> {
  const { db, time } = runtime;
  for (const row of await confirmed(db)) {
    const { writes, events } = supersedeCase(db, row, 'it was confirmed', time.now());
    await unlessChanged(runtime.commit(writes, events));
  }
}

const confirmed = (db: Database): Promise<CaseRow[]> =>
  db
    .tables<EnforceRows>()
    .selectFrom('cases')
    .innerJoin('removals', 'removals.item', 'cases.item')
    .selectAll('cases')
    .where('cases.state', '=', 'open')
    .where('cases.priority', '=', firstOfAll)
    .where('cases.rule', '=', notConfirmed)
    .where(({ or, eb }) => or([eb('removals.state', '<>', 'pending'), eb('removals.escalated_at', 'is', null)]))
    .limit(atOnce)
    .execute();
