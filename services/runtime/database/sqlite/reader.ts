import { parentPort, workerData } from 'node:worker_threads';
import SqliteFile from 'libsql/promise';
import { LRUCache } from 'lru-cache';
import { realTime } from '../../time/index.js';
import { type Answer, type Outcome, type Query, type ReaderRequest, toFailure } from './protocol.js';

/** A reader thread: one query at a time, each with a time limit, so that no look-up can hold anything up. */
const file = new SqliteFile((workerData as { path: string }).path, { timeout: 2_000 });
await file.exec('PRAGMA query_only = 1');
await file.exec('PRAGMA cache_size = -8000');

type Prepared = { iterate(parameters: unknown[]): Promise<Iterable<Record<string, unknown>>> };
const prepared = new LRUCache<string, Prepared>({ max: 300 });

async function run({ statement, timeout }: Query): Promise<Outcome> {
  const deadline = realTime.steady() + timeout;
  // Ends what takes long before its first row; between rows this thread is not at its timers, hence the look at the clock below.
  const timer = realTime.after(timeout, () => file.interrupt());
  try {
    let query = prepared.get(statement.sql);
    if (!query) {
      query = (await file.prepare(statement.sql)) as unknown as Prepared;
      prepared.set(statement.sql, query);
    }
    const rows: Record<string, unknown>[] = [];
    for (const row of await query.iterate(statement.parameters as unknown[])) {
      rows.push(row);
      // Interrupted and then stepped on to its error, not left: a statement left in its middle holds the file's old state for all later ones.
      if (rows.length % 100 === 0 && realTime.steady() > deadline) file.interrupt();
    }
    return { results: [{ rows, affected: 0 }] };
  } catch (error) {
    return { failure: toFailure(error) };
  } finally {
    timer.stop();
  }
}

let last: Promise<void> = Promise.resolve();
parentPort?.on('message', (request: ReaderRequest) => {
  last = last.then(async () => {
    if (request.kind === 'stop') {
      file.close();
      parentPort?.close();
      return;
    }
    const outcomes: Outcome[] = [];
    for (const query of request.queries) outcomes.push(await run(query));
    parentPort?.postMessage({ id: request.id, outcomes } satisfies Answer);
  });
});
parentPort?.postMessage('ready');
