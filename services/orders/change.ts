import { ConflictError, Problem, type Write } from '../runtime/index.js';
import { Draft } from './draft.js';
import { Impossible, type OrderEvent, type OrderState } from './machine/index.js';
import type { Parts } from './parts.js';
import type { OrderRow, OrderRows } from './tables.js';

/** One order, by its id. */
export const findOrder = ({ runtime }: Pick<Parts, 'runtime'>, id: string): Promise<OrderRow | undefined> =>
  runtime.db.tables<OrderRows>().selectFrom('orders').selectAll().where('id', '=', id).executeTakeFirst();

const mostTries = 20;

/** Does it again from what is then in the database, where somebody changed it at the same moment. */
export async function untilDone<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ConflictError) || tries === mostTries) throw error;
    }
  }
}

/**
 * Lets something happen to an order, in one commit with all that follows from it.
 * @param more what is to be committed with it
 * @throws Problem 404 (no such order), 409 (it can't happen to it as it stands)
 */
export function happen(parts: Parts, id: string, event: OrderEvent, more: readonly Write[] = []): Promise<OrderState> {
  return untilDone(async () => {
    const before = await findOrder(parts, id);
    if (!before) throw new Problem(404, 'There is no such order.');
    const draft = new Draft(parts, before);
    try {
      draft.take(event);
    } catch (error) {
      if (error instanceof Impossible) throw new Problem(409, error.message);
      throw error;
    }
    const { writes, events } = await draft.finish();
    if (writes.length + more.length > 0) await parts.runtime.commit([...writes, ...more], events);
    return draft.state;
  });
}
