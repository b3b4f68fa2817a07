import { join } from 'node:path';
import SqliteFile from 'libsql';
import pg from 'pg';

/** Reads an installation's database from outside, whatever its processes are doing. */
export type ReadRecord = (query: string) => Promise<Record<string, unknown>[]>;

export function readSqlite(data: string): ReadRecord {
  return async query => {
    const file = new SqliteFile(join(data, 'sansdelai.db'), { timeout: 10_000 });
    try {
      file.exec('PRAGMA query_only = 1');
      return file.prepare(query).all() as Record<string, unknown>[];
    } finally {
      file.close();
    }
  };
}

export function readPostgres(url: string): ReadRecord {
  return async query => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(query)).rows;
    } finally {
      await client.end();
    }
  };
}
