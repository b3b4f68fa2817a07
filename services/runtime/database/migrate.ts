import { type Migration, Migrator } from 'kysely';
import { healthTable, migrationsOf } from './table.js';
import type { Database, Table } from './types.js';

/**
 * Brings the database to the declared tables. Several processes may start at once: the first does it, the others wait.
 * @throws the first migration's error; nothing of it, and of those before it, is kept.
 */
export async function migrate(db: Database, tables: readonly Table[]): Promise<void> {
  const all = [healthTable, ...tables];
  const migrations = Object.assign({}, ...all.map(table => migrationsOf(db.engine, table))) as Record<
    string,
    Migration
  >;
  const migrator = new Migrator({
    db: db.tables<unknown>(),
    provider: { getMigrations: async () => migrations },
    // Services are added one by one, so a new table's migration may sort before those that ran.
    allowUnorderedMigrations: true,
  });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}
