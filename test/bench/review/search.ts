import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { percentile } from '../../../services/cli/figures.js';
import { findPosts, type Search } from '../../../services/ingest/index.js';
import { pass } from '../../../services/ingest/search/follow.js';
import { prepareWords } from '../../../services/ingest/search/store.js';
import { searchTables } from '../../../services/ingest/search/tables.js';
import { postsTable } from '../../../services/ingest/tables.js';
import {
  type Database,
  migrate,
  openPostgres,
  openSqlite,
  type Runtime,
  realTime,
  sql,
} from '../../../services/runtime/index.js';
import { freshDatabase, startPostgres } from '../../servers/index.js';
import { randomOf, textOf } from '../posts.js';

const atOnce = 2_000;

const pictureOf = (n: number): string => n.toString(16).padStart(64, '0');

/** A rare word each, one in a thousand posts holds another, one in two a frequent one. */
async function fill(db: Database, count: number): Promise<void> {
  const random = randomOf(7);
  const start = Date.now() - 20 * 24 * 3600_000;
  for (let from = 0; from < count; from += atOnce) {
    const rows = Array.from({ length: Math.min(atOnce, count - from) }, (_, i) => {
      const n = from + i;
      const id = `p${n}`;
      const rare = `u${n.toString(36)}x${n % 1_000 === 0 ? ' thousandth' : ''}${n === 77 ? ' needle in hay' : ''}`;
      const body = {
        ...{ id, platform: 'bench', version: 1, audience: 'public', url: `https://bench.invalid/p/${id}` },
        ...{ author: { id: `a${n % 5_000}` }, createdAt: new Date(start + n).toISOString() },
        text: `${textOf(random, 300)} ${rare}`,
        ...(n % 20 === 0 && { links: [`https://links.invalid/${n % 400}`] }),
        ...(n % 10 === 0 && { media: [{ type: 'image', sha256: pictureOf(n % 5_000) }] }),
      };
      return {
        ...{ key: `bench/1/${id}`, item: `bench/${id}`, version: 1, hash: id, body: JSON.stringify(body) },
        ...{ route: 'api', flags: '[]', created_at: start + n, received_at: start + n, deleted_at: null, erases: 0 },
      };
    });
    await db.commit([db.insert(postsTable, rows)]);
  }
}

const queries: readonly [string, Search['by'], (n: number) => string][] = [
  ['a frequent word', 'words', () => 'river'],
  ['two frequent words', 'words', () => 'castle pencil'],
  ['a phrase of frequent words', 'words', () => '"silver doctor museum"'],
  ['a phrase of frequent words that is nowhere', 'words', () => '"castle castle castle castle castle castle castle"'],
  ['a word that one post in 1,000 has', 'words', () => 'thousandth'],
  ['a frequent and a rare word', 'words', () => 'river needle'],
  ['a rare word', 'words', n => `u${(n * 7919).toString(36)}x`],
  ['a word that is nowhere, with a frequent one', 'words', () => 'river zzzzz'],
  ['an author', 'author', n => `a${n}`],
  ['a site', 'link', () => 'links.invalid'],
  ['a link', 'link', n => `links.invalid/${(n * 20) % 400}`],
  ['a hash', 'hash', n => pictureOf(n * 10)],
];

async function measure(name: string, db: Database, count: number, say: (line: string) => void): Promise<string> {
  await migrate(db, [postsTable, ...searchTables]);
  await prepareWords(db);
  say(`search, ${name}: ${count} posts`);
  await fill(db, count);
  const runtime = { db, time: { ...realTime, now: () => Date.now() + 5_000 } } as unknown as Runtime;
  const from = performance.now();
  while ((await pass(runtime)).full);
  const seconds = (performance.now() - from) / 1000;
  say(`  indexed in ${seconds.toFixed(0)} s`);
  if (db.engine === 'postgres') await sql`analyze`.execute(db.tables<unknown>());
  const lines: string[] = [];
  for (const [what, by, query] of queries) {
    const took: number[] = [];
    let found = 0;
    for (let n = 1; n <= 20; n++) {
      const begun = performance.now();
      found = (await findPosts(db, { by, query: query(n), most: 20 })).posts.length;
      took.push(performance.now() - begun);
    }
    const first = took[0] ?? 0;
    took.sort((a, b) => a - b);
    lines.push(
      `| ${name} | ${what} | ${found} | ${first.toFixed(1)} ms | ${percentile(took, 0.5).toFixed(1)} ms | ${percentile(took, 1).toFixed(1)} ms |`,
    );
    say(`  ${what}: ${percentile(took, 0.5).toFixed(1)} ms, at most ${percentile(took, 1).toFixed(1)}`);
  }
  const rate = `| ${name} | indexed at full speed | | ${Math.round(count / seconds).toLocaleString('en')} posts/s | | |`;
  return [rate, ...lines].join('\n');
}

/** The first page of 20, on both databases. */
export async function searchBench(count: number, say: (line: string) => void): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'sansdelai-bench-'));
  const rows: string[] = [];
  const sqlite = await openSqlite(join(home, 'search.db'));
  try {
    rows.push(await measure('SQLite', sqlite, count, say));
  } finally {
    await sqlite.stop();
    rmSync(home, { recursive: true, force: true });
  }
  const server = await startPostgres();
  const postgres = openPostgres(await freshDatabase(), 4, () => undefined);
  try {
    rows.push(await measure('PostgreSQL', postgres, count, say));
  } finally {
    await postgres.stop();
    await server.stop();
  }
  return `## Search over ${count.toLocaleString('en')} posts, the first page of 20\n\nGoal: 300 ms at the most.\n\n| database | query | found | first time | p50 | longest |\n|---|---|---|---|---|---|\n${rows.join('\n')}\n`;
}
