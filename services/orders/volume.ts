import { toLedger } from '../contracts/index.js';
import { isoTime, Problem, type Runtime, sql, type Write } from '../runtime/index.js';
import { untilDone } from './change.js';
import type { OrderRows } from './tables.js';
import { openGuard } from './volume-duty.js';

const day = 24 * 3600_000;

/** Orders in a day that need no confirmation: many times the usual number, and more than a handful. */
export const farMore = (usual: number): number => Math.max(10, 5 * usual);

/**
 * Below this part of that number an order is taken without a guard: so many processes would each have to be taking such a part of it at the same moment for
 * it to be passed unseen, and an authority of which much comes is held up by no lock.
 */
export const unguarded = 8;

/** Orders of an authority in the day before an instant, whatever became of them. Cost: a range of the index by authority and time. */
export async function countOrders({ db }: Pick<Runtime, 'db'>, authority: string, at: number): Promise<number> {
  const { count } = await db
    .tables<OrderRows>()
    .selectFrom('orders')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('authority', '=', authority)
    .where('received_at', '>', at - day)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/**
 * Writes for the end of the commit that takes an order: it conflicts where that order is one too many. The first takes the authority's row, so that what others
 * have committed meanwhile, in this process or another, is counted by the second.
 */
export function keepWithin(
  { db, time }: Pick<Runtime, 'db' | 'time'>,
  authority: string,
  at: number,
  most: number,
): Write[] {
  const tables = db.tables<OrderRows>();
  const row = () => tables.updateTable('authorities').where('id', '=', authority);
  const orders = tables
    .selectFrom('orders')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('authority', '=', authority)
    .where('received_at', '>', at - day);
  const same = { id: sql<string>`id` };
  const guarded = row()
    .set(same)
    .where(({ or, eb }) => or([eb(orders, '<=', most), eb('confirmed_until', '>', time.now())]));
  return [
    { query: row().set(same), atLeast: 1 },
    { query: guarded, atLeast: 1 },
  ];
}

/** All orders that were ever taken, by authority. Cost: one pass over the index by authority. */
export async function countAll({ db }: Pick<Runtime, 'db'>): Promise<Map<string, number>> {
  const found = await db
    .tables<OrderRows>()
    .selectFrom('orders')
    .select(['authority', ({ fn }) => fn.countAll<number>().as('count')])
    .groupBy('authority')
    .execute();
  return new Map(found.map(({ authority, count }) => [authority, Number(count)]));
}

/**
 * A person says that more orders than usual are right, for a day from now: what waits goes on, whichever process took it. Who said so is entered in the ledger.
 * @returns until when
 * @throws Problem 404
 */
export function confirmVolume(runtime: Runtime, authority: string, by: string): Promise<number> {
  return untilDone(async () => {
    const { db, time, log } = runtime;
    const rows = db.tables<OrderRows>();
    const row = await rows.selectFrom('authorities').selectAll().where('id', '=', authority).executeTakeFirst();
    if (!row || row.revoked === 1) throw new Problem(404, 'There is no such authority.');
    const at = time.now();
    const until = at + day;
    const query = rows
      .updateTable('authorities')
      .set({ confirmed_until: until })
      .where('id', '=', authority)
      .where('revoked', '=', 0);
    const change = 'more orders than usual are confirmed';
    const detail = { change, authority, by, until: isoTime(until) };
    const evidence = `${by} confirmed the number, until ${detail.until}`;
    const opened = openGuard(runtime, row, 'done', { at, by, evidence });
    const entered = toLedger({ kind: 'access.changed', at, detail }, '/orders', time.uuid());
    await runtime.commit([{ query, atLeast: 1 }, ...opened.writes], [entered, ...opened.events]);
    log.warn({ authority, by }, 'more orders than usual are confirmed for a day');
    return until;
  });
}

/** The write that keeps when an authority's first order came. */
export function firstOrder({ db }: Pick<Runtime, 'db'>, authority: string, at: number): Write {
  const query = db
    .tables<OrderRows>()
    .updateTable('authorities')
    .set({ first_at: at })
    .where('id', '=', authority)
    .where('first_at', 'is', null);
  return { query };
}
