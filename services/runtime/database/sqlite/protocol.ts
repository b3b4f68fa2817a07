/** What the main thread and the SQLite threads say to each other. Every request but `stop` gets one answer. */

export interface Statement {
  sql: string;
  parameters: readonly unknown[];
  atLeast?: number;
  /** Set for many rows at once: `parameters` are then rows of this many values, and `sql` has `$rows` where their places go. */
  width?: number;
}

export type WriterRequest =
  /** Jobs that share one fsync; the answer is an {@link Outcome} a job. */
  | { id: number; kind: 'jobs'; jobs: readonly (readonly Statement[])[] }
  /** A step of an interactive transaction (migrations only). */
  | { id: number; kind: 'session'; statement: Statement }
  | { kind: 'stop' };

export type ReaderRequest =
  /** Queries that were asked at the same moment, each ended after its `timeout` ms; the answer is an {@link Outcome} a query. */
  | { id: number; kind: 'queries'; queries: readonly Query[] }
  /** Ends the thread once it has done what it was asked for before. A thread is never terminated: libsql takes the process down with it. */
  | { kind: 'stop' };

export interface Query {
  statement: Statement;
  timeout: number;
}

export interface StatementResult {
  rows: Record<string, unknown>[];
  affected: number;
}

/** `conflict`: a guard or a unique key; `unavailable`: the file can't be read or written; `timeout`: ended by its limit. */
export type FailureKind = 'conflict' | 'unavailable' | 'timeout' | 'error';

export interface Failure {
  kind: FailureKind;
  message: string;
  code?: string;
}

export type Outcome = { results: StatementResult[] } | { failure: Failure };

export interface Answer {
  id: number;
  outcomes: Outcome[];
}

/** Names what went wrong by SQLite's result code. */
export function toFailure(error: unknown): Failure {
  const { code, message } = error as { code?: string; message?: string };
  const text = message ?? String(error);
  if (/^SQLITE_CONSTRAINT_(PRIMARYKEY|UNIQUE|ROWID)$/.test(code ?? '')) {
    return { kind: 'conflict', message: text, ...(code ? { code } : {}) };
  }
  if (code === 'SQLITE_INTERRUPT') return { kind: 'timeout', message: 'the query took too long and was ended', code };
  if (
    /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|BUSY|LOCKED|NOMEM|PROTOCOL)/.test(code ?? '') ||
    /disk is full|disk I\/O/.test(text)
  ) {
    return { kind: 'unavailable', message: text, ...(code ? { code } : {}) };
  }
  return { kind: 'error', message: text, ...(code ? { code } : {}) };
}
