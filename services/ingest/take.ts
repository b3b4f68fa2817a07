import { busKey, type Event, eventId, type Post, type PostFlag, type PostReceived, postReceived } from '../contracts/index.js';
import { ConflictError, type Outgoing, type Runtime, type Write } from '../runtime/index.js';
import { contentHash, receiptOf, versionKey } from './canonical.js';
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

/** Anything but the key is left out of posts that are not public: of them nothing is kept (promise 6). */
function withoutContent({ id, platform, version, url, audience, author, createdAt, deletedAt }: Post): Post {
  return { id, platform, version, url, audience, author, createdAt, ...(deletedAt ? { deletedAt } : {}) };
}

export function flagsOf(post: Post, now: number, backfill: boolean): PostFlag[] {
  const created = Date.parse(post.createdAt);
  const flags: PostFlag[] = [];
  if (created > now + tolerated) flags.push('created-in-future');
  if (created < year2000) flags.push('created-before-2000');
  if (backfill) flags.push('backfill');
  if (post.audience !== 'public') flags.push('not-public');
  return flags;
}

/**
 * Decides what to commit for a batch: new versions are kept and announced, known ones get the receipt they had, other content under a known
 * key is refused. Where another process takes one of them at the same moment, the commit conflicts: call it again.
 */
export async function planIntake(runtime: Runtime, posts: readonly Post[], route: string, backfill = false): Promise<Intake> {
  const { db, time } = runtime;
  const keys = posts.map(versionKey);
  const rows = db.tables<IngestRows>();
  const known = await rows.selectFrom('posts').select(['key', 'hash']).where('key', 'in', db.among(keys)).execute();
  const hashes = new Map(known.map(row => [row.key, row.hash]));
  const now = time.now();
  const fresh: PostRow[] = [];
  const events: Outgoing[] = [];
  const erase: { item: string; version: number }[] = [];
  const taken = posts.map((post, i): Taken => {
    const key = keys[i] ?? '';
    const hash = contentHash(post);
    const before = hashes.get(key);
    if (before !== undefined) {
      if (before === hash) return { receipt: receiptOf(key, hash), known: true };
      return { conflict: `Version ${post.version} of this post was taken in with other content. Send changed content as a new version.` };
    }
    hashes.set(key, hash);
    const flags = flagsOf(post, now, backfill);
    const kept = post.audience === 'public' && !post.deletedAt ? post : withoutContent(post);
    const item = busKey(post);
    if (kept !== post) erase.push({ item, version: post.version });
    const createdAt = Date.parse(post.createdAt);
    fresh.push({
      key,
      item,
      version: post.version,
      hash,
      body: JSON.stringify(kept),
      route,
      flags: JSON.stringify(flags),
      created_at: createdAt,
      received_at: now,
      deleted_at: post.deletedAt ? Date.parse(post.deletedAt) : null,
    });
    const { platform, id, version } = post;
    const data: PostReceived = { platform, id, version, createdAt, receivedAt: now, route, flags };
    const event: Event = { id: eventId(key, 'ingest'), type: postReceived.type, source: '/ingest', time: now, key: item, data };
    events.push({ topic: 'posts', event });
    return { receipt: receiptOf(key, hash), known: false };
  });
  const writes: Write[] = fresh.length > 0 ? [db.insert(postsTable, fresh)] : [];
  // A deletion, or an audience that is public no more, erases what earlier versions said.
  for (const { item, version } of erase) {
    writes.push({ query: rows.updateTable('posts').set({ body: null }).where('item', '=', item).where('version', '<', version) });
  }
  return { taken, writes, events };
}

/** Takes posts in; resolves once they are durable. @throws UnavailableError: then nothing is acknowledged. */
export async function takePosts(runtime: Runtime, posts: readonly Post[], route: string, backfill = false): Promise<Taken[]> {
  for (let tries = 0; ; tries++) {
    const { taken, writes, events } = await planIntake(runtime, posts, route, backfill);
    try {
      if (writes.length > 0) await runtime.commit(writes, events);
      return taken;
    } catch (error) {
      if (!(error instanceof ConflictError) || tries === 5) throw error;
    }
  }
}

