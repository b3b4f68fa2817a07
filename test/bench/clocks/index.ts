import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { percentile } from '../../../services/cli/figures.js';
import { allTables } from '../../../services/cli/services.js';
import { clockId, someday } from '../../../services/clocks/clock.js';
import { nextInstant, standing } from '../../../services/clocks/standing.js';
import { type ClockRow, type ClockTables, clocksTable, clockTotalsTable } from '../../../services/clocks/tables.js';
import { type Database, migrate, openPostgres, openSqlite, sql } from '../../../services/runtime/index.js';
import { freshTopicPrefix, startKafka, startPostgres } from '../../servers/index.js';
import { residentBytes } from '../installation.js';

export interface ClocksOptions {
  clocks: number;
  modes: readonly ('embedded' | 'servers')[];
  say(line: string): void;
}

const program = fileURLToPath(new URL('../../../../services/cli/sansdelai.mjs', import.meta.url));
const number = (value: number): string => Math.round(value).toLocaleString('en');
const day = 24 * 3600_000;

/** Open clocks of every kind that can run for long, due from an hour on over half a year: none is due while this is measured. */
const kinds = ['tco-preservation', 'tco-complaint', 'review', 'tco-scrutiny-request', 'tco-exposed-report', 'removal'];

function rowOf(i: number, now: number): ClockRow {
  const obligation = kinds[i % kinds.length] as string;
  const started = now - Math.floor((i % 1000) * 3_000);
  const due = now + 3600_000 + Math.floor(((i * 7919) % 1_000_003) * ((180 * day) / 1_000_003));
  const subject = `bench-${i}`;
  const history = { moments: [{ id: `event-${i}`, kind: 'start' as const, at: started, due, route: 'api' }] };
  // As the stage leaves it, but for the warnings in between: those that are past are told.
  const next = nextInstant(standing(history), now);
  return {
    ...{ id: clockId(obligation, subject), obligation, subject, platform: 'bench', post_id: subject, post_version: 1 },
    ...{ route: 'api', state: 'running', open: 1, counted: 1, started_at: started, due_at: due, sort_at: due },
    ...{ ended_at: null, seconds: null, reopened: 0, level: 0, checked_at: now, next_at: next ?? null, late: 0 },
    ...{ withdrawn: 0, history: JSON.stringify(history), changed_at: now, version: 1, tag: `tag-${i}`, breaches: '{}' },
  };
}

async function fill(db: Database, clocks: number, say: (line: string) => void): Promise<void> {
  await migrate(db, allTables);
  const now = Date.now();
  const atOnce = 5_000;
  for (let made = 0; made < clocks; made += atOnce) {
    const rows = Array.from({ length: Math.min(atOnce, clocks - made) }, (_, i) => rowOf(made + i, now));
    await db.commit([db.insert(clocksTable, rows)]);
    if ((made + atOnce) % 250_000 === 0) say(`  ${number(made + atOnce)} clocks`);
  }
  const totals = kinds.map(obligation => ({ obligation, route: 'api', measure: 'open', value: clocks / kinds.length }));
  await db.commit([db.insert(clockTotalsTable, totals)]);
  // What its own housekeeping does within minutes.
  if (db.engine === 'postgres') await sql`vacuum analyze clocks`.execute(db.tables<unknown>());
}

const times = (took: number[], digits = 2): string => {
  const sorted = [...took].sort((a, b) => a - b);
  return `p50 ${percentile(sorted, 0.5).toFixed(digits)}, p99 ${percentile(sorted, 0.99).toFixed(digits)}, longest ${(sorted.at(-1) ?? 0).toFixed(digits)} ms (n=${sorted.length})`;
};

async function timed(runs: number, work: () => Promise<unknown>): Promise<number[]> {
  const took: number[] = [];
  for (let run = 0; run < runs; run++) {
    const from = performance.now();
    await work();
    took.push(performance.now() - from);
  }
  return took;
}

/** The questions that the escalation asks, and those of the page of open clocks. */
async function reading(db: Database): Promise<string[][]> {
  const clocks = () => db.tables<ClockTables>().selectFrom('clocks');
  const next = () => clocks().select('next_at').where('next_at', 'is not', null).orderBy('next_at').limit(1).execute();
  const nothing = () =>
    clocks()
      .selectAll()
      .where('next_at', 'is not', null)
      .where('next_at', '<=', Date.now())
      .orderBy('next_at')
      .limit(500)
      .execute();
  const nearest = () =>
    clocks().selectAll().where('open', '=', 1).orderBy('sort_at').orderBy('id').limit(100).execute();
  const gauge = () =>
    clocks()
      .select('sort_at')
      .where('obligation', '=', 'review')
      .where('open', '=', 1)
      .where('counted', '=', 1)
      .where('sort_at', '<', someday)
      .orderBy('sort_at')
      .limit(1)
      .execute();
  await timed(20, next);
  return [
    ['the next due, of all', times(await timed(500, next)), '≤ 5 ms'],
    ['a pass of the escalation that finds none due', times(await timed(500, nothing)), ''],
    ['the hundred nearest, as the page shows them', times(await timed(200, nearest)), ''],
    ['the next due of one obligation', times(await timed(200, gauge)), ''],
  ];
}

