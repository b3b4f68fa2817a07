import type { Runtime, Write } from '../../runtime/index.js';
import { applyChanges, type SourceChange } from '../signals/bank/index.js';
import type { Row } from './source.js';
import { type ExchangeRows, type ItemRow, itemsTable } from './tables.js';

export type Needs = Pick<Runtime, 'db' | 'cache' | 'time' | 'log' | 'commit'>;

/** Who lists something, and the bank that it goes into. */
export interface Lister {
  name: string;
  bank: string;
  tags: readonly string[];
}

/** Removals put to the bank at once. */
const atOnce = 500;
/** So few removals that the source asks for one by one are always done, however small its list is. */
const few = 5;

/**
 * Puts what rows list into the bank, where it begins in review, and marks what they remove; that leaves only with `settle`. The same rows
 * again change nothing.
 * @returns what the bank refused, and what to commit together with the place that was reached.
 * @throws UnavailableError
 */
export async function take(
  runtime: Needs,
  lister: Lister,
  rows: readonly Row[],
  round: number,
): Promise<{ refused: { sourceId: string; reason: string }[]; writes: Write[] }> {
  const { db } = runtime;
  // Of rows with the same id the last counts.
  const latest = new Map(rows.map(row => [row.id, row]));
  const all = [...latest.values()];
  const listed = all.flatMap(row => ('entry' in row ? [row] : []));
  const changes = listed.map(({ id, entry }): SourceChange => {
    const tags = [...new Set([...lister.tags, ...(entry.tags ?? [])])].slice(0, 50);
    return { sourceId: id, entry: { ...entry, tags } };
  });
  const { refused } =
    changes.length > 0 ? await applyChanges(runtime, lister.bank, lister.name, changes) : { refused: [] };
  const out = new Set(refused.map(({ sourceId }) => sourceId));
  const items = listed.flatMap(({ id, targets }): ItemRow[] =>
    out.has(id)
      ? []
      : [{ source: lister.name, source_id: id, round, leaving: 0, targets: targets ? JSON.stringify(targets) : null }],
  );
  const writes: Write[] = items.length > 0 ? [db.insert(itemsTable, items, { onConflict: 'replace' })] : [];
  const mark = (ids: readonly string[], set: Partial<ItemRow>): void => {
    if (ids.length === 0) return;
    const query = db
      .tables<ExchangeRows>()
      .updateTable('exchange_items')
      .set(set)
      .where('source', '=', lister.name)
      .where('source_id', 'in', db.among(ids));
    writes.push({ query });
  };
  mark(
    all.flatMap(row => ('removed' in row ? [row.id] : [])),
    { leaving: 1 },
  );
  // What can't be read is listed all the same: it stays as it was.
  mark([...all.flatMap(row => ('bad' in row || 'unknown' in row ? [row.id] : [])), ...out], { round });
  return { refused, writes };
}

/** The write that marks what was not met in this round of the whole list. */
export const sweep = ({ db }: Needs, source: string, round: number): Write => ({
  query: db
    .tables<ExchangeRows>()
    .updateTable('exchange_items')
    .set({ leaving: 1 })
    .where('source', '=', source)
    .where('round', '<', round),
});

export interface Settled {
  entries: number;
  /** Removals that are not done, because they are more than half and nobody has let them go on. */
  held: number;
}

/**
 * Takes out of the bank what was marked, unless that is more than half of what the source lists: a broken list must not empty a bank.
 * @param asked the source asked for each removal; false: what goes was only not met any more.
 * @param allowed so many removals a person has let go on.
 * @throws UnavailableError: what was done before stays done; settle again.
 */
export async function settle(
  runtime: Needs,
  { name, bank }: Lister,
  { asked, allowed }: { asked: boolean; allowed: number },
): Promise<Settled> {
  const { db } = runtime;
  const items = db.tables<ExchangeRows>();
  const all = items.selectFrom('exchange_items').where('source', '=', name);
  const count = async (query: typeof all): Promise<number> =>
    (await query.select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow()).count;
  const entries = await count(all);
  const leaving = await count(all.where('leaving', '=', 1));
  const tooMany = leaving * 2 > entries && !(asked && leaving < few);
  if (tooMany && leaving > allowed) return { entries, held: leaving };
  for (;;) {
    const some = await all.select('source_id').where('leaving', '=', 1).limit(atOnce).execute();
    if (some.length === 0) break;
    const ids = some.map(row => row.source_id);
    await applyChanges(
      runtime,
      bank,
      name,
      ids.map(sourceId => ({ sourceId, removed: true })),
    );
    const done = items
      .deleteFrom('exchange_items')
      .where('source', '=', name)
      .where('source_id', 'in', db.among(ids))
      .where('leaving', '=', 1);
    await db.commit([{ query: done }]);
  }
  return { entries: entries - leaving, held: 0 };
}
