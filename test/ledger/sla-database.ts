import { join } from 'node:path';
import { type EnteredMove, figureWrites, slaTables } from '../../services/ledger/sla/index.js';
import { type LedgerRows, ledgerSealsTable, ledgerStateTable } from '../../services/ledger/tables.js';
import { type Database, migrate, openPostgres, openSqlite } from '../../services/runtime/index.js';
import { folder } from '../runtime/parts.js';
import { freshDatabase, withServers } from '../servers/index.js';

/** The tests on SQLite, and on PostgreSQL where there is one. */
export function onBoth(suite: (open: () => Promise<Database>) => void): void {
  const home = folder();
  let files = 0;
  const ready = async (db: Database) => {
    await migrate(db, [...slaTables, ledgerStateTable, ledgerSealsTable]);
    await clear(db);
    return db;
  };
  describe('on SQLite', () => suite(async () => ready(await openSqlite(join(home, `sla-${files++}.db`)))));
  withServers(['postgres'], 'on PostgreSQL', () =>
    suite(async () => ready(openPostgres(await freshDatabase(), 5, () => undefined))),
  );
}

/** A log without entries. */
export async function clear(db: Database): Promise<void> {
  const rows = db.tables<LedgerRows & Record<string, object>>();
  const names = ['ledger_state', 'ledger_seals', ...slaTables.map(({ name }) => name)];
  await db.commit([
    ...names.map(name => ({ query: rows.deleteFrom(name) })),
    db.insert(ledgerStateTable, [{ id: 1, size: 0, root: '', policy: '', changed_at: 0 }]),
  ]);
}

/** Appends entries, as the ledger's stage does: the size and the figures in one commit. @returns the size then */
export async function append(db: Database, entries: readonly Omit<EnteredMove, 'entry'>[]): Promise<number> {
  const rows = db.tables<LedgerRows>();
  const { size } = await rows.selectFrom('ledger_state').select('size').executeTakeFirstOrThrow();
  const query = rows
    .updateTable('ledger_state')
    .set({ size: size + entries.length })
    .where('size', '=', size);
  const moves = entries.map((one, i) => ({ ...one, entry: size + i }));
  await db.commit([{ query, atLeast: 1 }, ...(await figureWrites(db, moves))]);
  return size + entries.length;
}
