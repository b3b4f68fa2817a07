import type { Table } from '../../runtime/index.js';

/** The posts that can be searched, numbered in the order in which they came: the newest version of each. Their words: words.ts. */
export const indexTable: Table = {
  name: 'post_index',
  columns: { n: 'bigint', item: 'text', version: 'integer', key: 'text', received_at: 'bigint' },
  primaryKey: ['n'],
  indexes: { item: { columns: ['item', 'version'] } },
  retention: { column: 'received_at', keep: 'RETENTION_POSTS' },
};

/** What posts are found by beside their words: author, links, hashes of media, the post that they answer. */
export const markTable: Table = {
  name: 'post_marks',
  columns: { mark: 'text', n: 'bigint', received_at: 'bigint' },
  primaryKey: ['mark', 'n'],
  indexes: { n: { columns: ['n'] } },
  retention: { column: 'received_at', keep: 'RETENTION_POSTS' },
};

/** How far the index is: one row. */
export const stateTable: Table = {
  name: 'search_state',
  columns: {
    id: 'integer',
    /** Indexed up to here, in the order of reception. */
    at: 'bigint',
    key: 'text',
    /** Up to here it was looked at again whether something was committed late. */
    late: 'bigint',
    next: 'bigint',
  },
  primaryKey: ['id'],
};

export const searchTables = [indexTable, markTable, stateTable] as const;

export interface IndexRow {
  n: number;
  item: string;
  version: number;
  key: string;
  received_at: number;
}
export interface MarkRow {
  mark: string;
  n: number;
  received_at: number;
}
interface StateRow {
  id: number;
  at: number;
  key: string;
  late: number;
  next: number;
}
export interface SearchRows {
  post_index: IndexRow;
  post_marks: MarkRow;
  search_state: StateRow;
}
