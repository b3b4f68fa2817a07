import type { Compilable, CompiledQuery, Kysely, RawBuilder } from 'kysely';

/** Column types that both engines know. Times are `bigint` milliseconds since 1970 (UTC), JSON is `text`. */
export type ColumnType = 'text' | 'bigint' | 'integer' | 'double';

/** One table, declared once: its SQL on both engines, bulk inserts and retention follow from it. */
export interface Table {
  name: string;
  /** `?` after the type lets the column be null. */
  columns: Record<string, ColumnType | `${ColumnType}?`>;
  primaryKey: readonly string[];
  /** Columns that came with later versions, a list for each: an installation that has the table gets them. They can be null. */
  added?: readonly (readonly string[])[];
  /** Of `indexes`, those that came with later versions. */
  addedIndexes?: readonly string[];
  /** `where` makes a partial index (portable SQL, constants only). */
  indexes?: Readonly<Record<string, { columns: readonly string[]; unique?: boolean; where?: string }>>;
  /**
   * Rows older than `keep` (ms, or the setting that says) by `column` are deleted by the retention job, or only lose what they say in `clears`; `column`
   * gets an index. Omitted: kept for good.
   */
  retention?: {
    column: string;
    keep: number | 'RETENTION_POSTS' | 'RETENTION_DETAILS';
    where?: string;
    /** These become null, and `where` has to leave out rows whose are. */
    clears?: readonly string[];
  };
}

/** One step of a commit. `atLeast`: rows it must touch, else the whole commit is undone with a {@link ConflictError}. */
export interface Write {
  query: Compilable | CompiledQuery;
  atLeast?: number;
}

export interface WriteResult {
  rows: Record<string, unknown>[];
  /** Rows inserted, changed or deleted. */
  affected: number;
}

/** A guarded write found the row in another state than expected, or a row that had to be new was there already. */
export class ConflictError extends Error {
  override name = 'ConflictError';
}

/** The database can't be reached or can't write (away, disk full). Nothing of the commit was kept, or its fate is unknown. */
export class UnavailableError extends Error {
  override name = 'UnavailableError';
}

/**
 * The system of record: SQLite (one process) or PostgreSQL (many), the same query code for both.
 * All changes go through `commit`: a list of statements, all or nothing, durable once resolved.
 */
export interface Database {
  readonly engine: 'sqlite' | 'postgres';
  /** Queries, typed by the tables the caller owns (or the views it may read). Writes go through `commit`. */
  tables<T>(): Kysely<T>;
  /** All or nothing. Rejects with ConflictError (guard or unique key), UnavailableError, or the engine's own error. */
  commit(writes: readonly Write[]): Promise<WriteResult[]>;
  /**
   * Many rows in one statement of constant text, cheap on both engines. `onConflict: 'nothing'` skips rows whose key exists;
   * `'replace'` overwrites all other columns, `'add'` adds them to what is there (each key once). `returning`: these columns of the rows really inserted.
   */
  insert<R extends object>(
    table: Table,
    rows: readonly R[],
    options?: { onConflict?: 'nothing' | 'replace' | 'add'; returning?: readonly string[] },
  ): Write;
  /** `where('id', 'in', db.among(ids))`: any number of texts as one parameter. */
  among(values: readonly string[]): RawBuilder<string>;
  /** Undefined where it can take writes; else what is wrong. */
  problem(): Promise<string | undefined>;
  stop(): Promise<void>;
}
