import { busKey, eventId, type Ground, type PostFlag } from '../contracts/index.js';
import type { Database, Outgoing, Write } from '../runtime/index.js';
import { due, fact } from './facts.js';
import { type EnforceRows, type GroundRow, groundsTable, type RemovalRow, removalsTable } from './tables.js';

/** Somebody or something wants an item gone, on a ground. */
export interface RemovalRequest {
  platform: string;
  postId: string;
  version: number;
  ground: Ground;
  by: string;
  at: number;
  /** When it was published, or received where what the platform said can't be true. */
  postedAt: number;
  route: string;
  flags: readonly PostFlag[];
}

export interface Changes {
  writes: Write[];
  events: Outgoing[];
}

export const emptyChanges = (): Changes => ({ writes: [], events: [] });

/** The write that puts a row of removals where it was read, or conflicts. */
export function moveRemoval(db: Database, row: RemovalRow, change: Partial<RemovalRow>): Write {
  return {
    query: db
      .tables<EnforceRows>()
      .updateTable('removals')
      .set(change)
      .where('id', '=', row.id)
      .where('cycle', '=', row.cycle)
      .where('version', '=', row.version)
      .where('wanted', '=', row.wanted)
      .where('state', '=', row.state),
    atLeast: 1,
  };
}

/**
 * What follows from a request to remove. `before` is the item's row, where it has one. A request for what is already being removed, or is gone
 * in that version, adds its ground and nothing else.
 */
export function requestRemoval(db: Database, request: RemovalRequest, before: RemovalRow | undefined): Changes {
  const { platform, postId, version, ground, at } = request;
  const item = busKey({ platform, id: postId });
  const groundRow: GroundRow = {
    item,
    ...ground,
    added_at: at,
    added_by: request.by,
    lifted_at: null,
    lifted_by: null,
  };
  const writes: Write[] = [db.insert(groundsTable, [groundRow], { onConflict: 'replace' })];
  const underWay = before?.wanted === 'gone' && (before.state === 'pending' || before.version >= version) && before.state !== 'not-found';
  if (before && underWay) {
    if (version > before.version) writes.push(moveRemoval(db, before, { version }));
    return { writes, events: [] };
  }
  const cycle = (before?.cycle ?? 0) + 1;
  const id = eventId(item, 'removal');
  const row: Omit<RemovalRow, 'fence'> = {
    id,
    item,
    platform,
    post_id: postId,
    version,
    cycle,
    wanted: 'gone',
    state: 'pending',
    route: request.route,
    flags: JSON.stringify(request.flags),
    posted_at: request.postedAt,
    requested_at: at,
    seen_at: null,
    called_at: null,
    accepted_at: null,
    ended_at: null,
    escalated_at: null,
    round: before ? before.round + 1 : 0,
    attempts: 0,
    watch: 0,
    detail: '',
    next_at: at,
    owner: null,
    lease_until: 0,
  };
  writes.push(before ? moveRemoval(db, before, row) : db.insert(removalsTable, [{ ...row, fence: 0 }]));
  const cause = `${id}/${cycle}`;
  const data = {
    platform,
    postId,
    version,
    removalId: cause,
    ground,
    at,
    postedAt: request.postedAt,
    route: request.route,
    flags: [...request.flags],
  };
  return { writes, events: [fact({ type: 'removal.requested.v1', data }, item, cause), due(id, cause, at)] };
}

/**
 * What follows when the last ground is lifted: an item that is down, or on its way down, is brought back; one whose removal was never called for needs no
 * call but is looked at all the same.
 */
export function requestRestore(db: Database, row: RemovalRow, at: number): Changes {
  if (row.wanted === 'public') return emptyChanges();
  const cycle = row.cycle + 1;
  const cause = `${row.id}/${cycle}`;
  const writes = [
    moveRemoval(db, row, {
      wanted: 'public',
      state: 'pending',
      cycle,
      round: row.round + 1,
      attempts: 0,
      requested_at: at,
      called_at: null,
      accepted_at: null,
      ended_at: null,
      escalated_at: null,
      detail: '',
      next_at: at,
      // Whoever works on it now finds that it changed; nobody has to wait for that lease to run out.
      owner: null,
      lease_until: 0,
    }),
  ];
  const events = [due(row.id, cause, at)];
  // The removal that was still under way ends without a figure.
  if (row.state === 'pending') events.push(ended(row, at, 'cancelled', ''));
  return { writes, events };
}

/** The fact that a removal or a restoration ended. */
export function ended(row: RemovalRow, at: number, outcome: 'gone' | 'not-found' | 'claimed' | 'restored' | 'cancelled', vantage: string): Outgoing {
  const { platform, post_id: postId, version } = row;
  const removalId = `${row.id}/${row.cycle}`;
  const data = { platform, postId, version, removalId, at, outcome, vantage };
  return fact({ type: 'removal.ended.v1', data }, row.item, `${removalId}/${row.watch}/${outcome}/${at}`);
}
