import { z } from 'zod';
import { type ApprovalKind, askApproval } from '../../../accounts/index.js';
import { bankName } from '../../../contracts/index.js';
import { type Database, Problem, type Runtime } from '../../../runtime/index.js';
import { entered } from './apply.js';
import { writeEntries } from './bulk.js';
import { sourceName } from './entry.js';
import type { BankRows, EntryRow } from './tables.js';

/** In one commit, and looked over by two people: who has more asks again. */
const most = 5_000;

/** What is asked for many entries at once: all that one source lists and nobody confirmed, or all that it lists. */
export const togetherSchema = z.strictObject({
  action: z.enum(['confirm', 'remove']).describe('`confirm`: they act by themselves; `remove`: they are taken out'),
  source: sourceName.describe('who listed them first'),
  reason: z.string().trim().min(1).max(2_000).describe('told to the second person'),
});
type Asked = z.output<typeof togetherSchema> & { bank: string };

function entriesOf(
  db: Database,
  { bank, source, action }: Pick<Asked, 'bank' | 'source' | 'action'>,
): Promise<EntryRow[]> {
  const query = db
    .tables<BankRows>()
    .selectFrom('bank_entries')
    .selectAll()
    .where('bank', '=', bank)
    .where('source', '=', source)
    .where('removed_at', 'is', null);
  return (action === 'confirm' ? query.where('confirmed_by', 'is', null) : query)
    .orderBy('created_at')
    .orderBy('id')
    .limit(most)
    .execute();
}

/**
 * Two people confirm many entries at once, or take them out: what one person stands for entry by entry, nobody does alone for a whole list. It is done
 * with what is there when the second agrees, at most 5,000; what is left is asked for again.
 */
export const togetherKind = ({ db, time }: Pick<Runtime, 'db' | 'time'>): ApprovalKind<Asked> => ({
  name: 'bank',
  scope: 'approvals:decide',
  describe: ({ action, bank, source }) =>
    `${action === 'confirm' ? 'Confirm' : 'Take out'} at most ${most} entries of ${source} in the bank ${bank}`,
  async apply(asked, { asked_by, decided_by }) {
    const rows = await entriesOf(db, asked);
    if (rows.length === 0) throw new Problem(409, 'The bank has no such entries any more.');
    const now = time.now();
    const by = `${asked_by} and ${decided_by}`;
    const change =
      asked.action === 'confirm' ? { confirmed_by: by, confirmed_at: now } : { removed_at: now, removed_by: by };
    const changed = rows.map(row => ({ entry: { ...row, ...change }, was: row.change }));
    const { bank, source } = asked;
    const told = asked.action === 'confirm' ? 'confirmed' : 'removed';
    return {
      writes: writeEntries(db, changed, []),
      events: [entered(time, { bank, source, entries: rows.length, by, change: told })],
    };
  },
});

/** Asks a second person. @returns the approval, and how many entries there are at present @throws Problem 404, where there are none */
export async function askTogether(
  runtime: Pick<Runtime, 'db' | 'time'>,
  bank: string,
  asked: z.output<typeof togetherSchema>,
  by: string,
): Promise<{ approval: string; entries: number }> {
  const subject: Asked = { ...asked, bank: bankName.parse(bank) };
  const rows = await entriesOf(runtime.db, subject);
  if (rows.length === 0) throw new Problem(404, `Bank ${bank} has no such entries of ${asked.source}.`);
  const { row, write } = askApproval(runtime, { kind: 'bank', subject, reason: asked.reason, by });
  await runtime.db.commit([write]);
  return { approval: row.id, entries: rows.length };
}
