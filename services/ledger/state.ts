import type { Database } from '../runtime/index.js';
import { emptyRoot } from './log/index.js';
import type { LedgerRows, LedgerStateRow } from './tables.js';

/** The state of a log without entries. */
const emptyState: LedgerStateRow = {
  id: 1,
  size: 0,
  root: emptyRoot.toString('base64'),
  policy: '',
  changed_at: 0,
};

/** The row that says how long the log is; undefined before the first entry. */
export const findState = (db: Database): Promise<LedgerStateRow | undefined> =>
  db.tables<LedgerRows>().selectFrom('ledger_state').selectAll().where('id', '=', 1).executeTakeFirst();

/** How long the log is, and its root. */
export const readState = async (db: Database): Promise<LedgerStateRow> => (await findState(db)) ?? emptyState;
