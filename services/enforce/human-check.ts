import { createHash } from 'node:crypto';
import type { Database, Table, Write } from '../runtime/index.js';

/**
 * What of the measures that act by themselves a person looks at (TCO Article 5(3): human oversight and verification, where the provider is exposed). One row;
 * it is set by who keeps the decision that the provider is exposed, in the commit in which that says so.
 */
export const humanChecksTable: Table = {
  name: 'human_checks',
  columns: { id: 'text', share: 'double', changed_at: 'bigint' },
  primaryKey: ['id'],
};

interface Rows {
  human_checks: { id: string; share: number; changed_at: number };
}

/** What a case that is opened for this reason says. */
export const humanCheckReason =
  'It was removed by itself, and is among those that a person verifies (TCO Article 5(3)).';

const id = 'automatic';

/** From this commit on, this share (0 to 1) of what rules remove by themselves is also shown to a person. */
export function setHumanCheck(db: Database, share: number, at: number): Write {
  return db.insert(humanChecksTable, [{ id, share, changed_at: at }], { onConflict: 'replace' });
}

/** Cost: one look-up by primary key. */
export async function readHumanCheck(db: Database): Promise<number> {
  const row = await db
    .tables<Rows>()
    .selectFrom('human_checks')
    .select('share')
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.share ?? 0;
}

/** Whether a case is among them: the same answer however often it is asked, and nobody can foresee it from the post alone. */
export const isSampled = (share: number, caseId: string): boolean =>
  share > 0 && createHash('sha256').update(`human check ${caseId}`).digest().readUInt32BE(0) / 2 ** 32 < share;
