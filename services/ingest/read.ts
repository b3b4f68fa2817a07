import { busKey, type Post, type PostFlag, type PostKey, versionKey } from '../contracts/index.js';
import type { Database } from '../runtime/index.js';
import type { IngestRows, PostRow } from './tables.js';

/** The view that other services have of the posts. */
export interface StoredPost {
  post: Post;
  receivedAt: number;
  route: string;
  flags: PostFlag[];
}

/** A row as others see it; undefined where it was erased. */
export const storedPost = (row: Pick<PostRow, 'body' | 'received_at' | 'route' | 'flags'>): StoredPost | undefined =>
  row.body
    ? { post: JSON.parse(row.body), receivedAt: row.received_at, route: row.route, flags: JSON.parse(row.flags) }
    : undefined;

/** The posts of these keys, in their order; undefined where erased or unknown. */
export async function readPosts(db: Database, keys: readonly PostKey[]): Promise<(StoredPost | undefined)[]> {
  const names = keys.map(versionKey);
  const rows = await db
    .tables<IngestRows>()
    .selectFrom('posts')
    .select(['key', 'body', 'received_at', 'route', 'flags'])
    .where('key', 'in', db.among(names))
    .execute();
  const found = new Map(rows.map(row => [row.key, row]));
  return names.map(name => {
    const row = found.get(name);
    return row && storedPost(row);
  });
}

/** The newest version of each item that was taken in, by `busKey`, and whether that version deletes it. */
export async function latestVersions(
  db: Database,
  items: readonly { platform: string; id: string }[],
): Promise<Map<string, { version: number; deleted: boolean }>> {
  const rows = await db
    .tables<IngestRows>()
    .selectFrom('posts')
    .select(['item', 'version', 'deleted_at'])
    .where('item', 'in', db.among(items.map(busKey)))
    .execute();
  const latest = new Map<string, { version: number; deleted: boolean }>();
  for (const { item, version, deleted_at } of rows) {
    if (version > (latest.get(item)?.version ?? 0)) latest.set(item, { version, deleted: deleted_at !== null });
  }
  return latest;
}

/** All versions of one item, oldest first. */
export async function readVersions(
  db: Database,
  platform: string,
  id: string,
): Promise<(StoredPost | { version: number; erased: true; receivedAt: number })[]> {
  const rows = await db
    .tables<IngestRows>()
    .selectFrom('posts')
    .selectAll()
    .where('item', '=', busKey({ platform, id }))
    .orderBy('version')
    .execute();
  return rows.map(
    row => storedPost(row) ?? { version: row.version, erased: true as const, receivedAt: row.received_at },
  );
}
