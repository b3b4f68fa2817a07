import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { insertSql, writeProbe } from './table.js';
import { ConflictError, type Database, type Table, UnavailableError, type Write, type WriteResult } from './types.js';

// int8 and count(*) come as strings by default; times and counts here stay far below 2^53.
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);

/** Names what went wrong by PostgreSQL's SQLSTATE; https://www.postgresql.org/docs/15/errcodes-appendix.html */
function toError(error: unknown): Error {
  const { code, message } = error as { code?: string; message: string };
  if (code === '23505' || code === '40001' || code === '40P01') return new ConflictError(message);
  // 08 connection, 53 resources (disk full), 57P shutdown, 25006 read only, E… sockets, none: the pool's own errors.
  if (!code || /^(08|53|57P|25006|58|E[A-Z])/.test(code)) return new UnavailableError(message);
  return error as Error;
}

/**
 * The system of record for many processes.
 * @param pool connections of this process at the most.
 */
export function openPostgres(url: string, pool: number, onError: (error: Error) => void): Database {
  const connections = new pg.Pool({
    connectionString: url,
    max: pool,
    types,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 30_000,
    application_name: 'sansdelai',
  });
  connections.on('error', onError);
  const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: connections }) });
  return {
    engine: 'postgres',
    tables: <T>() => kysely as unknown as Kysely<T>,
    async commit(writes: readonly Write[]): Promise<WriteResult[]> {
      if (writes.length === 0) return [];
      const client = await connections.connect().catch(error => {
        throw toError(error);
      });
      let broken: Error | undefined;
      try {
        await client.query('begin');
        const results: WriteResult[] = [];
        for (const { query, atLeast } of writes) {
          const { sql, parameters } = 'compile' in query ? query.compile() : query;
          const { rows, rowCount } = await client.query(sql, parameters as unknown[]);
          const affected = rowCount ?? rows.length;
          if (atLeast !== undefined && affected < atLeast) {
            throw new ConflictError(`a guarded write touched ${affected} rows, not ${atLeast}`);
          }
          results.push({ rows, affected });
        }
        await client.query('commit');
        return results;
      } catch (error) {
        // A connection that can't even roll back is thrown away; the server then rolls back by itself.
        await client.query('rollback').catch(failure => {
          broken = failure;
        });
        throw error instanceof ConflictError ? error : toError(error);
      } finally {
        client.release(broken);
      }
    },
    insert: (table: Table, rows, options) => ({ query: insertSql('postgres', table, rows, options) }),
    among: values => sql<string>`(select json_array_elements_text(${JSON.stringify(values)}::json))`,
    async problem() {
      try {
        await connections.query(writeProbe);
        return undefined;
      } catch (error) {
        return `database: ${(error as Error).message}`;
      }
    },
    stop: () => kysely.destroy(),
  };
}
