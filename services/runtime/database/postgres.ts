import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient, sql } from 'kysely';
import pg from 'pg';
import { realTime, within } from '../time/index.js';
import { insertJson, jsonText, plain, writeProbe } from './table.js';
import { Together } from './together.js';
import { ConflictError, type Database, type Table, UnavailableError, type Write, type WriteResult } from './types.js';

// int8 and count(*) come as strings by default; times and counts here stay far below 2^53.
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);

class DeadlockError extends ConflictError {}

/** Names what went wrong by PostgreSQL's SQLSTATE; https://www.postgresql.org/docs/15/errcodes-appendix.html */
function toError(error: unknown): Error {
  const { code, message } = error as { code?: string; message: string };
  if (code === '40001' || code === '40P01') return new DeadlockError(message);
  if (code === '23505') return new ConflictError(message);
  // 08 connection, 53 resources (disk full), 57 shutdown or a time limit, 25006 read only, E… sockets, none: the pool's own errors.
  if (!code || /^(08|53|57|25006|25P0[34]|58|E[A-Z])/.test(code)) return new UnavailableError(message);
  return error as Error;
}

const fail = (error: unknown): never => {
  throw toError(error);
};

/** PostgreSQL refuses a NUL in text; SQLite keeps what the same change makes of it. */
const bound = (value: unknown): unknown => (typeof value === 'string' && value.includes('\0') ? plain(value) : value);

/** What kysely needs of a pool, with our errors. */
function poolFor(connections: pg.Pool): PostgresPool {
  return {
    connect: async () => {
      const client = await connections.connect().catch(fail);
      let broken: Error | undefined;
      const query = (text: string, parameters: readonly unknown[]) =>
        client.query(text, parameters.map(bound)).catch(error => {
          const told = toError(error);
          // It may still be at work on this: not for the next one.
          if (told instanceof UnavailableError) broken = told;
          throw told;
        });
      return { query: query as unknown as PostgresPoolClient['query'], release: () => client.release(broken) };
    },
    end: () => connections.end(),
  };
}

/** Waits for all, and then tells of the first that failed: what comes after it fails only because of it. */
async function allOf<T>(asked: readonly (() => Promise<T>)[]): Promise<T[]> {
  const outcomes = await Promise.allSettled(asked.map(ask => ask()));
  return outcomes.map(outcome => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

interface Bound {
  sql: string;
  parameters: unknown[];
  atLeast: number | undefined;
}

/** All statements are sent without waiting for each other; only the guards are looked at before the commit. */
async function commitOnce(connections: pg.Pool, statements: readonly Bound[]): Promise<WriteResult[]> {
  const client = await connections.connect().catch(fail);
  let broken: Error | undefined;
  try {
    // One that touches no row when its guard fails needs no transaction to be undone.
    const alone = statements.length === 1 && (statements[0]?.atLeast ?? 0) <= 1;
    const sent = statements.map(
      ({ sql, parameters }) =>
        () =>
          client.query(sql, parameters),
    );
    const answers = await allOf(alone ? sent : [() => client.query('begin'), ...sent]);
    const results = answers
      .slice(alone ? 0 : 1)
      .map(({ rows, rowCount }) => ({ rows, affected: rowCount ?? rows.length }));
    for (const [i, { atLeast }] of statements.entries()) {
      const affected = results[i]?.affected ?? 0;
      if (atLeast !== undefined && affected < atLeast) {
        throw new ConflictError(`a guarded write touched ${affected} rows, not ${atLeast}`);
      }
    }
    if (!alone) await client.query('commit');
    return results;
  } catch (error) {
    const told = error instanceof ConflictError ? error : toError(error);
    if (told instanceof UnavailableError) broken = told;
    // A connection that can't even roll back is thrown away; the server then rolls back by itself.
    else {
      await client.query('rollback').catch(failure => {
        broken = failure;
      });
    }
    throw told;
  } finally {
    client.release(broken);
  }
}

/** Statements of one transaction at the most, where commits wait for each other. */
const statementsTogether = 128;
/** One connection in so many commits: the others read, and where all of these are at work, what comes goes together. */
const laneOf = 2;
/** Commits that have to wait before they go together. Measured: with fewer, 30 removals a second took half as long again. */
const togetherFrom = 8;

/**
 * The system of record for many processes.
 * @param pool connections of this process at the most.
 * @param onError told of each connection that is lost.
 */
export function openPostgres(url: string, pool: number, onError: (error: Error) => void): Database {
  const connections = new pg.Pool({
    connectionString: url,
    max: pool,
    types,
    keepAlive: true,
    pipeline: true,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 30_000,
    // For a server that has gone silent: its own limit does not end anything then.
    query_timeout: 35_000,
    idle_in_transaction_session_timeout: 30_000,
    application_name: 'sansdelai',
  });
  connections.on('error', onError);
  // The pool listens only while a connection is idle; one that is lost at work would bring the process down.
  connections.on('connect', client => client.on('error', () => undefined));
  const alone = async (statements: readonly Bound[]): Promise<WriteResult[]> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await commitOnce(connections, statements);
      } catch (error) {
        // Two that waited for each other: the server undid this one, so that it can simply be done again.
        if (!(error instanceof DeadlockError) || attempt === 5) throw error;
      }
    }
  };
  const commits = new Together<readonly Bound[], WriteResult[]>({
    lanes: Math.max(1, Math.floor(pool / laneOf)),
    from: togetherFrom,
    sizeOf: statements => statements.length,
    most: statementsTogether,
    alone,
    together: async jobs => {
      const results = await commitOnce(connections, jobs.flat());
      return jobs.map(({ length }) => results.splice(0, length));
    },
    isOfAll: error => error instanceof UnavailableError,
  });
  const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: poolFor(connections) }) });
  return {
    engine: 'postgres',
    tables: <T>() => kysely as unknown as Kysely<T>,
    async commit(writes: readonly Write[]): Promise<WriteResult[]> {
      if (writes.length === 0) return [];
      const statements = writes.map(({ query, atLeast }): Bound => {
        const { sql, parameters } = 'compile' in query ? query.compile() : query;
        return { sql, parameters: parameters.map(bound), atLeast };
      });
      return commits.commit(statements);
    },
    insert: (table: Table, rows, options) => ({ query: insertJson(table, rows, options) }),
    among: values => sql<string>`(select json_array_elements_text(${jsonText(values)}::json))`,
    async problem() {
      try {
        await within(realTime, 3_000, connections.query(writeProbe), 'no answer within 3 s');
        return undefined;
      } catch (error) {
        return `database: ${(error as Error).message}`;
      }
    },
    stop: () => kysely.destroy(),
  };
}
