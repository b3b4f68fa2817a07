import type { Database, Time, Write } from '../../runtime/index.js';
import { type ClockTables, type PageClockRow, type PageRow, pageClocksTable, pagesTable } from '../tables.js';

/** Time (ms) in which clocks that are due together gather on one page. */
const gather = 500;
/** The least time between two pages while one is unanswered; doubled for every further one, up to `longestGap`. */
const gap = 30_000;
const longestGap = 5 * 60_000;

/**
 * When a page made now goes out: at once where nobody is being called about anything as serious, else after a pause that a burst makes
 * longer, with all that comes meanwhile. Nothing is dropped.
 * @param unanswered pages of this level or a higher one that are out, `newest` when the last of them was made.
 */
export function goesOutAt(now: number, unanswered: number, newest: number | undefined): number {
  if (unanswered === 0 || newest === undefined) return now + gather;
  return Math.max(now + gather, newest + Math.min(longestGap, gap * 2 ** (unanswered - 1)));
}

/**
 * The writes that page somebody about these clocks: they join the page that has not gone out yet, or make a new one. To be committed with
 * the clocks' own change; only the one escalating process calls this.
 */
export async function callFor(
  db: Database,
  time: Time,
  clocks: readonly { clock: string; level: number }[],
): Promise<Write[]> {
  const rows = db.tables<ClockTables>();
  const now = time.now();
  const level = Math.max(...clocks.map(clock => clock.level));
  const entries = (page: string): Write =>
    db.insert(
      pageClocksTable,
      clocks.map(({ clock, level }): PageClockRow => ({ page_id: page, clock_id: clock, level, at: now })),
      { onConflict: 'replace' },
    );

  // By the partial index: acknowledged and resolved pages have no next_at.
  const open = await rows.selectFrom('pages').selectAll().where('next_at', 'is not', null).execute();
  const gathering = open.find(page => page.state === 'waiting' && page.turn === 0 && page.attempts === 0);
  const asSerious = open.filter(page => page !== gathering && page.level >= level).map(page => page.created_at);
  const at = goesOutAt(now, asSerious.length, asSerious.length > 0 ? Math.max(...asSerious) : undefined);
  if (gathering) {
    const set = {
      level: Math.max(level, gathering.level),
      next_at: Math.min(at, gathering.next_at ?? at),
      version: gathering.version + 1,
    };
    const query = rows
      .updateTable('pages')
      .set(set)
      .where('id', '=', gathering.id)
      .where('version', '=', gathering.version);
    return [{ query, atLeast: 1 }, entries(gathering.id)];
  }
  const page: PageRow = {
    id: time.uuid(),
    state: 'waiting',
    level,
    turn: 0,
    attempts: 0,
    next_at: at,
    created_at: now,
    sent_at: null,
    acknowledged_at: null,
    acknowledged_by: null,
    error: null,
    tokens: '[]',
    version: 1,
  };
  return [db.insert(pagesTable, [page]), entries(page.id)];
}