/** Starts the clocks' process on what is there: how long until it escalates again, and what it holds in memory. */
async function restart(environment: Record<string, string>, port: number): Promise<string[][]> {
  const url = `http://127.0.0.1:${port}`;
  const seconds: number[] = [];
  let resident = 0;
  let scrape = 0;
  for (let run = 0; run < 3; run++) {
    const from = performance.now();
    const child = spawn(process.execPath, ['--max-old-space-size=256', program, 'start', 'clocks'], {
      stdio: ['ignore', 'ignore', process.env.BENCH_LOG ? 'inherit' : 'ignore'],
      env: { PATH: process.env.PATH, PORT: String(port), LOG_LEVEL: 'warn', SANSDELAI_PROBE: 'off', ...environment },
    });
    const ended = new Promise(resolve => child.once('exit', resolve));
    try {
      // It is known how many are open only once the figures are published by the one process that leads.
      const told = async (): Promise<boolean> => {
        const [ready, metrics] = await Promise.all([fetch(`${url}/readyz`), fetch(`${url}/metrics`)]);
        return ready.ok && /takedown_next_due_seconds\{/.test(await metrics.text());
      };
      while (!(await told().catch(() => false))) {
        if (performance.now() - from > 60_000 || child.exitCode !== null) throw new Error('it did not start');
        await pause(20);
      }
      seconds.push((performance.now() - from) / 1000);
      await pause(5_000);
      const asked = performance.now();
      await (await fetch(`${url}/metrics`)).text();
      scrape = Math.max(scrape, performance.now() - asked);
      resident = Math.max(resident, residentBytes(child.pid as number));
    } finally {
      child.kill('SIGTERM');
      await ended;
    }
  }
  return [
    ['started → ready, and the next due is published', seconds.map(one => `${one.toFixed(1)} s`).join(', '), '≤ 5 s'],
    ['memory of the process', `${Math.round(resident / 1e6)} MB`, '≤ 300 MB'],
    ['reading /metrics', `${scrape.toFixed(0)} ms`, ''],
  ];
}

const tableOf = (title: string, rows: readonly string[][]): string[] => [
  `## ${title}`,
  '',
  '| figure | measured | goal |',
  '|---|---|---|',
  ...rows.map(row => `| ${row.join(' | ')} |`),
  '',
];

/** So many open clocks: the next due, memory, restart. @returns tables in Markdown */
export async function clocksBench({ clocks, modes, say }: ClocksOptions): Promise<string> {
  const lines = [
    `${number(clocks)} open clocks of ${kinds.length} obligations; the process runs the service clocks.`,
    '',
  ];
  if (modes.includes('embedded')) {
    const folder = mkdtempSync(join(tmpdir(), 'sansdelai-clocks-'));
    try {
      const path = join(folder, 'sansdelai.db');
      say('SQLite: filling');
      const db = await openSqlite(path);
      let rows: string[][];
      try {
        await fill(db, clocks, say);
        rows = await reading(db);
      } finally {
        await db.stop();
      }
      say('SQLite: restarting');
      rows.push(...(await restart({ SANSDELAI_DATA: folder }, 18_480)));
      rows.push(['the file', `${number(statSync(path).size / 1e6)} MB`, '']);
      lines.push(...tableOf('SQLite', rows));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  if (!modes.includes('servers')) return lines.join('\n');
  const [server, kafka] = [await startPostgres({ alone: true }), await startKafka()];
  const folder = mkdtempSync(join(tmpdir(), 'sansdelai-clocks-'));
  try {
    say('PostgreSQL: filling');
    const db = openPostgres(server.url, 5, () => undefined);
    let rows: string[][];
    try {
      await fill(db, clocks, say);
      rows = await reading(db);
    } finally {
      await db.stop();
    }
    say('PostgreSQL: restarting');
    const environment = {
      SANSDELAI_DATA: folder,
      DATABASE_URL: server.url,
      KAFKA_BROKERS: kafka.brokers.join(','),
      KAFKA_TOPIC_PREFIX: freshTopicPrefix(),
    };
    rows.push(...(await restart(environment, 18_481)));
    lines.push(...tableOf('PostgreSQL', rows));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await server.stop();
    await kafka.stop();
  }
  return lines.join('\n');
}
