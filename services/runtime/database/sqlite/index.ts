import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely';
import { realTime, within } from '../../time/index.js';
import { insertRows, jsonText, plain, writeProbe } from '../table.js';
import { type Database, type Table, UnavailableError, type Write, type WriteResult } from '../types.js';
import type { Statement } from './protocol.js';
import { Readers, Writer } from './threads.js';

/** Longest time for one look-up. */
const queryTimeout = 5_000;

const isRead = (query: CompiledQuery): boolean =>
  query.query.kind === 'SelectQueryNode' || (query.query.kind === 'RawNode' && /^\s*select\b/i.test(query.sql));

/** Many rows of one insert, as the writer takes them. */
interface RowsQuery extends CompiledQuery {
  width: number;
}

/** libsql ends the whole process on a boolean, and reads text only up to a NUL. */
const bound = (value: unknown): unknown => {
  if (typeof value === 'string') return value.includes('\0') ? plain(value) : value;
  return typeof value === 'boolean' ? Number(value) : value;
};

/** What a database thread runs. */
function toStatement({ query, atLeast }: Write): Statement {
  const compiled = 'compile' in query ? query.compile() : query;
  const guard = atLeast === undefined ? {} : { atLeast };
  if ('width' in compiled) {
    const { sql, parameters, width } = compiled as RowsQuery;
    return { sql, parameters, width, ...guard };
  }
  return { sql: compiled.sql, parameters: compiled.parameters.map(bound), ...guard };
}

/** SQLite can undo changes of its tables' structure: a migration that fails, or is killed, leaves nothing behind. */
class Adapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class Connection implements DatabaseConnection {
  release: (() => void) | undefined;

  constructor(
    private readonly writer: Writer,
    private readonly readers: Readers,
  ) {}

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const statement = toStatement({ query });
    const [result] = this.release
      ? await this.writer.step(statement)
      : isRead(query)
        ? await this.readers.query(statement, queryTimeout)
        : await this.writer.commit([statement]);
    return { rows: (result?.rows ?? []) as R[], numAffectedRows: BigInt(result?.affected ?? 0) };
  }

  // biome-ignore lint/correctness/useYield: streaming a result is not offered; asking for it is a mistake.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streamed queries are not offered: page through the rows');
  }
}

class ThreadDriver implements Driver {
  constructor(
    private readonly writer: Writer,
    private readonly readers: Readers,
  ) {}
  async init(): Promise<void> {}
  async acquireConnection(): Promise<Connection> {
    return new Connection(this.writer, this.readers);
  }
  async beginTransaction(connection: Connection): Promise<void> {
    connection.release = await this.writer.acquire();
    try {
      await this.writer.step(CompiledQuery.raw('BEGIN IMMEDIATE'));
    } catch (error) {
      this.#release(connection);
      throw error;
    }
  }
  async commitTransaction(connection: Connection): Promise<void> {
    await this.writer.step(CompiledQuery.raw('COMMIT'));
    this.#release(connection);
  }
  async rollbackTransaction(connection: Connection): Promise<void> {
    try {
      await this.writer.step(CompiledQuery.raw('ROLLBACK'));
    } finally {
      this.#release(connection);
    }
  }
  #release(connection: Connection): void {
    connection.release?.();
    connection.release = undefined;
  }
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {
    await Promise.all([this.writer.stop(), this.readers.stop()]);
  }
}

/**
 * The embedded system of record: one file, one writer thread with group commit, `readers` threads with time limits.
 * @param path the file; it is made where it does not exist.
 * @throws UnavailableError where the file can't be opened.
 */
export async function openSqlite(path: string, readers = 2): Promise<Database> {
  const writer = new Writer(path);
  try {
    await writer.ready;
  } catch (error) {
    await writer.stop();
    throw new UnavailableError(`${path}: ${(error as Error).message}`);
  }
  const readerThreads = new Readers(path, readers);
  const dialect: Dialect = {
    createAdapter: () => new Adapter(),
    createDriver: () => new ThreadDriver(writer, readerThreads),
    createIntrospector: db => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
  const kysely = new Kysely<unknown>({ dialect });
  return {
    engine: 'sqlite',
    tables: <T>() => kysely as unknown as Kysely<T>,
    async commit(writes: readonly Write[]): Promise<WriteResult[]> {
      return writes.length === 0 ? [] : writer.commit(writes.map(toStatement));
    },
    insert: (table: Table, rows, options): Write => {
      const { sql, values, width } = insertRows(table, rows, options);
      const query: RowsQuery = { ...CompiledQuery.raw(sql, values), width };
      return { query };
    },
    among: values => sql<string>`(select value from json_each(${jsonText(values)}))`,
    async problem() {
      try {
        const probe = writer.commit([{ sql: writeProbe, parameters: [] }]);
        await within(realTime, 3_000, probe, 'no commit within 3 s');
        return undefined;
      } catch (error) {
        return `database: ${(error as Error).message}`;
      }
    },
    // The driver knows of the threads only once a query went through it.
    stop: async () => {
      await kysely.destroy();
      await Promise.all([writer.stop(), readerThreads.stop()]);
    },
  };
}
