import { type Database, sql } from '../runtime/index.js';
import type { LedgerRows } from './tables.js';

/** Entries dealt with in one commit: small enough to hold nobody up. */
const atOnce = 2_000;

/** Erases details, with their salts, of what was entered before an instant (ms). What they were is then known to nobody; proofs stay. */
export async function forgetDetails(db: Database, before: number, signal: AbortSignal): Promise<void> {
  const rows = db.tables<LedgerRows>();
  while (!signal.aborted) {
    const query = rows
      .updateTable('ledger_entries')
      .set({ detail: null, detail_salt: null, item: null })
      .where(
        'idx',
        'in',
        rows
          .selectFrom('ledger_entries')
          .select('idx')
          .where('detail', 'is not', null)
          .where('entered_at', '<', before)
          .limit(sql.lit(atOnce)),
      );
    const [result] = await db.commit([{ query }]);
    if ((result?.affected ?? 0) < atOnce) return;
  }
}
