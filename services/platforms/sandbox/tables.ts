import type { Table } from '../../runtime/index.js';

const month = 30 * 24 * 3_600_000;

/** A post as it stands now; removed ones keep their text, so that they can be restored, deleted ones don't. */
export interface SandboxPost {
  platform: string;
  id: string;
  version: number;
  text: string | null;
  author: string;
  created_at: number;
  /** When this version was written. */
  changed_at: number;
  removed_at: number | null;
  deleted_at: number | null;
  /** Of the newest call that moderated it: a call with an older one changes nothing. */
  fence: number;
}

const posts: Table = {
  name: 'sandbox_posts',
  columns: {
    platform: 'text',
    id: 'text',
    version: 'integer',
    text: 'text?',
    author: 'text',
    created_at: 'bigint',
    changed_at: 'bigint',
    removed_at: 'bigint?',
    deleted_at: 'bigint?',
    fence: 'bigint',
  },
  primaryKey: ['platform', 'id'],
  indexes: {
    created: { columns: ['created_at'] },
    public: { columns: ['platform', 'id'], where: 'removed_at is null and deleted_at is null' },
  },
  retention: { column: 'created_at', keep: 'RETENTION_POSTS' },
};

/** Versions that the feed has still to hand over, in order; a row goes once its post was taken. */
export interface FeedRow {
  platform: string;
  seq: string;
  /** The post as JSON: the same bytes however often it is handed over. */
  post: string;
}

const feed: Table = {
  name: 'sandbox_feed',
  columns: { platform: 'text', seq: 'text', post: 'text' },
  primaryKey: ['platform', 'seq'],
};

/** Calls to moderate, by idempotency key: the same key has one effect. */
export interface CallRow {
  platform: string;
  key: string;
  post_id: string;
  action: 'remove' | 'restore';
  at: number;
}

const calls: Table = {
  name: 'sandbox_calls',
  columns: { platform: 'text', key: 'text', post_id: 'text', action: 'text', at: 'bigint' },
  primaryKey: ['platform', 'key'],
  retention: { column: 'at', keep: month },
};

/** What all processes of an installation know and nobody else does. */
const secrets: Table = {
  name: 'sandbox_secrets',
  columns: { name: 'text', value: 'text' },
  primaryKey: ['name'],
};

export const sandboxTables: Table[] = [posts, feed, calls, secrets];
export const tables = { posts, feed, calls, secrets };

export interface SandboxRows {
  sandbox_posts: SandboxPost;
  sandbox_feed: FeedRow;
  sandbox_calls: CallRow;
  sandbox_secrets: { name: string; value: string };
}
