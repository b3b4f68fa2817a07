import { busKey, eventId, type Ground, type Outcome, type PostFlag } from '../contracts/index.js';
import type { Database, Outgoing, Write } from '../runtime/index.js';
import { due, fact } from './facts.js';
import { narrowed, narrowingId, narrowingOf } from './narrow.js';
import { type EnforceRows, type GroundRow, groundsTable, type RemovalRow, removalsTable } from './tables.js';
import { covers, joined } from './territory.js';

/** Somebody or something wants an item gone, on a ground. */
export interface RemovalRequest {
  platform: string;
  postId: string;
  version: number;
  url: string;
  authorId: string;
  ground: Ground;
  by: string;
  at: number;
  /** When it was published, or received where what the platform said can't be true. */
  postedAt: number;
  route: string;
  flags: readonly PostFlag[];
  language?: string | undefined;
  /** An order under non-disclosure that asks for it. */
  seal?: string | undefined;
  /** ISO 3166 codes of the States where it is to be gone; left out: everywhere. */
  territory?: readonly string[] | undefined;
}

export interface Changes {
  writes: Write[];
  events: Outgoing[];
  /** Where it comes back in some States: under which name that is told (`removalId`). */
  comesBack?: string;
}

/** What a request leads to. */
export interface Requested extends Changes {
  /** The removal, and which turn of it: as its evidence names it. */
  removalId: string;
  /** One ground more for what is under way or gone already, and nothing else. */
  joins: boolean;
}

export const emptyChanges = (): Changes => ({ writes: [], events: [] });

/**
 * The write that changes a row of removals as it was read, or conflicts. Whoever only adds or lifts a ground makes an empty one: two who decide at
 * the same moment on what they read before could otherwise leave content up with a ground in force, or down without one.
 */
function moveRemoval(db: Database, row: RemovalRow, change: Partial<RemovalRow> = {}): Write {
  return {
    query: db
      .tables<EnforceRows>()
      .updateTable('removals')
      .set({ ...change, revision: row.revision + 1 })
      .where('id', '=', row.id)
      .where('revision', '=', row.revision)
      .where('state', '=', row.state)
      // Whoever works on it may be about to call: what was never called for must be so still.
      .where('called', '=', row.called),
    atLeast: 1,
  };
}

/** Whoever works on the row now finds that it changed, and nobody has to wait for that lease to run out. */
const afresh = { attempts: 0, accepted_at: null, detail: '', owner: null, lease_until: 0 } as const;

/** What follows from a request to remove. `before` is the item's row, where it has one. */
export function requestRemoval(db: Database, request: RemovalRequest, before: RemovalRow | undefined): Requested {
  const { ground, at } = request;
  const item = busKey({ platform: request.platform, id: request.postId });
  const row: GroundRow = {
    item,
    ...ground,
    added_at: at,
    added_by: request.by,
    lifted_at: null,
    lifted_by: null,
    territory: request.territory ? JSON.stringify([...request.territory].sort()) : null,
  };
  const added = db.insert(groundsTable, [row], { onConflict: 'replace' });
  const { writes, ...rest } = carry(db, request, item, before);
  return { writes: [added, ...writes], ...rest };
}

function carry(db: Database, request: RemovalRequest, item: string, before: RemovalRow | undefined): Requested {
  const underWay = before?.wanted === 'gone' && before.state !== 'not-found';
  // It is being removed in this version, or is gone: one ground more, and nothing else.
  if (underWay && before.version >= request.version && covers(before.territory, request.territory))
    return { writes: [moveRemoval(db, before)], events: [], removalId: `${before.id}/${before.cycle}`, joins: true };
  // Not gone yet, and there is a newer version: that one is to go, under the clock that runs already.
  if (underWay && before.state !== 'gone') return follow(db, request, before);
  // Gone in less than is asked for now: the rest is another removal, with a clock of its own.
  return begin(db, request, item, before);
}

function follow(db: Database, request: RemovalRequest, before: RemovalRow): Requested {
  const { url, authorId, at, territory } = request;
  const version = Math.max(request.version, before.version);
  // What was to come back in some States is to be gone there again.
  const undone = covers(before.territory, territory) ? undefined : narrowingOf(before);
  const change: Partial<RemovalRow> = {
    ...afresh,
    version,
    territory: joined(before.territory, territory),
    url,
    author_id: authorId,
    state: 'pending',
    round: before.round + 1,
    ended_at: null,
    next_at: at,
    ...(undone ? { narrowing: null } : {}),
  };
  const removalId = `${before.id}/${before.cycle}`;
  return {
    writes: [moveRemoval(db, before, change)],
    events: [
      due(before.id, before.platform, `${removalId}/${before.round + 1}/${version}`, at),
      ...(undone ? [narrowingEnded(before, undone.id, at, 'cancelled', '')] : []),
    ],
    removalId,
    joins: false,
  };
}

