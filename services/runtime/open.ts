import { join } from 'node:path';
import { Gauge } from 'prom-client';
import { type Bus, offsetsTable, openEmbeddedBus, openKafkaBus, recordsTable } from './bus/index.js';
import { openMemoryCache, openRedisCache } from './cache/index.js';
import { watchClock } from './clock-watch.js';
import type { Config } from './config/index.js';
import { type Database, migrate, openPostgres, openSqlite, sql, type Table } from './database/index.js';
import { lead, leasesTable } from './lead.js';
import { lockDirectory } from './lock.js';
import type { Log } from './log/index.js';
import { createMetrics, diskMetrics } from './metrics/index.js';
import { createOutbox, outboxTable } from './outbox/index.js';
import { countDeadLetters, deadLettersTable, inboxTable, parkedTable, Runner, type Stage } from './pipeline/index.js';
import { retentionJob } from './retention.js';
import type { Runtime } from './service.js';
import { aborted, loop, type Time } from './time/index.js';

const ownTables = [recordsTable, offsetsTable, outboxTable, inboxTable, parkedTable, deadLettersTable, leasesTable];

export interface OpenRuntime extends Runtime {
  /** What keeps the parts from taking work, by name. */
  problems(): Promise<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * Opens all that services stand on: the data directory (locked) or PostgreSQL, the bus, the cache, the outbox.
 * @param tables those of the services that will run; they are made or brought up to date.
 * @throws LockedError, UnavailableError, or a migration's error. What was opened is closed again.
 */
export async function openRuntime(
  config: Config,
  time: Time,
  log: Log,
  tables: readonly Table[],
): Promise<OpenRuntime> {
  const closers: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const lock = lockDirectory(
      config.DATABASE_URL ? join(config.SANSDELAI_DATA, `process-${config.PORT}`) : config.SANSDELAI_DATA,
    );
    closers.push(() => lock.release());
    const instance = time.uuid();
    const metrics = createMetrics(time);
    diskMetrics(metrics.registry, config.SANSDELAI_DATA);

    const db: Database = config.DATABASE_URL
      ? openPostgres(config.DATABASE_URL, config.DATABASE_POOL, error =>
          log.warn({ err: error }, 'PostgreSQL connection lost'),
        )
      : await openSqlite(join(config.SANSDELAI_DATA, 'sansdelai.db'));
    closers.push(() => db.stop());
    await migrate(db, [...ownTables, ...tables]);
    // The directory is ours alone: whoever held a lease in it is dead.
    if (db.engine === 'sqlite')
      await db.commit([{ query: sql`update leases set until = 0`.compile(db.tables<unknown>()) }]);

    const clock = watchClock({ db, time, log, metrics });
    closers.push(() => clock.stop());

    const bus: Bus = config.KAFKA_BROKERS
      ? await openKafkaBus(
          {
            brokers: config.KAFKA_BROKERS,
            prefix: config.KAFKA_TOPIC_PREFIX,
            replication: config.KAFKA_REPLICATION,
            clientId: `sansdelai-${instance.slice(0, 8)}`,
          },
          time,
          log,
        )
      : await openEmbeddedBus(db, time, log);
    closers.push(() => bus.stop());
    const cache = config.REDIS_URL
      ? await openRedisCache(config.REDIS_URL, config.KAFKA_TOPIC_PREFIX, log)
      : openMemoryCache();
    closers.push(() => cache.stop());
    const outbox = createOutbox(db, bus, time, log);
    closers.push(() => outbox.stop());

    const runtime: OpenRuntime = {
      config,
      log,
      time,
      db,
      bus,
      cache,
      metrics,
      instance,
      url: '',
      commit: (writes, events) => outbox.commit(writes, events),
      busProblem: () => outbox.problem(),
      async run(stage: Stage) {
        const running = await new Runner(stage, { db, bus, outbox, time, log, metrics }).start(runtime.lead);
        const following = metrics.lag.follow(stage, { db, bus, time, log });
        return { stop: async () => void (await Promise.all([running.stop(), following.stop()])) };
      },
      lead: (name, work) => lead({ db, time, log, instance }, name, work),
      async problems() {
        const found = {
          database: await db.problem(),
          bus: outbox.problem() ?? (await bus.problem()),
          cache: await cache.problem(),
          clock: clock.problem(),
        };
        return Object.fromEntries(
          Object.entries(found).filter((entry): entry is [string, string] => entry[1] !== undefined),
        );
      },
      stop: close,
    };

    const deadLetters = new Gauge({
      name: 'dead_letters',
      help: 'Events that could not be handled and wait for somebody, by topic.',
      labelNames: ['topic'],
      registers: [metrics.registry],
    });
    new Gauge({
      name: 'bus_refusing',
      help: 'Whether the bus took nothing when this process last published: 1 or 0. Intake then answers 503.',
      registers: [metrics.registry],
      collect() {
        this.set(outbox.problem() === undefined ? 0 : 1);
      },
    });
    const sweeping = runtime.lead('outbox-sweep', async (_fence, signal) => {
      const sweeper = loop(
        time,
        2_000,
        async () => {
          await outbox.sweep();
          deadLetters.reset();
          for (const { topic, count } of await countDeadLetters(db)) deadLetters.set({ topic }, count);
        },
        error => log.warn({ err: error }, 'outbox not swept'),
      );
      await aborted(signal);
      await sweeper.stop();
      // Whoever leads from now on says how many there are.
      deadLetters.reset();
    });
    const retention = runtime.lead(
      'retention',
      retentionJob({ db, time, config, log, metrics }, [...ownTables, ...tables]),
    );
    closers.push(() => Promise.all([sweeping.stop(), retention.stop()]));
    return runtime;
  } catch (error) {
    await close();
    throw error;
  }
}
