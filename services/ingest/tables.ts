import type { Table } from '../runtime/index.js';

/** Every version of every post that was taken in, and the only place where its text is. */
export const postsTable: Table = {
  name: 'posts',
  columns: {
    /** `versionKey(post)`. */
    key: 'text',
    /** `busKey(post)`: the item, all versions. */
    item: 'text',
    version: 'integer',
    /** SHA-256 of the canonical JSON: the same key with another hash is refused. */
    hash: 'text',
    /** The post as JSON; null once erased, and for what is not public. */
    body: 'text?',
    route: 'text',
    flags: 'text',
    created_at: 'bigint',
    received_at: 'bigint',
    deleted_at: 'bigint?',
    /** 1: it tells of a deletion, or is not public: what earlier versions said is erased, whenever they come. */
    erases: 'integer',
  },
  primaryKey: ['key'],
  indexes: { item: { columns: ['item', 'version'] }, received: { columns: ['received_at'] } },
  retention: { column: 'received_at', keep: 'RETENTION_POSTS' },
};

export interface PostRow {
  key: string;
  item: string;
  version: number;
  hash: string;
  body: string | null;
  route: string;
  flags: string;
  created_at: number;
  received_at: number;
  deleted_at: number | null;
  erases: 0 | 1;
}

export interface IngestRows {
  posts: PostRow;
}
