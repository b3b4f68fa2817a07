import { busKey, eventId, removalEnded, removalReturned } from '../contracts/index.js';
import { ok, type Stage } from '../runtime/index.js';
import { Draft } from './draft.js';
import type { Item, OrderEvent, OrderState } from './machine/index.js';
import type { Parts } from './parts.js';
import type { OrderRows } from './tables.js';

/** How far the watches of two machines may be apart (ms): what was seen gone longer before it was asked for is of another time. */
const skew = 5_000;

type Data = { removalId: string; at: number } & ({ outcome: string; vantage: string } | { where: string });

/** What evidence about a removal says to an item of an order; undefined where it is about another turn of it. */
function eventOf(
  state: OrderState,
  { n, phase, removalId, askedAt = state.receivedAt }: Item,
  data: Data,
): OrderEvent | undefined {
  if (removalId !== data.removalId) return undefined;
  const at = { at: data.at, by: 'orders' };
  if (!('outcome' in data)) return { type: 'item-returned', n, ...at };
  if (phase === 'restoring') {
    if (data.outcome === 'restored') return { type: 'item-restored', n, staysDown: false, ...at };
    if (data.outcome === 'claimed') return { type: 'item-claimed', n, ...at };
    // Its author has deleted it meanwhile.
    return data.outcome === 'cancelled' ? { type: 'item-restored', n, staysDown: true, ...at } : undefined;
  }
  if (data.at < askedAt - skew) return undefined;
  if (data.outcome === 'gone') return { type: 'item-gone', n, evidence: `seen gone from ${data.vantage}`, ...at };
  if (data.outcome === 'not-found')
    return { type: 'item-not-there', n, evidence: `not there, from ${data.vantage}`, ...at };
  return data.outcome === 'claimed' ? { type: 'item-claimed', n, ...at } : undefined;
}

/** Tells orders what became of their posts: facts about removals in; states, facts and answering forms out, in one commit. */
export function followRemovals(parts: Parts): Stage<typeof removalEnded.schema | typeof removalReturned.schema> {
  const { db } = parts.runtime;
  const rows = db.tables<OrderRows>();
  return {
    name: 'orders',
    topic: 'evidence',
    accepts: { [removalEnded.type]: removalEnded.schema, [removalReturned.type]: removalReturned.schema },
    batch: 200,
    async handle(inputs) {
      const results = inputs.map(() => ok);
      const keys = inputs.map(({ data }) => busKey({ platform: data.platform, id: data.postId }));
      const items = await rows.selectFrom('order_items').selectAll().where('item', 'in', db.among(keys)).execute();
      if (items.length === 0) return { results };
      const ids = [...new Set(items.map(row => row.order_id))].sort();
      const found = await rows
        .selectFrom('orders')
        .selectAll()
        .where('id', 'in', db.among(ids))
        .orderBy('id')
        .execute();
      const drafts = new Map(found.map(row => [row.id, new Draft(parts, row)]));
      for (const [i, { data }] of inputs.entries()) {
        for (const { order_id } of items.filter(row => row.item === keys[i])) {
          const draft = drafts.get(order_id);
          for (const item of draft?.state.items ?? []) {
            const event =
              draft &&
              item.target &&
              busKey({ platform: item.target.platform, id: item.target.postId }) === keys[i] &&
              eventOf(draft.state, item, data);
            if (event) draft.take(event);
          }
        }
      }
      const made = await Promise.all([...drafts.values()].map(draft => draft.finish()));
      return {
        results,
        writes: made.flatMap(({ writes }) => writes),
        events: made.flatMap(({ events }) => events),
      };
    },
  };
}

/** The id of an order: the same for the same authority and reference. */
export const orderId = (key: string): string => eventId(key, 'order');
