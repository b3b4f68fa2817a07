import { dutyMoved, eventId } from '../contracts/index.js';
import { isoTime, type Outgoing, type Runtime, type Write } from '../runtime/index.js';
import type { AuthorityRow, OrderRows } from './tables.js';

/** The obligation whose clock pages who is on call at once: an authority sends far more orders than usual. */
export const volumeDuty = 'order-volume';

type Told = { at: number; by: string; evidence?: string };
type Standing = Pick<AuthorityRow, 'id' | 'volume_since'>;

/** One clock for each time that the guard closes on an authority. */
function tell({ id, volume_since }: Standing, happened: 'begun' | 'done' | 'void', told: Told): Outgoing {
  const subject = `${id}/${volume_since}`;
  const of = { platform: '', postId: '', version: 0, duty: volumeDuty, subject, happened, route: 'orders' };
  const event = eventId(subject, volumeDuty, happened);
  return {
    topic: 'evidence',
    event: {
      ...{ id: event, type: dutyMoved.type, source: '/orders', time: told.at, key: subject },
      data: { ...of, ...told },
    },
  };
}

const since = ({ db }: Pick<Runtime, 'db'>, { id, volume_since }: Standing, next: number | null): Write => {
  const query = db.tables<OrderRows>().updateTable('authorities').set({ volume_since: next }).where('id', '=', id);
  const as =
    volume_since === null ? query.where('volume_since', 'is', null) : query.where('volume_since', '=', volume_since);
  return { query: as, atLeast: 1 };
};

interface Moved {
  writes: Write[];
  events: Outgoing[];
}

/** The guard closes on an authority: its clock starts, in the commit of the first order that is one too many. Nothing where it is closed. */
export function closeGuard(runtime: Pick<Runtime, 'db'>, row: Standing, at: number): Moved {
  if (row.volume_since !== null) return { writes: [], events: [] };
  const closed = { id: row.id, volume_since: at };
  return { writes: [since(runtime, row, at)], events: [tell(closed, 'begun', { at, by: 'orders' })] };
}

/** A person has confirmed the number (`done`), or the authority may order no more (`void`): the clock ends. Conflicts where the guard moved meanwhile. */
export function openGuard(
  runtime: Pick<Runtime, 'db'>,
  row: Standing,
  how: 'done' | 'void',
  told: Required<Told>,
): Moved {
  if (row.volume_since === null) return { writes: [], events: [] };
  return { writes: [since(runtime, row, null)], events: [tell(row, how, told)] };
}

/** Who the guard is closed on, and how many of their orders wait. Cost: the register, and a partial index on what waits. */
export async function readHeld({ db }: Pick<Runtime, 'db'>) {
  const rows = db.tables<OrderRows>();
  const closed = await rows
    .selectFrom('authorities')
    .select(['id', 'entry', 'volume_since'])
    .where('volume_since', 'is not', null)
    .orderBy('volume_since')
    .limit(20)
    .execute();
  if (closed.length === 0) return [];
  const waiting = await rows
    .selectFrom('orders')
    .select(['authority', ({ fn }) => fn.countAll<number>().as('count')])
    .where('volume', '=', 1)
    .groupBy('authority')
    .execute();
  const counts = new Map(waiting.map(({ authority, count }) => [authority, Number(count)]));
  return closed.map(({ id, entry, volume_since }) => ({
    authority: id,
    name: (JSON.parse(entry) as { name: string }).name,
    since: isoTime(Number(volume_since)),
    orders: counts.get(id) ?? 0,
  }));
}

/** How many orders wait for a person to say that so many are right. */
export async function countHeld({ db }: Pick<Runtime, 'db'>): Promise<number> {
  const { count } = await db
    .tables<OrderRows>()
    .selectFrom('orders')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('volume', '=', 1)
    .executeTakeFirstOrThrow();
  return Number(count);
}
