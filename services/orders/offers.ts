import { busKey, eventId, type PostBanked, type PostUnbanked } from '../contracts/index.js';
import type { Outgoing } from '../runtime/index.js';
import type { Item, ItemPhase, OrderState } from './machine/index.js';

/** The bank that what orders take down is offered to. Its entries are unconfirmed: by the policy that comes with the program a copy goes to review, and no more. */
const bank = 'removal-orders';

const down: readonly (ItemPhase | undefined)[] = ['removing', 'gone'];

/**
 * Copies elsewhere: what an order takes down is offered as known content that nobody here has confirmed, and taken back where it does not go, or comes back. It is
 * offered when its removal is asked for, since the platform's own deletion erases it here. Under non-disclosure nothing is offered: a case about a copy would tell of the order.
 */
export function offersOf(state: OrderState, was: Item | undefined, is: Item, at: number): Outgoing[] {
  const { id: offeredBy, instrument, sealedUntil, unsealed, seq } = state;
  const { target } = is;
  if (instrument !== 'tco' || !target?.public || (sealedUntil !== undefined && !unsealed)) return [];
  const { platform, postId, version } = target;
  const tell = (type: string, data: PostBanked | PostUnbanked): Outgoing => ({
    topic: 'decisions',
    event: {
      id: eventId(`${offeredBy}/${is.n}/${seq}`, type),
      type,
      source: '/orders',
      time: at,
      key: busKey({ platform, id: postId }),
      data,
    },
  });
  const common = { platform, postId, caseId: '', by: 'orders', at, offeredBy };
  if (down.includes(is.phase) && !down.includes(was?.phase))
    return [tell('post.banked.v1', { ...common, version, bank })];
  if (!down.includes(is.phase) && down.includes(was?.phase)) return [tell('post.unbanked.v1', common)];
  return [];
}
