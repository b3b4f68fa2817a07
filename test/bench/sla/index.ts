import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { percentile } from '../../../services/cli/figures.js';
import {
  type Dimension,
  type EnteredMove,
  figureWrites,
  readFigures,
  slaTables,
} from '../../../services/ledger/sla/index.js';
import { monthOf, monthStart } from '../../../services/ledger/sla/period.js';
import { ledgerSealsTable, ledgerStateTable } from '../../../services/ledger/tables.js';
import { type Database, migrate, openPostgres, openSqlite, sql } from '../../../services/runtime/index.js';
import { startPostgres } from '../../servers/index.js';
import { chance, fill, firstMonth, lastMonth, stretch } from './fill.js';

export interface SlaOptions {
  clocks: number;
  runs: number;
  say(line: string): void;
}

const openClocks = 20_000;
const day = 24 * 3600_000;
const all: Dimension[] = ['obligation', 'route', 'language'];
const number = (value: number): string => Math.round(value).toLocaleString('en');
const ms = (values: number[]): string => {
  const sorted = [...values].sort((a, b) => a - b);
  return `median ${number(percentile(sorted, 0.5))}, longest ${number(sorted.at(-1) ?? 0)} ms (n=${sorted.length})`;
};

const months = (): number[] => {
  const starts: number[] = [];
  for (let start = firstMonth; start <= lastMonth; start = monthStart(start, 1)) starts.push(start);
  return starts;
};

/** The figure of a month by sorting all its rows, which must be what is told. */
async function check(db: Database, month: number): Promise<void> {
  const { figures } = await readFigures(db, { from: month, to: monthStart(month, 1), now: lastMonth });
  for (const { obligation, count, ms: told } of figures) {
    for (const [percent, value] of [
      [50, told?.p50],
      [95, told?.p95],
      [99, told?.p99],
      [100, told?.max],
    ] as const) {
      const place = Math.ceil((percent * count) / 100) - 1;
      const { rows } = await sql<{ ms: number }>`select ms from sla_stretches where month = ${monthOf(month)}
        and obligation = ${obligation} order by ms limit 1 offset ${place}`.execute(db.tables<unknown>());
      if (rows[0]?.ms !== value) throw new Error(`p${percent} of ${obligation}: told ${value}, is ${rows[0]?.ms}`);
    }
  }
}

async function reading(db: Database, runs: number): Promise<string[]> {
  const end = monthStart(lastMonth, 1);
  const asked: [string, { from: number; to: number }[], string][] = [
    ['each month', months().map(from => ({ from, to: monthStart(from, 1) })), '≤ 500 ms'],
    ['the last 24 hours', [{ from: end - day, to: end }], ''],
    ['a week within a month', [{ from: lastMonth + 3 * day, to: lastMonth + 10 * day }], ''],
    ['30 days from the middle of a month', [{ from: lastMonth - 15 * day, to: lastMonth + 15 * day }], ''],
    ['the year', [{ from: firstMonth, to: end }], ''],
  ];
  const lines: string[] = [];
  for (const [what, periods, goal] of asked) {
    for (const by of [['obligation'] as Dimension[], all]) {
      const took: number[] = [];
      let groups = 0;
      for (let run = 0; run < runs; run++) {
        for (const period of periods) {
          const from = performance.now();
          groups = (await readFigures(db, { ...period, now: end - 1, by })).figures.length;
          took.push(performance.now() - from);
        }
      }
      lines.push(`| ${what} | ${by.join(', ')} (${groups}) | ${ms(took)} | ${goal} |`);
    }
  }
  return lines;
}

