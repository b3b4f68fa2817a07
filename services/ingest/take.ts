import {
  busKey,
  type Event,
  eventId,
  type Post,
  type PostFlag,
  type PostReceived,
  postReceived,
  toLedger,
  versionKey,
} from '../contracts/index.js';
import { connectorsOf } from '../platforms/index.js';
import { ConflictError, type Outgoing, type Runtime, UnavailableError, type Write } from '../runtime/index.js';
import { contentHash, receiptOf } from './canonical.js';
import { eraseEarlier, eraseLate } from './erase.js';
import { type IngestRows, type PostRow, postsTable } from './tables.js';

/** What became of one post: its receipt, or why it was refused. */
export type Taken = { receipt: string; known: boolean } | { conflict: string };

export interface Intake {
  taken: Taken[];
  writes: Write[];
  events: Outgoing[];
}

/** Times before this can't be true of a post on the web. */
const year2000 = Date.UTC(2000, 0, 1);
/** A platform's clock may be this much ahead. */
const tolerated = 60_000;
/** Every conflict means that somebody else's post was taken in meanwhile; so many in a row are a sign of trouble. */
const mostConflicts = 50;

/** What is kept of a post: all of a public one; of a deleted one who wrote it where; of others nothing but the key (promise 6). */
function keptOf(post: Post): string | null {
  if (post.audience !== 'public') return null;
  if (!post.deletedAt) return JSON.stringify(post);
  const { id, platform, version, url, audience, author, createdAt, deletedAt } = post;
  return JSON.stringify({ id, platform, version, url, audience, author, createdAt, deletedAt });
}

function flagsOf(post: Post, now: number, backfill: boolean, probe: boolean): PostFlag[] {
  const created = Date.parse(post.createdAt);
  const flags: PostFlag[] = [];
  if (created > now + tolerated) flags.push('created-in-future');
  if (created < year2000) flags.push('created-before-2000');
  if (backfill) flags.push('backfill');
  if (post.audience !== 'public') flags.push('not-public');
  if (probe) flags.push('probe');
  return flags;
}

/** A post as it is kept. */
function rowOf(
  post: Post,
  key: string,
  hash: string,
  now: number,
  { route, backfill = false }: Arrival,
  probe: boolean,
): PostRow {
  const isPublic = post.audience === 'public';
  return {
    key,
    item: busKey(post),
    version: post.version,
    hash,
    body: keptOf(post),
    route,
    flags: JSON.stringify(flagsOf(post, now, backfill, probe)),
    created_at: isPublic ? Date.parse(post.createdAt) : now,
    received_at: now,
    deleted_at: isPublic && post.deletedAt ? Date.parse(post.deletedAt) : null,
    erases: !isPublic || post.deletedAt ? 1 : 0,
  };
}

/** How posts came in. */
export interface Arrival {
  /** Which door: `api`, `kafka`, or a connector's name. */
  route: string;
  /** Older posts, sent to be looked through: they count in no figure. */
  backfill?: boolean;
  /** The sender's trace (W3C Trace Context), carried on with what follows from the post. */
  traceparent?: string | undefined;
}

/** Tells classify that it came in. */
function received({ platform, id }: Post, row: PostRow, traceparent: string | undefined): Outgoing {
  const data: PostReceived = {
    platform,
    id,
    version: row.version,
    createdAt: row.created_at,
    receivedAt: row.received_at,
    route: row.route,
    flags: JSON.parse(row.flags),
  };
  const event: Event = {
    id: eventId(row.key, 'ingest'),
    type: postReceived.type,
    source: '/ingest',
    time: row.received_at,
    key: row.item,
    data,
    ...(traceparent && { traceparent }),
  };
  return { topic: 'posts', event };
}

/** Tells the ledger that the text of a post was erased; it enters that where it entered something of the post. */
function erased({ platform, id, audience }: Post, row: PostRow): Outgoing {
  const detail = {
    platform,
    postId: id,
    version: row.version,
    because: audience === 'public' ? 'deleted' : 'not public',
  };
  return toLedger({ kind: 'data.erased', at: row.received_at, detail, item: row.item }, '/ingest', row.key);
}

/**
 * Decides what to commit for a batch: new versions are kept and announced, known ones get the receipt they had, other content under a known
 * key is refused. Where another process takes one of them at the same moment, the commit conflicts: call it again.
 * @throws UnavailableError where the record can't be read.
 */
export async function planIntake(runtime: Runtime, posts: readonly Post[], arrival: Arrival): Promise<Intake> {
  const { db, time } = runtime;
  const { connectors } = connectorsOf(runtime);
  const keys = posts.map(versionKey);
  const known = await db
    .tables<IngestRows>()
    .selectFrom('posts')
    .select(['key', 'hash'])
    .where('key', 'in', db.among(keys))
    .execute();
  const hashes = new Map(known.map(row => [row.key, row.hash]));
  const now = time.now();
  const fresh: PostRow[] = [];
  const events: Outgoing[] = [];
  const taken = posts.map((post, i): Taken => {
    const key = keys[i] ?? '';
    const hash = contentHash(post);
    const before = hashes.get(key);
    if (before === hash) return { receipt: receiptOf(key, hash), known: true };
    if (before !== undefined) {
      return {
        conflict: `Version ${post.version} of this post was taken in with other content. Send changed content as a new version.`,
      };
    }
    hashes.set(key, hash);
    const { hidden, probe } = connectors.get(post.platform) ?? {};
    const row = rowOf(post, key, hash, now, arrival, hidden === true || probe?.account === post.author.id);
    fresh.push(row);
    events.push(received(post, row, arrival.traceparent), ...(row.erases ? [erased(post, row)] : []));
    return { receipt: receiptOf(key, hash), known: false };
  });
  if (fresh.length === 0) return { taken, writes: [], events };
  const inserted = db.insert(postsTable, fresh);
  return { taken, writes: [...eraseEarlier(db, fresh), inserted, ...eraseLate(db, fresh)], events };
}

/**
 * Takes posts in; resolves once they are durable.
 * @throws UnavailableError: then nothing is acknowledged.
 */
export async function takePosts(runtime: Runtime, posts: readonly Post[], arrival: Arrival): Promise<Taken[]> {
  for (let conflicts = 0; conflicts < mostConflicts; conflicts++) {
    const { taken, writes, events } = await planIntake(runtime, posts, arrival);
    try {
      if (writes.length > 0) await runtime.commit(writes, events);
      return taken;
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
  throw new UnavailableError('the same posts are being taken in by too many at once');
}
