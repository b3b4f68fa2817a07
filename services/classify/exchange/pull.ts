import type { sql, Write } from '../../runtime/index.js';
import { type Lister, type Needs, settle, sweep, take } from './intake.js';
import { emptyReport, readReport, reported } from './report.js';
import { PullError, type Source } from './source.js';
import type { ExchangeRows, SourceRow } from './tables.js';

/** One pull goes on for so long, then others get their turn; the next one goes on where it ended. */
const longest = 10 * 60_000;
const mostPages = 5_000;

/** The write that changes a source's row, in the name of the lease's holder. */
export const moveSource = (
  { db }: Needs,
  name: string,
  fence: number,
  change: Omit<Partial<SourceRow>, 'next_at'> & { next_at?: number | ReturnType<typeof sql<number>> },
): Write => ({
  query: db
    .tables<ExchangeRows>()
    .updateTable('exchange_sources')
    .set({ ...change, fence })
    .where('name', '=', name)
    .where('fence', '<=', fence),
  atLeast: 1,
});

export const readSource = ({ db }: Needs, name: string): Promise<SourceRow> =>
  db
    .tables<ExchangeRows>()
    .selectFrom('exchange_sources')
    .selectAll()
    .where('name', '=', name)
    .executeTakeFirstOrThrow();

/** What a pull came to. `more`: it ended early, and there is more to read at once. */
export interface Pulled {
  rows: number;
  entries: number;
  held: number;
  more: boolean;
}

/**
 * Reads a source from where it stands, page by page. The place is committed after what came before it is in the bank, so a process that dies
 * in between reads the page again, which changes nothing. Removals are done at the end.
 * @throws PullError; ConflictError where another holder of the lease is at work; UnavailableError
 */
export async function pull(
  runtime: Needs,
  source: Source,
  lister: Lister,
  fence: number,
  signal: AbortSignal,
): Promise<Pulled> {
  const { db, time } = runtime;
  const { name } = lister;
  let row = await readSource(runtime, name);
  if (row.bank !== lister.bank)
    throw new PullError(`it fed the bank "${row.bank}" before: give the source another name, or the bank that it had`);
  const move = async (change: Partial<SourceRow>, writes: readonly Write[] = []): Promise<void> => {
    await db.commit([moveSource(runtime, name, fence, change), ...writes]);
    row = { ...row, ...change };
  };

  const forgotten = source.remembers !== undefined && time.now() - (row.pulled_at ?? 0) > source.remembers;
  if (source.whole || row.cursor === null || (row.whole === 0 && forgotten)) {
    // A reading that was cut off left parts of a list behind: then nothing counts as unchanged.
    const cursor = source.whole && row.whole === 0 ? row.cursor : null;
    await move({
      cursor,
      round: row.round + 1,
      whole: 1,
      ...(source.whole && { report: JSON.stringify(emptyReport()) }),
    });
  }
  const from = time.steady();
  let pages = 0;
  let rows = 0;
  let more = false;
  let unchanged = false;
  let { cursor } = row;
  for await (const page of source.pages(row.cursor ?? undefined, { time, signal })) {
    unchanged = page.unchanged ?? false;
    rows += page.rows.length;
    // Whoever lost the lease while it waited must not put an older state into the bank.
    await stillMine(runtime, name, fence, signal);
    const { refused, writes } = await take(runtime, lister, page.rows, row.round);
    cursor = page.cursor ?? cursor;
    const report = JSON.stringify(reported(readReport(row.report), page.rows, refused, time.now()));
    // Of a list that comes as a whole the place says that all of it is in: it is set at the end.
    await move({ report, ...(!source.whole && { cursor }) }, writes);
    more = !source.whole && (++pages >= mostPages || time.steady() - from > longest);
    if (more) break;
  }
  if (signal.aborted) throw new PullError('ended by the program');
  await stillMine(runtime, name, fence, signal);
  const complete = row.whole === 1 && !more;
  if (complete) await move({ cursor, whole: 0 }, unchanged ? [] : [sweep(runtime, name, row.round)]);
  const settled = await settle(runtime, lister, { asked: !complete, allowed: row.allowed ?? 0 });
  await move({
    entries: settled.entries,
    held: settled.held,
    // Said while this was going on, it counts next time.
    ...(row.allowed !== null && { allowed: null, allowed_by: null }),
    ...(!more && { pulled_at: time.now() }),
  });
  return { rows, ...settled, more };
}

async function stillMine(runtime: Needs, name: string, fence: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw new PullError('ended by the program');
  await runtime.db.commit([moveSource(runtime, name, fence, {})]);
}