/** Entries a second whose figures are kept: removals that start and end, two clocks each, as the ledger's stage commits them. */
async function keeping(db: Database, entries: number): Promise<string> {
  const random = chance(2);
  const atOnce = 1_250;
  const size =
    (await sql<{ size: number }>`select size from ledger_state`.execute(db.tables<unknown>())).rows[0]?.size ?? 0;
  const moves: EnteredMove[] = [];
  for (let made = 0; made < entries; made += 2) {
    const { clock, ms, route, language } = stretch(lastMonth + made, random);
    const at = lastMonth + made;
    for (const obligation of ['removal', 'posted-to-gone']) {
      const of = { clock: `${obligation}-${clock}`, obligation };
      moves.push({ entry: made, move: { ...of, kind: 'start', at, due: at + 300_000, route, language } });
      moves.push({ entry: made + 1, move: { ...of, kind: 'stop', at: at + Math.min(ms, 3600_000) } });
    }
  }
  const from = performance.now();
  for (let done = 0; done < moves.length; done += 2 * atOnce) {
    const batch = moves.slice(done, done + 2 * atOnce).map(one => ({ ...one, entry: one.entry + size }));
    const guard = sql`update ledger_state set size = size + ${atOnce}`.compile(db.tables<unknown>());
    await db.commit([{ query: guard, atLeast: 1 }, ...(await figureWrites(db, batch))]);
  }
  const perSecond = (entries * 1000) / (performance.now() - from);
  return `| ${number(entries)} entries appended on top, in commits of ${number(atOnce)}: figures alone | two clocks an entry | ${number(perSecond)} entries/s | ≥ 5,000/s with the log |`;
}

async function measure(name: string, db: Database, { clocks, runs, say }: SlaOptions): Promise<string[]> {
  await migrate(db, [...slaTables, ledgerStateTable, ledgerSealsTable]);
  say(`${name}: filling`);
  const from = performance.now();
  await fill(db, clocks, openClocks, say);
  const seconds = (performance.now() - from) / 1000;
  if (db.engine === 'postgres') {
    // What its own housekeeping does within minutes.
    for (const { name: table } of slaTables)
      await sql`vacuum analyze ${sql.table(table)}`.execute(db.tables<unknown>());
  }
  const counts = await sql<{ n: number }>`select count(*) as n from sla_counts`.execute(db.tables<unknown>());
  say(`${name}: ${number(counts.rows[0]?.n ?? 0)} counts; reading`);
  const lines = await reading(db, runs);
  for (const month of [firstMonth, lastMonth]) await check(db, month);
  say(`${name}: keeping`);
  const kept = await keeping(db, 100_000);
  return [
    `## ${name}`,
    '',
    `Filled in ${number(seconds)} s; ${number(counts.rows[0]?.n ?? 0)} rows of counts.`,
    '',
    '| period | by (figures) | took | goal |',
    '|---|---|---|---|',
    ...lines,
    kept,
    '',
  ];
}

/**
 * `/v1/sla` at so many clocks, spread evenly over twelve months, with figures of three obligations, four routes and twenty-five languages.
 * Percentiles of two months are checked against sorting all rows.
 * @returns tables in Markdown
 */
export async function slaBench(options: SlaOptions): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sansdelai-sla-'));
  const lines: string[] = [`${number(options.clocks)} ended clocks, ${number(openClocks)} open ones.`, ''];
  try {
    const path = join(folder, 'sla.db');
    const db = await openSqlite(path);
    try {
      lines.push(...(await measure('SQLite', db, options)));
    } finally {
      await db.stop();
    }
    lines.push(`The file: ${number(statSync(path).size / 1e6)} MB.`, '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const server = await startPostgres({ alone: true });
  const db = openPostgres(server.url, 5, () => undefined);
  try {
    lines.push(...(await measure('PostgreSQL', db, options)));
    const size = sql<{ n: number }>`select pg_database_size(current_database()) as n`;
    const { rows } = await size.execute(db.tables<unknown>());
    lines.push(`The database: ${number((rows[0]?.n ?? 0) / 1e6)} MB.`);
  } finally {
    await db.stop();
    await server.stop();
  }
  return lines.join('\n');
}
