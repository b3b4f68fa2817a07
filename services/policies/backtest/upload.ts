import type { Request } from 'express';
import { LineSplitter } from '../../ingest/index.js';
import { type Database, Problem, type Runtime, type Write } from '../../runtime/index.js';
import { type BacktestRow, type BacktestRows, backtestPostsTable, type PostsRow } from './tables.js';

/** Of one file, and of one line. */
const mostBytes = 512 * 1024 ** 2;
const mostOfLine = 512 * 1024;
/** Lines kept in one row: about so many characters, or so many lines. */
const rowSize = 256 * 1024;
const rowLines = 1_000;

/**
 * Takes the labelled posts of a backtest in, as NDJSON. It waits for them until all are there: what was sent before a connection broke is thrown away by
 * the next attempt.
 * @throws Problem 409 (it waits for none), 413, 422 (a line is no JSON object)
 */
export async function takePosts({ db, time }: Runtime, row: BacktestRow, req: Request): Promise<BacktestRow> {
  if (row.state !== 'awaiting-posts') throw new Problem(409, `It is ${row.state}, and waits for no posts.`);
  const rows = db.tables<BacktestRows>();
  /** Conflicts where it waits no more, or somebody else sends. */
  const still = (own: number, set: Partial<BacktestRow>): Write => ({
    query: rows
      .updateTable('backtests')
      .set(set)
      .where('id', '=', row.id)
      .where('state', '=', 'awaiting-posts')
      .where('fence', '=', own),
    atLeast: 1,
  });
  // Of two who send at once the second takes over: what the first sends from then on conflicts.
  const fence = row.fence + 1;
  const before = rows.deleteFrom('backtest_posts').where('backtest', '=', row.id);
  await db.commit([still(row.fence, { fence }), { query: before }]);
  const splitter = new LineSplitter(mostOfLine);
  let bytes = 0;
  let n = 0;
  let total = 0;
  let gathered: string[] = [];
  let size = 0;
  const keep = async (): Promise<void> => {
    if (gathered.length === 0) return;
    const kept: PostsRow = {
      backtest: row.id,
      n: n++,
      lines: gathered.join('\n'),
      posts: gathered.length,
      at: time.now(),
    };
    total += gathered.length;
    gathered = [];
    size = 0;
    await db.commit([still(fence, { fence }), db.insert(backtestPostsTable, [kept])]);
  };
  const take = async (lines: ReturnType<LineSplitter['push']>): Promise<void> => {
    for (const line of lines) {
      if ('problem' in line) throw new Problem(422, `Line ${line.line}: ${line.problem.detail}`);
      gathered.push(compact(line.text, line.line));
      size += line.text.length;
      if (size >= rowSize || gathered.length >= rowLines) await keep();
    }
  };
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Problem(413, `A file may have ${mostBytes} bytes at the most.`);
    await take(splitter.push(chunk));
  }
  await take(splitter.end());
  await keep();
  if (total === 0) throw new Problem(422, 'There is not one post in it.');
  await db.commit([still(fence, { state: 'queued', total })]);
  return { ...row, state: 'queued', total, fence };
}

/** The line without a break in it. @throws Problem 422 */
function compact(text: string, line: number): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Problem(422, `Line ${line} is not JSON.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Problem(422, `Line ${line} is not a JSON object.`);
  }
  return JSON.stringify(value);
}

/** The lines of a backtest's file that come after row `after`; undefined where there are no more. */
export const readLines = (
  db: Database,
  backtest: string,
  after: number,
): Promise<{ n: number; lines: string } | undefined> =>
  db
    .tables<BacktestRows>()
    .selectFrom('backtest_posts')
    .select(['n', 'lines'])
    .where('backtest', '=', backtest)
    .where('n', '>', after)
    .orderBy('n')
    .executeTakeFirst();