function begin(db: Database, request: RemovalRequest, item: string, before: RemovalRow | undefined): Requested {
  const { platform, postId, version, url, authorId, ground, at, postedAt, route, flags } = request;
  const cycle = (before?.cycle ?? 0) + 1;
  const id = eventId(item, 'removal');
  const held = before?.wanted === 'gone' ? before : undefined;
  // It was seen before it went, in some States or until it is brought back: it may not be seen any more, and is called for all the same.
  const wider = held?.state === 'gone' && !covers(held.territory, request.territory);
  const comingBack = before?.wanted === 'public' && before.state === 'pending';
  const seenBefore = before && (wider || comingBack) ? before.seen_at : null;
  const row: Omit<RemovalRow, 'fence'> = {
    ...afresh,
    id,
    item,
    platform,
    post_id: postId,
    version,
    url,
    author_id: authorId,
    cycle,
    revision: 1,
    wanted: 'gone',
    state: 'pending',
    route,
    flags: JSON.stringify(flags),
    posted_at: postedAt,
    requested_at: at,
    pending_since: at,
    seen_at: seenBefore,
    called_at: null,
    called: before?.called ?? 0,
    ended_at: null,
    escalated_at: null,
    round: before ? before.round + 1 : 0,
    watch: 0,
    next_at: at,
    territory: joined(held ? held.territory : '[]', request.territory),
    held: null,
    // Of a removal that was asked for on another ground before, the order is no cause.
    seal: request.seal ?? null,
    narrowing: null,
  };
  const removalId = `${id}/${cycle}`;
  const told = { platform, postId, version, removalId, ground, at, postedAt, route, flags: [...flags] };
  const data = { ...told, ...(request.language && { language: request.language }), ...sealOf(row) };
  return {
    writes: [before ? moveRemoval(db, before, row) : db.insert(removalsTable, [{ ...row, fence: 0 }])],
    events: [fact({ type: 'removal.requested.v1', data }, item, removalId), due(id, platform, removalId, at)],
    removalId,
    joins: false,
  };
}

/**
 * Lifts grounds that are in force. Where none is left, the item is brought back: one whose removal was never called for is only looked at, and
 * one that was never there is left alone.
 * @param inForce all grounds in force, read after `removal` was
 */
export function liftGrounds(
  db: Database,
  removal: RemovalRow | undefined,
  inForce: readonly GroundRow[],
  lifting: (ground: GroundRow) => boolean,
  by: string,
  at: number,
): Changes {
  const lifted = inForce.filter(lifting);
  if (!removal || lifted.length === 0) return emptyChanges();
  const rows = db.tables<EnforceRows>();
  const writes: Write[] = lifted.map(({ item, kind, ref }) => ({
    query: rows
      .updateTable('grounds')
      .set({ lifted_at: at, lifted_by: by })
      .where('item', '=', item)
      .where('kind', '=', kind)
      .where('ref', '=', ref),
  }));
  if (lifted.length < inForce.length) {
    const left = inForce.filter(ground => !lifting(ground));
    const change = narrowed(removal, left, at);
    const move = moveRemoval(db, removal, change && { ...afresh, ...change });
    const { id, platform } = removal;
    const begins =
      change?.next_at === at ? [due(id, platform, `${id}/${removal.cycle}/${change.round}/narrowed`, at)] : [];
    const comesBack = narrowingId(change);
    return { writes: [...writes, move], events: begins, ...(comesBack === undefined ? {} : { comesBack }) };
  }
  const back = bringBack(db, removal, at);
  return { writes: [...writes, ...back.writes], events: back.events };
}

function bringBack(db: Database, row: RemovalRow, at: number): Changes {
  if (row.wanted === 'public') return { writes: [moveRemoval(db, row)], events: [] };
  const never = row.called === 0;
  const nothing = never && row.state === 'not-found';
  const cycle = row.cycle + 1;
  const change: Partial<RemovalRow> = {
    ...afresh,
    wanted: 'public',
    state: nothing ? 'not-found' : 'pending',
    cycle,
    round: row.round + 1,
    requested_at: at,
    pending_since: at,
    called_at: null,
    // Nothing was asked of the platform, so nothing has to be taken back; if it can't be read all the same, it is called for.
    accepted_at: never ? at : null,
    ended_at: nothing ? at : null,
    escalated_at: null,
    watch: 0,
    next_at: nothing ? null : at,
    narrowing: null,
  };
  const events = nothing ? [] : [due(row.id, row.platform, `${row.id}/${cycle}`, at)];
  // The removal's clock is still running: it ends without a figure.
  const narrowing = narrowingOf(row);
  const stood = narrowing?.was ?? row.state;
  if (stood === 'pending' || stood === 'claimed') events.push(ended(row, at, 'cancelled', ''));
  // All of it comes back now, which is told by the restoration.
  if (narrowing) events.push(narrowingEnded(row, narrowing.id, at, 'cancelled', ''));
  return { writes: [moveRemoval(db, row, change)], events };
}

/** What a fact about a removal says of the order whose secrecy it shares. */
export const sealOf = ({ seal }: Pick<RemovalRow, 'seal'>): { seal?: string } => (seal === null ? {} : { seal });

/** The fact that a narrowing ended: what was gone elsewhere can be read there again (`restored`), or only the platform says so (`claimed`). */
export function narrowingEnded(
  row: RemovalRow,
  removalId: string,
  at: number,
  outcome: Outcome,
  vantage: string,
): Outgoing {
  const { platform, post_id: postId, version } = row;
  const data = { platform, postId, version, removalId, at, outcome, vantage, ...sealOf(row) };
  return fact({ type: 'removal.ended.v1', data }, row.item, `${removalId}/${outcome}/${at}`);
}

/** The fact that a removal or a restoration ended. */
export function ended(row: RemovalRow, at: number, outcome: Outcome, vantage: string): Outgoing {
  const { platform, post_id: postId, version } = row;
  const removalId = `${row.id}/${row.cycle}`;
  const data = { platform, postId, version, removalId, at, outcome, vantage, ...sealOf(row) };
  return fact({ type: 'removal.ended.v1', data }, row.item, `${removalId}/${row.watch}/${outcome}/${at}`);
}
