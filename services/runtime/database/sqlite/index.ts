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
import { insertSql, writeProbe } from '../table.js';
import type { Database, Table, Write, WriteResult } from '../types.js';
import { Readers, Writer } from './threads.js';

/** Longest time for one look-up. */
const queryTimeout = 5_000;

const isRead = (query: CompiledQuery): boolean =>
  query.query.kind === 'SelectQueryNode' || (query.query.kind === 'RawNode' && /^\s*select\b/i.test(query.sql));

class Connection implements DatabaseConnection {
  release: (() => void) | undefined;

  constructor(
    private readonly writer: Writer,
    private readonly readers: Readers,
  ) {}

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const statement = { sql: query.sql, parameters: query.parameters };
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
  async init(): Promise<void> {
    await Promise.all([this.writer.ready, this.readers.ready()]);
  }
  async acquireConnection(): Promise<Connection> {
    return new Connection(this.writer, this.readers);
  }
  async beginTransaction(connection: Connection): Promise<void> {
    connection.release = await this.writer.acquire();
    await this.writer.step(CompiledQuery.raw('BEGIN IMMEDIATE'));
  }
  async commitTransaction(connection: Connection): Promise<void> {
    await this.writer.step(CompiledQuery.raw('COMMIT'));
    connection.release?.();
    connection.release = undefined;
  }
  async rollbackTransaction(connection: Connection): Promise<void> {
    await this.writer.step(CompiledQuery.raw('ROLLBACK'));
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
 */
export async function openSqlite(path: string, readers = 2): Promise<Database> {
  const writer = new Writer(path);
  await writer.ready;
  const readerThreads = new Readers(path, readers);
  const dialect: Dialect = {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new ThreadDriver(writer, readerThreads),
    createIntrospector: db => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
  const kysely = new Kysely<unknown>({ dialect });
  return {
    engine: 'sqlite',
    tables: <T>() => kysely as unknown as Kysely<T>,
    async commit(writes: readonly Write[]): Promise<WriteResult[]> {
      if (writes.length === 0) return [];
      return writer.commit(
        writes.map(({ query, atLeast }) => {
          const { sql, parameters } = 'compile' in query ? query.compile() : query;
          return { sql, parameters, ...(atLeast === undefined ? {} : { atLeast }) };
        }),
      );
    },
    insert: (table: Table, rows, options) => ({ query: insertSql('sqlite', table, rows, options) }),
    among: values => sql<string>`(select value from json_each(${JSON.stringify(values)}))`,
    async problem() {
      try {
        await writer.commit([{ sql: writeProbe, parameters: [] }]);
        return undefined;
      } catch (error) {
        return `database: ${(error as Error).message}`;
      }
    },
    stop: () => kysely.destroy().then(() => Promise.all([writer.stop(), readerThreads.stop()]).then(() => undefined)),
  };
}
