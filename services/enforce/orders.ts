import { busKey, eventId, type PostFlag } from '../contracts/index.js';
import type { Database } from '../runtime/index.js';
import { type Changes, liftGrounds, requestRemoval } from './request.js';
import type { EnforceRows, GroundRow, RemovalRow } from './tables.js';

/** A post that an order wants gone. */
export interface Ordered {
  platform: string;
  postId: string;
  version: number;
  url: string;
  authorId: string;
  /** The order, as its ground names it. */
  ref: string;
  by: string;
  at: number;
  postedAt: number;
  route: string;
  flags: readonly PostFlag[];
  /** Set where nothing of the order may be disclosed. */
  seal?: string;
  /** The States that the order names; left out: everywhere. */
  territory?: readonly string[] | undefined;
}

/** What is to be committed with the order's own state, and how the removal stands by it. */
export interface OrderedRemoval extends Changes {
  removalId: string;
  /** Set where it was seen to be gone before, and is so still. */
  goneSince?: number;
  /** The platform's word that it is gone is all there is, and was told before. */
  claimed?: true;
}

const readRemoval = (db: Database, item: string): Promise<RemovalRow | undefined> =>
  db.tables<EnforceRows>().selectFrom('removals').selectAll().where('item', '=', item).executeTakeFirst();

/**
 * The removal of a post on the ground of an order, as writes for the commit in which the order says so; it conflicts where somebody decided about the
 * post meanwhile. The ground is of a kind that no person's decision lifts.
 */
export async function removeForOrder(db: Database, { ref, ...asked }: Ordered): Promise<OrderedRemoval> {
  const item = busKey({ platform: asked.platform, id: asked.postId });
  const before = await readRemoval(db, item);
  const { joins, ...changes } = requestRemoval(db, { ...asked, ground: { kind: 'order', ref } }, before);
  return {
    ...changes,
    ...(joins && before?.state === 'gone' && { goneSince: before.ended_at ?? asked.at }),
    ...(joins && before?.state === 'claimed' && { claimed: true }),
  };
}

/**
 * Lifts an order's ground. @returns the writes, and whether the post now comes back, stays down on another ground, or had nothing to come back from
 */
export async function liftForOrder(
  db: Database,
  { platform, postId, ref, by, at }: Pick<Ordered, 'platform' | 'postId' | 'ref' | 'by' | 'at'>,
): Promise<Changes & { comes: 'restoring' | 'stays-down' | 'nothing'; removalId: string }> {
  const item = busKey({ platform, id: postId });
  // In this order: a change of the grounds after the removal was read makes the commit conflict.
  const removal = await readRemoval(db, item);
  const grounds = await db
    .tables<EnforceRows>()
    .selectFrom('grounds')
    .selectAll()
    .where('item', '=', item)
    .where('lifted_at', 'is', null)
    .execute();
  const lifting = (row: GroundRow): boolean => row.kind === 'order' && row.ref === ref;
  const changes = liftGrounds(db, removal, grounds, lifting, by, at);
  const others = grounds.some(row => !lifting(row));
  const never = !removal || removal.wanted === 'public' || (removal.called === 0 && removal.state === 'not-found');
  // What another ground keeps down in fewer States comes back in the others.
  const { comesBack } = changes;
  if (comesBack !== undefined) return { ...changes, comes: 'restoring', removalId: comesBack };
  const removalId = `${eventId(item, 'removal')}/${(removal?.cycle ?? 0) + 1}`;
  return { ...changes, comes: others ? 'stays-down' : never ? 'nothing' : 'restoring', removalId };
}
