import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountTables, addKey } from '../../services/accounts/index.js';
import { clocks } from '../../services/clocks/index.js';
import type { ClockTables } from '../../services/clocks/tables.js';
import { busKey } from '../../services/contracts/index.js';
import { createLog, listen, openRuntime, readConfig, realTime } from '../../services/runtime/index.js';
import type { Told } from './facts.js';

export const keys = {
  reader: 'test-key-that-reads',
  acknowledger: 'test-key-that-acknowledges',
  other: 'test-key-else',
  both: 'test-key-that-does-both',
};

/** The clocks as they really run: database, bus, HTTP. */
export async function startClocks(settings: Record<string, string>, directory?: string) {
  const SANSDELAI_DATA = directory ?? mkdtempSync(join(tmpdir(), 'clocks-'));
  // An installation shares a database only together with Kafka; here nothing goes over the bus between them.
  const { DATABASE_URL, ...rest } = settings;
  const config = {
    ...readConfig({ PORT: '0', LOG_LEVEL: 'silent', ...rest, SANSDELAI_DATA }),
    ...(DATABASE_URL ? { DATABASE_URL } : {}),
  };
  const runtime = await openRuntime(config, realTime, createLog(config.LOG_LEVEL, false), [
    ...clocks.tables,
    ...accountTables,
  ]);
  const http = await listen(runtime, () => runtime.problems());
  runtime.url = http.url;
  const service = await clocks.start(runtime).catch(async error => {
    await http.stop(100);
    await runtime.stop();
    if (!directory) rmSync(SANSDELAI_DATA, { recursive: true, force: true });
    throw error;
  });
  http.mount(service.routes ? [service.routes] : []);
  await runtime.db.commit([
    addKey(runtime, keys.reader, 'k1', 'dashboard', ['clocks:read']),
    addKey(runtime, keys.acknowledger, 'k2', 'Ada', ['pages:acknowledge']),
    addKey(runtime, keys.other, 'k3', 'other', ['posts:write']),
    addKey(runtime, keys.both, 'k4', 'Bea', ['clocks:read', 'pages:acknowledge']),
  ]);
  const rows = runtime.db.tables<ClockTables>();
  return {
    runtime,
    service,
    rows,
    url: http.url,
    directory: SANSDELAI_DATA,
    /** Publishes facts as the enforcing service does: through the outbox. */
    tell: (...told: Told[]) =>
      runtime.commit(
        [],
        told.map(({ id, fact: { type, data } }) => ({
          topic: 'evidence' as const,
          event: {
            id,
            type,
            source: '/enforce',
            time: data.at,
            key: busKey({ platform: data.platform, id: data.postId }),
            data,
          },
        })),
      ),
    async get(path: string, key = keys.reader) {
      const res = await fetch(`${http.url}${path}`, { headers: { Authorization: `Bearer ${key}` } });
      return { status: res.status, body: await res.json() };
    },
    clock: (subject: string, obligation = 'removal') =>
      rows
        .selectFrom('clocks')
        .selectAll()
        .where('subject', '=', subject)
        .where('obligation', '=', obligation)
        .executeTakeFirst(),
    pages: () => rows.selectFrom('pages').selectAll().orderBy('created_at').execute(),
    async stop(keep = false) {
      await service.stop();
      await http.stop(100);
      await runtime.stop();
      if (!keep) rmSync(SANSDELAI_DATA, { recursive: true, force: true });
    },
  };
}
export type RunningClocks = Awaited<ReturnType<typeof startClocks>>;

export const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

/** Closes what a scenario opened, the newest first. */
export interface Opened {
  keep<T extends { close(): Promise<void> }>(thing: T): T;
  clocks(settings: Record<string, string>, directory?: string): Promise<RunningClocks>;
}

/** A test with parts of its own, which may run beside others: most of its time is waiting. */
export function scenario(name: string, run: (opened: Opened) => Promise<void>): void {
  test.concurrent(name, async () => {
    const open: { close(): Promise<void> }[] = [];
    const keep = <T extends { close(): Promise<void> }>(thing: T): T => {
      open.push(thing);
      return thing;
    };
    try {
      await run({
        keep,
        async clocks(settings, directory) {
          const clocks = await startClocks(settings, directory);
          keep({ close: () => clocks.stop() });
          return clocks;
        },
      });
    } finally {
      for (const one of open.reverse()) await one.close();
    }
  });
}
