import { parentPort, workerData } from 'node:worker_threads';
import SqliteFile from 'libsql/promise';
import { LRUCache } from 'lru-cache';
import { realTime } from '../../time/index.js';
import { type ReaderRequest, type Reply, toFailure } from './protocol.js';

/** A reader thread: one query at a time, each with a time limit, so that no look-up can hold anything up. */
const file = new SqliteFile((workerData as { path: string }).path, {});
await file.exec('PRAGMA query_only = 1');
await file.exec('PRAGMA cache_size = -16000');

type Prepared = { iterate(parameters: unknown[]): Promise<Iterable<Record<string, unknown>>> };
const prepared = new LRUCache<string, Prepared>({ max: 300 });

async function run({ id, statement, timeout }: ReaderRequest): Promise<Reply> {
  const deadline = realTime.steady() + timeout;
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
      if (rows.length % 100 === 0 && realTime.steady() > deadline) {
        return { id, failure: { kind: 'timeout', message: `the query took longer than ${timeout} ms and was ended` } };
      }
    }
    return { id, results: [{ rows, affected: 0 }] };
  } catch (error) {
    return { id, failure: toFailure(error) };
  } finally {
    timer.stop();
  }
}

let last: Promise<void> = Promise.resolve();
parentPort?.on('message', (request: ReaderRequest) => {
  last = last.then(async () => parentPort?.postMessage([await run(request)]));
});
parentPort?.postMessage('ready');
