import type { Post } from '../../contracts/index.js';
import { ConflictError, isoTime, Problem, type Runtime, sql, type Write } from '../../runtime/index.js';
import { createIds, isId } from './ids.js';
import { type SandboxPost, type SandboxRows, tables } from './tables.js';

export interface ModerationCall {
  action: 'remove' | 'restore';
  key: string;
  fence: number;
}

/** The sandbox's posts in the database. Every change of content puts its version into the feed, in the same commit. */
export interface Store {
  /** @param feeds false: it is published, and somebody else hands it over. */
  create(text: string, author: string, feeds: boolean): Promise<{ id: string; url: string }>;
  /** @throws Problem 404, 410 */
  edit(id: string, text: string): Promise<{ id: string; version: number }>;
  /** @throws Problem 404, 410 */
  delete(id: string): Promise<{ id: string; version: number }>;
  find(id: string): Promise<SandboxPost | undefined>;
  latest(count: number): Promise<SandboxPost[]>;
  /** @throws Problem 404 (no such post), 409 (an older fence, or the key of another call) */
  moderate(id: string, call: ModerationCall): Promise<SandboxPost>;
  urlOf(id: string): string;
}

/** @param changed called after each change that the feed has to hand over. */
export function createStore(
  runtime: Runtime,
  platform: string,
  origin: () => string,
  basePath: string,
  changed: () => void,
): Store {
  const { db, time } = runtime;
  const rows = db.tables<SandboxRows>();
  const nextId = createIds(time);
  const urlOf = (id: string) => `${origin()}${basePath}/posts/${id}`;

  const toFeed = (post: Post): Write =>
    db.insert(tables.feed, [{ platform, seq: nextId(), post: JSON.stringify(post) }]);

  const postOf = (row: SandboxPost, more: Partial<Post>): Post => ({
    id: row.id,
    platform,
    version: row.version,
    url: urlOf(row.id),
    audience: 'public',
    author: { id: row.author },
    createdAt: isoTime(row.changed_at),
    ...more,
  });

  const find = async (id: string): Promise<SandboxPost | undefined> =>
    isId(id)
      ? rows
          .selectFrom('sandbox_posts')
          .selectAll()
          .where('platform', '=', platform)
          .where('id', '=', id)
          .executeTakeFirst()
      : undefined;
  const update = (id: string) =>
    rows.updateTable('sandbox_posts').where('platform', '=', platform).where('id', '=', id);

  async function standing(id: string): Promise<SandboxPost> {
    const post = await find(id);
    if (!post) throw new Problem(404, 'There is no such post.');
    if (post.deleted_at !== null) throw new Problem(410, 'The post was deleted by its author.');
    return post;
  }

  /** Puts a new version in place of the one that was read. */
  async function replace(was: SandboxPost, next: SandboxPost, more: Partial<Post>) {
    const { version, text, changed_at, deleted_at } = next;
    const query = update(was.id).set({ version, text, changed_at, deleted_at }).where('version', '=', was.version);
    await runtime.commit([{ query, atLeast: 1 }, toFeed(postOf(next, more))]);
    changed();
    return { id: was.id, version };
  }

  /** Why a call to moderate changed nothing: done before (then how the post stands), or refused. */
  async function explain(id: string, { action, key, fence }: ModerationCall): Promise<SandboxPost> {
    const known = await rows
      .selectFrom('sandbox_calls')
      .selectAll()
      .where('platform', '=', platform)
      .where('key', '=', key)
      .executeTakeFirst();
    const post = await find(id);
    if (!post) throw new Problem(404, 'There is no such post.');
    if (known && known.post_id === id && known.action === action) return post;
    if (known) throw new Problem(409, 'This idempotency key belongs to another call.');
    if (post.fence > fence)
      throw new Problem(409, `A newer holder of this work has called (fence ${post.fence}, not ${fence}).`);
    throw new ConflictError('the post changed at the same moment');
  }

  return {
    urlOf,
    find,
    async create(text, author, feeds) {
      const now = time.now();
      const row: SandboxPost = {
        platform,
        id: nextId(),
        version: 1,
        text,
        author,
        created_at: now,
        changed_at: now,
        removed_at: null,
        deleted_at: null,
        fence: 0,
      };
      await runtime.commit([db.insert(tables.posts, [row]), ...(feeds ? [toFeed(postOf(row, { text }))] : [])]);
      if (feeds) changed();
      return { id: row.id, url: urlOf(row.id) };
    },
    async edit(id, text) {
      const post = await standing(id);
      if (post.removed_at !== null) throw new Problem(410, 'The post was removed.');
      return replace(post, { ...post, version: post.version + 1, text, changed_at: time.now() }, { text });
    },
    async delete(id) {
      const post = await standing(id);
      const now = time.now();
      const next = { ...post, version: post.version + 1, text: null, changed_at: now, deleted_at: now };
      return replace(post, next, { deletedAt: isoTime(now) });
    },
    latest: count =>
      rows
        .selectFrom('sandbox_posts')
        .selectAll()
        .where('platform', '=', platform)
        .where('removed_at', 'is', null)
        .where('deleted_at', 'is', null)
        .orderBy('id', 'desc')
        .limit(count)
        .execute(),
    async moderate(id, call) {
      const { action, key, fence } = call;
      const now = time.now();
      const query = update(id)
        .set({ removed_at: action === 'remove' ? sql<number>`coalesce(removed_at, ${now})` : null, fence })
        .where('fence', '<=', fence)
        .returningAll();
      try {
        const [, changedRows] = await runtime.commit([
          db.insert(tables.calls, [{ platform, key, post_id: id, action, at: now }]),
          { query, atLeast: 1 },
        ]);
        return changedRows!.rows[0] as unknown as SandboxPost;
      } catch (error) {
        if (error instanceof ConflictError) return explain(id, call);
        throw error;
      }
    },
  };
}
