import { busKey, type Post, versionKey } from '../contracts/index.js';
import type { Database, Write } from '../runtime/index.js';
import { contentHash } from './canonical.js';
import { type IngestRows, type PostRow, postsTable } from './tables.js';

/** The write that keeps a post nobody published, for a case that only tests: nothing is told of it, so nothing follows from it. */
export function plantPost(db: Database, post: Post, receivedAt: number, route: string): Write {
  const row: PostRow = {
    key: versionKey(post),
    item: busKey(post),
    version: post.version,
    hash: contentHash(post),
    body: JSON.stringify(post),
    route,
    flags: '[]',
    created_at: Date.parse(post.createdAt),
    received_at: receivedAt,
    deleted_at: null,
    erases: 0,
  };
  return db.insert(postsTable, [row]);
}

/** The write that takes it away again. */
export const unplantPost = (db: Database, post: { platform: string; id: string; version: number }): Write => ({
  query: db.tables<IngestRows>().deleteFrom('posts').where('key', '=', versionKey(post)),
});
