import { type Database, sql } from '../runtime/index.js';
import { type StoredPost, storedPost } from './read.js';
import type { IngestRows } from './tables.js';

/** Where a reader of the latest posts stands. */
export interface RecentPlace {
  receivedAt: number;
  key: string;
}

/**
 * The latest posts that are kept, newest first, a page at a time; what was erased, is deleted or not public is left out, so that a page may hold
 * fewer than asked for. Only the last page has no `next`. Cost: one range of the index `posts_received`.
 * @param since milliseconds since 1970: what was received before is not read. @param before the `next` of the page before.
 */
export async function readRecentPosts(
  db: Database,
  { since, before, limit }: { since: number; before?: RecentPlace; limit: number },
): Promise<{ posts: StoredPost[]; next?: RecentPlace }> {
  let query = db
    .tables<IngestRows>()
    .selectFrom('posts')
    .select(['key', 'body', 'received_at', 'route', 'flags', 'deleted_at'])
    .where('received_at', '>=', since)
    .orderBy('received_at', 'desc')
    .orderBy('key', 'desc')
    .limit(limit);
  if (before) {
    query = query
      .where('received_at', '<=', before.receivedAt)
      .where(sql<boolean>`(received_at < ${before.receivedAt} or key < ${before.key})`);
  }
  const rows = await query.execute();
  const posts = rows.flatMap(row => (row.deleted_at === null ? (storedPost(row) ?? []) : []));
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return { posts, ...(last && { next: { receivedAt: last.received_at, key: last.key } }) };
}
