import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountTables } from '../../../services/accounts/index.js';
import { percentile } from '../../../services/cli/figures.js';
import { type OpenMove, toLedger } from '../../../services/contracts/index.js';
import { ledger } from '../../../services/ledger/index.js';
import type { LedgerRows } from '../../../services/ledger/tables.js';
import { createLog, listen, openRuntime, readConfig, realTime } from '../../../services/runtime/index.js';
import { startServers } from '../environment.js';
import { rawInserts } from '../limits.js';

const day = 24 * 3600_000;

/** What a removal enters: it is requested, and it ends. Each moves two clocks. */
function* removals(count: number, run: string) {
  const from = Date.UTC(2026, 10, 1);
  for (let i = 0; i < count / 2; i++) {
    const at = from + ((i * 7919) % (20 * day));
    const clocks = [`${run}-r-${i}`, `${run}-p-${i}`] as const;
    const moves = (kind: 'start' | 'stop', at: number): OpenMove[] =>
      (['removal', 'posted-to-gone'] as const).map((obligation, n) => ({
        clock: clocks[n] ?? '',
        obligation,
        kind,
        at,
        ...(kind === 'start' ? { route: 'api', language: 'en', ...(n === 0 ? { due: at + 300_000 } : {}) } : {}),
      }));
    const item = `bench/${run}-${i}`;
    const detail = { platform: 'bench', postId: `${run}-${i}`, version: 1, removalId: clocks[0], at };
    yield toLedger({ kind: 'removal.requested', at, moves: moves('start', at), detail, item }, '/bench', `${item}-a`);
    const end = at + 20 + ((i * 104_729) % 3_000);
    yield toLedger({ kind: 'removal.ended', at: end, moves: moves('stop', end), detail, item }, '/bench', `${item}-b`);
  }
}

async function measure(mode: 'embedded' | 'servers', count: number, runs: number, say: (line: string) => void) {
  const servers = mode === 'servers' ? await startServers('servers') : undefined;
  const directory = mkdtempSync(join(tmpdir(), 'bench-ledger-'));
  const config = readConfig({ PORT: '0', LOG_LEVEL: 'silent', ...servers?.environment, SANSDELAI_DATA: directory });
  const runtime = await openRuntime(config, realTime, createLog('silent', false), [...ledger.tables, ...accountTables]);
  const http = await listen(runtime, () => runtime.problems());
  runtime.url = http.url;
  const rows = runtime.db.tables<LedgerRows>();
  const size = async (): Promise<number> =>
    (await rows.selectFrom('ledger_state').select('size').executeTakeFirst())?.size ?? 0;
  const ages: number[] = [];
  const rates: number[] = [];
  try {
    for (let run = 0; run <= runs; run++) {
      const events = [...removals(run === 0 ? 4_000 : count, `${mode}${run}`)];
      const before = await size();
      const target = before + events.length;
      for (let i = 0; i < events.length; i += 500) await runtime.commit([], events.slice(i, i + 500));
      // All are on the bus: what is measured is the ledger alone.
      await realTime.sleep(1_000);
      const from = performance.now();
      const service = await ledger.start(runtime);
      // From the first batch on: joining Kafka's group takes seconds, once.
      while ((await size()) === before) await realTime.sleep(10);
      const first = { size: await size(), at: performance.now() };
      while ((await size()) < target) {
        await realTime.sleep(50);
        const latest = await rows
          .selectFrom('ledger_checkpoints')
          .select('at')
          .where('slot', '=', 'latest')
          .executeTakeFirst();
        if (latest && performance.now() - from > 1_000) ages.push(Date.now() - latest.at);
      }
      const perSecond = (target - first.size) / ((performance.now() - first.at) / 1000);
      if (run > 0) rates.push(perSecond);
      await service.stop();
      say(`${mode} run ${run}: ${Math.round(perSecond)} entries/s`);
    }
  } finally {
    await http.stop(100);
    await runtime.stop();
    await servers?.stop();
    rmSync(directory, { recursive: true, force: true });
  }
  const middle = percentile(
    [...rates].sort((a, b) => a - b),
    0.5,
  );
  return { rates, middle, age: Math.max(...ages) };
}

/** Entries a second, on both: with their tiles, figures and checkpoints. */
export async function ledgerBench({ count, runs, say }: { count: number; runs: number; say: (line: string) => void }) {
  const raw = rawInserts();
  const lines: string[] = [];
  for (const mode of ['embedded', 'servers'] as const) {
    const { rates, middle, age } = await measure(mode, count, runs, say);
    const where = mode === 'embedded' ? 'embedded' : 'PostgreSQL and Kafka';
    const all = rates.map(rate => Math.round(rate)).join(', ');
    lines.push(
      `| ${where} | ${Math.round(middle).toLocaleString('en')}/s (${all}) | ≥ 5,000/s | ${((100 * middle) / raw).toFixed(1)} % | ${(age / 1000).toFixed(1)} s |`,
    );
  }
  return [
    `Entries appended by a ledger that is started with ${count.toLocaleString('en')} of them waiting, from its first batch on; median of ${runs}. Each moves two clocks, whose figures are kept in the same commit.`,
    '',
    `| | entries | goal | of fsync’d inserts alone (${Math.round(raw).toLocaleString('en')}/s) | oldest checkpoint meanwhile (its time is in whole seconds) |`,
    '|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}
