import {
  ConflictError,
  loop,
  type Runtime,
  type Stoppable,
  UnavailableError,
  type Write,
} from '../../runtime/index.js';
import type { Batch, Mark } from './batch.js';
import type { Replayer, Spec } from './replayer.js';
import { type BacktestRow, type BacktestRows, backtestChangesTable, type ChangeRow } from './tables.js';

const lookEvery = 500;

type Parts = Pick<Runtime, 'db' | 'time' | 'log' | 'lead'>;

/** Works on backtests, one at a time in the whole installation; one whose process died goes on after what was committed last. */
export function runBacktests(parts: Parts, replayer: Replayer): Stoppable {
  const { time, log } = parts;
  return parts.lead('backtests', async (fence, signal) => {
    const looking = loop(
      time,
      lookEvery,
      async () => {
        for (let row = await next(parts); row && !signal.aborted; row = await next(parts)) {
          await work(parts, replayer, row, fence, signal);
        }
      },
      error => log.warn({ err: error }, 'backtest: gone on with soon'),
    );
    await new Promise<void>(resolve => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await looking.stop();
  });
}

/** The one under way, else the oldest that waits. Cost: the partial index `backtests_open`. */
const next = ({ db }: Parts): Promise<BacktestRow | undefined> =>
  db
    .tables<BacktestRows>()
    .selectFrom('backtests')
    .selectAll()
    .where('state', 'in', ['queued', 'running'])
    .orderBy('state', 'desc')
    .orderBy('created_at')
    .executeTakeFirst();

async function work(
  parts: Parts,
  replayer: Replayer,
  row: BacktestRow,
  fence: number,
  lost: AbortSignal,
): Promise<void> {
  const { db, time, log } = parts;
  const rows = db.tables<BacktestRows>();
  /** Conflicts once it was cancelled, or another process works on it. */
  const still = (set: Partial<BacktestRow>): Write => ({
    query: rows
      .updateTable('backtests')
      .set(set)
      .where('id', '=', row.id)
      .where('state', '=', 'running')
      .where('fence', '=', fence),
    atLeast: 1,
  });
  const abort = new AbortController();
  const end = () => abort.abort();
  lost.addEventListener('abort', end, { once: true });
  // What is cancelled elsewhere ends here within half a second, also between two commits.
  const watching = loop(
    time,
    lookEvery,
    async () => {
      const now = await rows.selectFrom('backtests').select('state').where('id', '=', row.id).executeTakeFirst();
      if (now?.state === 'cancelled') abort.abort();
    },
    error => log.debug({ err: error }, 'backtest not looked up'),
  );
  try {
    const started = row.started_at ?? time.now();
    const query = rows
      .updateTable('backtests')
      .set({ state: 'running', fence, started_at: started, error: null })
      .where('id', '=', row.id)
      .where('state', 'in', ['queued', 'running']);
    await db.commit([{ query, atLeast: 1 }]);
    const listed = await rows
      .selectFrom('backtest_changes')
      .select(['kind', 'pick'])
      .where('backtest', '=', row.id)
      .execute();
    const spec = JSON.parse(row.spec) as Spec;
    const mark = JSON.parse(row.mark) as Mark;
    const against = row.against ?? undefined;
    let since = time.steady();
    let worked = row.worked;
    for await (const batch of replayer.run(
      { id: row.id, spec, policy: row.policy, against, mark, listed },
      abort.signal,
    )) {
      const now = time.steady();
      worked += Math.round(now - since);
      since = now;
      await db.commit([
        still({ mark: JSON.stringify(markOf(batch)), done: batch.tally.posts, worked }),
        ...listing(parts, row.id, batch),
      ]);
    }
    if (abort.signal.aborted) return;
    const posts = rows.deleteFrom('backtest_posts').where('backtest', '=', row.id);
    await db.commit([still({ state: 'done', ended_at: time.now() }), { query: posts }]);
  } catch (error) {
    if (error instanceof ConflictError || abort.signal.aborted) return;
    if (error instanceof UnavailableError) throw error;
    log.error({ err: error, backtest: row.id }, 'backtest failed');
    const text = (error as Error).message.slice(0, 500);
    await db.commit([still({ state: 'failed', ended_at: time.now(), error: text })]);
  } finally {
    lost.removeEventListener('abort', end);
    await watching.stop();
  }
}

const markOf = ({ cursor, tally, sample }: Batch): Mark => ({ cursor, tally, sample });

function listing({ db, time }: Parts, backtest: string, { changes, thinned }: Batch): Write[] {
  const rows = db.tables<BacktestRows>();
  const writes: Write[] = Object.entries(thinned).map(([kind, share]) => ({
    query: rows
      .deleteFrom('backtest_changes')
      .where('backtest', '=', backtest)
      .where('kind', '=', kind)
      .where('pick', '>=', share),
  }));
  if (changes.length === 0) return writes;
  const at = time.now();
  const made = changes.map(
    ({ key, kind, pick, change }): ChangeRow => ({ backtest, key, kind, pick, change: JSON.stringify(change), at }),
  );
  return [...writes, db.insert(backtestChangesTable, made, { onConflict: 'replace' })];
}
