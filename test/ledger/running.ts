import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountTables, addKey } from '../../services/accounts/index.js';
import { type EntryMade, toLedger } from '../../services/contracts/index.js';
import { ledger } from '../../services/ledger/index.js';
import type { LedgerRows } from '../../services/ledger/tables.js';
import { createLog, listen, openRuntime, readConfig, realTime } from '../../services/runtime/index.js';

export const keys = { details: 'test-key-of-a-regulator', eraser: 'test-key-that-erases', other: 'test-key-else-0000' };

export const folder = (): string => mkdtempSync(join(tmpdir(), 'ledger-'));

/** The ledger as it really runs: database, bus, HTTP. */
export async function startLedger(settings: Record<string, string> = {}, directory = folder()) {
  const { DATABASE_URL, ...rest } = settings;
  const config = {
    ...readConfig({ PORT: '0', LOG_LEVEL: 'silent', ...rest, SANSDELAI_DATA: directory }),
    ...(DATABASE_URL ? { DATABASE_URL } : {}),
  };
  const tables = [...ledger.tables, ...accountTables];
  const runtime = await openRuntime(config, realTime, createLog(config.LOG_LEVEL, false), tables);
  const http = await listen(runtime, () => runtime.problems());
  runtime.url = http.url;
  const service = await ledger.start(runtime).catch(async error => {
    await http.stop(100);
    await runtime.stop();
    throw error;
  });
  http.mount(service.routes ? [service.routes] : []);
  await runtime.db.commit([
    addKey(runtime, keys.details, 'k1', 'regulator', ['ledger:details']),
    addKey(runtime, keys.eraser, 'k2', 'Ada', ['ledger:erase']),
    addKey(runtime, keys.other, 'k3', 'other', ['posts:write']),
  ]);
  const rows = runtime.db.tables<LedgerRows>();
  const state = () => rows.selectFrom('ledger_state').selectAll().executeTakeFirst();
  const text = async (path: string): Promise<string> => (await fetch(`${http.url}/v1/ledger/${path}`)).text();
  return {
    runtime,
    service,
    rows,
    url: http.url,
    directory,
    state,
    text,
    /** Enters these, in order, each once: by its number. */
    enter: (made: readonly { cause: string; made: Omit<EntryMade, 'moves'> & { moves?: EntryMade['moves'] } }[]) =>
      runtime.commit(
        [],
        made.map(({ cause, made }) => toLedger(made, '/test', cause)),
      ),
    /** Until so many entries are there, and a checkpoint signs them. */
    async signed(size: number): Promise<void> {
      const until = performance.now() + 30_000;
      for (;;) {
        const latest = await rows
          .selectFrom('ledger_checkpoints')
          .select('size')
          .where('slot', '=', 'latest')
          .executeTakeFirst();
        if (latest?.size === size) return;
        if (performance.now() > until) throw new Error(`${latest?.size} entries are signed, not ${size}`);
        await realTime.sleep(20);
      }
    },
    get: (path: string, key?: string) =>
      fetch(`${http.url}${path}`, key ? { headers: { Authorization: `Bearer ${key}` } } : {}),
    async stop({ forget = true } = {}): Promise<void> {
      await service.stop();
      await http.stop(100);
      await runtime.stop();
      if (forget) rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Entries as a removal makes them, mild and made up. */
export const entries = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => {
    const n = from + i;
    const at = Date.UTC(2026, 10, 1) + n * 1000;
    return {
      cause: `cause ${n}`,
      made: {
        kind: 'removal.requested' as const,
        at,
        moves: [
          { clock: `clock ${n}`, obligation: 'removal', kind: 'start' as const, at, due: at + 300_000, route: 'api' },
        ],
        detail: { postId: `post ${n % 50}`, by: 'Ada' },
        item: `test/post ${n % 50}`,
      },
    };
  });
