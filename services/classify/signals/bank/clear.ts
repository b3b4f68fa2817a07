import { ConflictError, type Runtime } from '../../../runtime/index.js';
import { entered, type Needs, tell } from './apply.js';
import { writeEntries } from './bulk.js';
import type { BankRows } from './tables.js';

/** Entries in one commit. */
const atOnce = 500;

/**
 * Takes out of a bank what was added since an instant and nobody confirmed; what people confirmed stays. In portions: after a crash it is called
 * again. It stops to act in every process within a second.
 * @param from ms since 1970 @param by who is said to have taken it out
 */
export async function clearUnconfirmed(runtime: Needs, bank: string, from: number, by: string): Promise<void> {
  const { db, time } = runtime;
  for (;;) {
    const rows = await db
      .tables<BankRows>()
      .selectFrom('bank_entries')
      .selectAll()
      .where('bank', '=', bank)
      .where('created_at', '>=', from)
      .where('removed_at', 'is', null)
      .where('confirmed_by', 'is', null)
      .limit(atOnce)
      .execute();
    if (rows.length === 0) return;
    const removed_at = time.now();
    try {
      await runtime.commit(
        writeEntries(
          db,
          rows.map(row => ({ entry: { ...row, removed_at, removed_by: by }, was: row.change })),
          [],
        ),
        [entered(time, { bank, entries: rows.length, by, change: 'removed' })],
      );
    } catch (error) {
      // One of them was confirmed at this moment: look once more.
      if (!(error instanceof ConflictError)) throw error;
    }
    await tell(runtime);
  }
}

/** Counts what was added to a bank since an instant (ms), and what became of it. */
export async function tallySince({ db }: Pick<Runtime, 'db'>, bank: string, from: number) {
  const found = await db
    .tables<BankRows>()
    .selectFrom('bank_entries')
    .select(({ fn }) => [
      fn.countAll<number>().as('added'),
      fn.count<number>('confirmed_by').filterWhere('removed_at', 'is', null).as('confirmed'),
      fn.count<number>('removed_at').as('removed'),
    ])
    .where('bank', '=', bank)
    .where('created_at', '>=', from)
    .executeTakeFirstOrThrow();
  return { added: Number(found.added), confirmed: Number(found.confirmed), removed: Number(found.removed) };
}
