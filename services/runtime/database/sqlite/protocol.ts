/** What the main thread and the SQLite threads say to each other. */

export interface Statement {
  sql: string;
  parameters: readonly unknown[];
  atLeast?: number;
}

/** To the writer: jobs that share one fsync. `session`: a step of an interactive transaction (migrations only). */
export type WriterRequest =
  | { kind: 'jobs'; jobs: { id: number; statements: Statement[] }[] }
  | { kind: 'session'; id: number; statement: Statement };

/** To a reader: one query, ended after `timeout` ms. */
export interface ReaderRequest {
  id: number;
  statement: Statement;
  timeout: number;
}

export interface StatementResult {
  rows: Record<string, unknown>[];
  affected: number;
}

/** `conflict`: a guard or a unique key; `unavailable`: the file can't be written; `timeout`: ended by its limit. */
export type FailureKind = 'conflict' | 'unavailable' | 'timeout' | 'error';

export interface Failure {
  kind: FailureKind;
  message: string;
  code?: string;
}

export type Reply = { id: number; results: StatementResult[] } | { id: number; failure: Failure };

/** Names what went wrong by SQLite's result code. */
export function toFailure(error: unknown): Failure {
  const { code, message } = error as { code?: string; message?: string };
  const text = message ?? String(error);
  if (code?.startsWith('SQLITE_CONSTRAINT')) return { kind: 'conflict', message: text, code };
  if (code === 'SQLITE_INTERRUPT') return { kind: 'timeout', message: 'the query took too long and was ended', code };
  if (
    /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|BUSY|LOCKED|NOMEM)/.test(code ?? '') ||
    /disk is full|disk I\/O/.test(text)
  ) {
    return { kind: 'unavailable', message: text, ...(code ? { code } : {}) };
  }
  return { kind: 'error', message: text, ...(code ? { code } : {}) };
}
