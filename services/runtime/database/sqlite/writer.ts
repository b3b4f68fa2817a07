import { parentPort, workerData } from 'node:worker_threads';
import SqliteFile from 'libsql';
import { LRUCache } from 'lru-cache';
import {
  type Failure,
  type Reply,
  type Statement,
  type StatementResult,
  toFailure,
  type WriterRequest,
} from './protocol.js';

/** The one writer thread: whatever waits is committed together, so that many small commits share one fsync. */
const file = new SqliteFile((workerData as { path: string }).path);
// FULL: a commit is on the disk before anybody is told. The log is folded back every 32 MB.
for (const pragma of [
  'journal_mode = WAL',
  'synchronous = FULL',
  'wal_autocheckpoint = 8000',
  'journal_size_limit = 67108864',
]) {
  file.exec(`PRAGMA ${pragma}`);
}
file.exec('PRAGMA cache_size = -32000');

const prepared = new LRUCache<string, ReturnType<typeof file.prepare>>({ max: 300 });

class Guard extends Error {}

function run({ sql, parameters, atLeast }: Statement): StatementResult {
  let statement = prepared.get(sql);
  if (!statement) {
    statement = file.prepare(sql);
    prepared.set(sql, statement);
  }
  const bound = parameters as unknown[];
  const result: StatementResult = statement.reader
    ? { rows: statement.all(bound) as Record<string, unknown>[], affected: 0 }
    : { rows: [], affected: statement.run(bound).changes };
  if (statement.reader) result.affected = result.rows.length;
  if (atLeast !== undefined && result.affected < atLeast) {
    throw new Guard(`a guarded write touched ${result.affected} rows, not ${atLeast}`);
  }
  return result;
}

const fail = (error: unknown): Failure =>
  error instanceof Guard ? { kind: 'conflict', message: error.message } : toFailure(error);

function runJobs(jobs: { id: number; statements: Statement[] }[]): Reply[] {
  const replies: Reply[] = [];
  try {
    file.exec('BEGIN IMMEDIATE');
    for (const { id, statements } of jobs) {
      file.exec('SAVEPOINT job');
      try {
        replies.push({ id, results: statements.map(run) });
        file.exec('RELEASE job');
      } catch (error) {
        // A full disk ends the whole transaction by itself: then nobody's work was kept.
        if (!file.inTransaction) throw error;
        file.exec('ROLLBACK TO job; RELEASE job');
        replies.push({ id, failure: fail(error) });
      }
    }
    file.exec('COMMIT');
    return replies;
  } catch (error) {
    if (file.inTransaction) file.exec('ROLLBACK');
    const failure = fail(error);
    return jobs.map(({ id }) => ({ id, failure }));
  }
}

function runSession(id: number, statement: Statement): Reply {
  try {
    return { id, results: [run(statement)] };
  } catch (error) {
    return { id, failure: fail(error) };
  }
}

parentPort?.on('message', (request: WriterRequest) => {
  parentPort?.postMessage(
    request.kind === 'jobs' ? runJobs(request.jobs) : [runSession(request.id, request.statement)],
  );
});
parentPort?.postMessage('ready');
