import { type Database, isoTime, type Runtime } from '../runtime/index.js';
import { someday } from './clock.js';
import { post } from './pager/index.js';
import type { ClockTables } from './tables.js';

/** What whoever expects the beats is told. */
interface Beat {
  at: string;
  instance: string;
  /** Open clocks that have a limit, and those of them that are over it. */
  open: number;
  breached: number;
  nextDue: string | null;
}

async function take(db: Database, instance: string, now: number): Promise<Beat> {
  const rows = db.tables<ClockTables>();
  const open = rows.selectFrom('clocks').where('open', '=', 1);
  const until = (end: number) =>
    open.where('sort_at', '<', end).select(({ fn }) => [fn.countAll<number>().as('n'), fn.min('sort_at').as('next')]);
  // Both read the index of open clocks and nothing else.
  const [running, breached] = await Promise.all([
    until(someday).executeTakeFirstOrThrow(),
    until(now).executeTakeFirstOrThrow(),
  ]);
  return {
    at: isoTime(now),
    instance,
    open: running.n,
    breached: breached.n,
    nextDue: running.next === null ? null : isoTime(running.next),
  };
}

/**
 * Beats until aborted, only while the escalation is really alive: its receiver notices what is missing.
 * @param lastPass when the escalation last succeeded (`time.steady()`), undefined before it ever did.
 */
export async function beat(
  { config, db, time, log, instance }: Pick<Runtime, 'config' | 'db' | 'time' | 'log' | 'instance'>,
  signal: AbortSignal,
  lastPass: () => number | undefined,
): Promise<void> {
  const { HEARTBEAT_URL: url, HEARTBEAT_EVERY: every, PAGER_WEBHOOK_SECRET: secret } = config;
  if (!url) return;
  while (!signal.aborted) {
    const pass = lastPass();
    try {
      if (pass !== undefined && time.steady() - pass <= 3 * every) {
        const now = time.now();
        await post(url, `beat.${instance}.${now}`, await take(db, instance, now), time, secret);
      } else if (pass !== undefined) log.error('no heartbeat: the escalation of clocks stands still');
    } catch (error) {
      log.warn({ err: error }, 'heartbeat not taken');
    }
    await time.sleep(pass === undefined ? Math.min(every, 200) : every, signal);
  }
}
