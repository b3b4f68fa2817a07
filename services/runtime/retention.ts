import { Gauge } from 'prom-client';
import type { Config } from './config/index.js';
import { type Database, sql, type Table } from './database/index.js';
import type { Log } from './log/index.js';
import type { Metrics } from './metrics/index.js';
import type { Time } from './time/index.js';

/** Rows dealt with in one commit: small enough to hold nobody up. */
const atOnce = 2_000;

/**
 * Deletes, or clears, what is older than its table keeps it, a little at a time.
 * @returns rows dealt with, by table.
 */
export async function expire(
  { db, time, config }: { db: Database; time: Time; config: Config },
  tables: readonly Table[],
  signal?: AbortSignal,
): Promise<Record<string, number>> {
  const done: Record<string, number> = {};
  for (const { name, primaryKey, retention } of tables) {
    if (!retention) continue;
    const keep = typeof retention.keep === 'number' ? retention.keep : config[retention.keep];
    const before = time.now() - keep;
    const key = sql.join(primaryKey.map(column => sql.ref(column)));
    const where = sql`${sql.ref(retention.column)} < ${before}${retention.where ? sql.raw(` and ${retention.where}`) : sql``}`;
    for (;;) {
      if (signal?.aborted) return done;
      const act = retention.clears
        ? sql`update ${sql.table(name)} set ${sql.join(retention.clears.map(column => sql`${sql.ref(column)} = null`))}`
        : sql`delete from ${sql.table(name)}`;
      const query = sql`${act} where (${key}) in (select ${key} from ${sql.table(name)} where ${where} limit ${atOnce})`;
      const [result] = await db.commit([{ query: query.compile(db.tables<unknown>()) }]);
      done[name] = (done[name] ?? 0) + (result?.affected ?? 0);
      if ((result?.affected ?? 0) < atOnce) break;
      await time.sleep(20, signal);
    }
  }
  return done;
}

/** Bytes that the database takes on its disk. */
export async function diskUsed(db: Database): Promise<number> {
  const query =
    db.engine === 'sqlite'
      ? sql<{ bytes: number }>`select page_count * page_size as bytes from pragma_page_count(), pragma_page_size()`
      : sql<{ bytes: number }>`select pg_database_size(current_database()) as bytes`;
  const { rows } = await query.execute(db.tables<unknown>());
  return rows[0]?.bytes ?? 0;
}

/** The job: once an hour, by whoever leads it; the gauge says what is used. */
export function retentionJob(
  parts: { db: Database; time: Time; config: Config; log: Log; metrics: Metrics },
  tables: readonly Table[],
) {
  const gauge = new Gauge({
    name: 'database_disk_bytes',
    help: 'Bytes that the database takes on its disk.',
    registers: [parts.metrics.registry],
  });
  return async (_fence: number, signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      const deleted = await expire(parts, tables, signal);
      parts.log.debug({ deleted }, 'retention');
      for (let minute = 0; minute < 60 && !signal.aborted; minute++) {
        gauge.set(await diskUsed(parts.db));
        await parts.time.sleep(60_000, signal);
      }
    }
  };
}
