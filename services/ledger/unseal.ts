import type { Database, Write } from '../runtime/index.js';
import { unsealWrites } from './sla/index.js';
import { ledgerSealsTable } from './tables.js';

/**
 * Ends the secrecy of an order's entries: they may be opened, and come into the figures. For the commit that says so; it conflicts where something was
 * appended since this was read, and has to be made afresh then.
 */
export async function liftSeal(db: Database, seal: string, at: number): Promise<Write[]> {
  const row = { seal, lifted_at: at };
  return [db.insert(ledgerSealsTable, [row], { onConflict: 'nothing' }), ...(await unsealWrites(db, seal))];
}
