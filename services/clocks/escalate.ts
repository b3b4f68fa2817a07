import { ConflictError, type Runtime } from '../runtime/index.js';
import { check } from './clock.js';
import type { Totals } from './figures.js';
import { begun, overdue, pageFrom, type Rules } from './obligations.js';
import { callFor } from './pager/index.js';
import type { ClockTables } from './tables.js';
import { writeClocks, writeTotals } from './writes.js';

/** Clocks dealt with in one commit at the most. */
const atOnce = 500;
/** Longest pause (ms): clocks that other processes start become known at least this often. */
const pause = 500;

type Parts = Pick<Runtime, 'db' | 'time' | 'log' | 'commit'>;

/**
 * One pass: tells of every clock that has passed a share of its limit, and pages where somebody is needed. Each telling is a compare-and-set
 * on the clock, in the commit that also makes the page: it happens once, whoever else is running or died.
 * @returns how many clocks were dealt with; more may be due where it is `limit`.
 * @throws ConflictError where a clock was moved meanwhile: nothing was kept, pass again.
 */
async function escalateOnce({ db, time, log, commit }: Parts, rules: Rules, limit = atOnce): Promise<number> {
  const now = time.now();
  // By the partial index on next_at: costs as much as there is to do, however many clocks run.
  const due = await db
    .tables<ClockTables>()
    .selectFrom('clocks')
    .selectAll()
    .where('next_at', 'is not', null)
    .where('next_at', '<=', now)
    .orderBy('next_at')
    .limit(limit)
    .execute();
  if (due.length === 0) return 0;

  const totals: Totals = new Map();
  const checked = due.map(before => ({ before, ...check(before, now, rules, totals) }));
  const call = checked
    .filter(({ level }) => level >= pageFrom)
    .map(({ before, level }) => ({ clock: before.id, level }));
  await commit([
    ...writeClocks(
      db,
      checked.map(({ before, row }) => ({ before, after: row })),
    ),
    ...(call.length > 0 ? await callFor(db, time, call) : []),
    ...writeTotals(db, totals),
  ]);
  for (const { row, level } of checked) {
    if (level === 0) continue;
    const about = {
      obligation: row.obligation,
      subject: row.subject,
      platform: row.platform,
      post: row.post_id,
      level,
    };
    if (level === overdue) log.error(about, 'a clock is over its limit');
    else if (level === begun) log.error(about, 'a clock has begun that pages at once');
    else log.warn(about, `a clock has passed ${level} % of its limit`);
  }
  return due.length;
}

/** Keeps passing until aborted. `passed` hears of every pass that succeeded. */
export async function escalate(parts: Parts, rules: Rules, signal: AbortSignal, passed: () => void): Promise<void> {
  const { db, time, log } = parts;
  let limit = atOnce;
  while (!signal.aborted) {
    let idle = pause;
    try {
      const done = await escalateOnce(parts, rules, limit);
      passed();
      if (done === limit) idle = 0;
      else idle = Math.min(pause, Math.max(1, (await nextDue(parts)) - time.now()));
      limit = atOnce;
    } catch (error) {
      if (error instanceof ConflictError) {
        // Evidence moved one of them at this moment: fewer at once are less likely to meet it again.
        limit = Math.max(1, Math.floor(limit / 2));
        idle = 1;
      } else log.error({ err: error, engine: db.engine }, 'escalation failed; it passes again');
    }
    if (idle > 0) await time.sleep(idle, signal);
  }
}

async function nextDue({ db }: Parts): Promise<number> {
  const row = await db
    .tables<ClockTables>()
    .selectFrom('clocks')
    .select('next_at')
    .where('next_at', 'is not', null)
    .orderBy('next_at')
    .limit(1)
    .executeTakeFirst();
  return row?.next_at ?? Number.POSITIVE_INFINITY;
}
