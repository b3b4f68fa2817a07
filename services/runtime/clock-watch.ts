import { Gauge } from 'prom-client';
import { type Database, sql } from './database/index.js';
import type { Log } from './log/index.js';
import type { Metrics } from './metrics/index.js';
import { loop, type Time } from './time/index.js';

/** Pause between two looks, ms. */
const every = 10_000;
/** A process whose clock differs from the database's by more (ms) takes no work: figures of two processes would be wrong by as much. */
export const tolerated = 5_000;

/** What the database's clock is ahead of ours by, ms; 0 for SQLite, which has none of its own. */
async function aheadBy(db: Database, time: Time): Promise<number> {
  if (db.engine === 'sqlite') return 0;
  const from = time.steady();
  const query = sql<{ ms: number }>`select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`;
  const { rows } = await query.execute(db.tables<unknown>());
  // Asked half way between question and answer, as far as can be known.
  return Number(rows[0]?.ms ?? 0) - (time.now() - (time.steady() - from) / 2);
}

/** Watches how far this process's clock is from the system's, and from that of the database, which all processes share. */
export function watchClock({ db, time, log, metrics }: { db: Database; time: Time; log: Log; metrics: Metrics }) {
  let ahead = 0;
  new Gauge({
    name: 'clock_offset_seconds',
    help: "What another clock is ahead of this process's by: the system's, which may have been set, and the database's.",
    labelNames: ['against'],
    registers: [metrics.registry],
    collect() {
      this.set({ against: 'system' }, time.offset() / 1000);
      this.set({ against: 'database' }, ahead / 1000);
    },
  });
  const watching = loop(
    time,
    every,
    async () => {
      ahead = await aheadBy(db, time);
      if (Math.abs(ahead) > tolerated) log.error({ seconds: ahead / 1000 }, "the clock differs from the database's");
    },
    error => log.warn({ err: error }, "the database's clock was not read"),
  );
  return {
    /** Undefined where the clocks agree. */
    problem: (): string | undefined =>
      Math.abs(ahead) > tolerated
        ? `this machine's clock is ${(-ahead / 1000).toFixed(1)} s ahead of the database's: set it by NTP, then restart`
        : undefined,
    stop: () => watching.stop(),
  };
}
