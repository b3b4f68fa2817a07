import type { Table } from '../../runtime/index.js';

const day = 24 * 3600_000;

/** Backtests: what is asked, how far it is, and what was found so far. */
export const backtestsTable: Table = {
  name: 'backtests',
  columns: {
    id: 'text',
    name: 'text',
    state: 'text',
    /** The draft's text, and its version. */
    policy: 'text',
    version: 'text',
    /** What it is held against: a policy's text; null: what was done. */
    against: 'text?',
    against_version: 'text?',
    /** `Spec`, as JSON. */
    spec: 'text',
    by: 'text',
    created_at: 'bigint',
    started_at: 'bigint?',
    ended_at: 'bigint?',
    /** Posts; of which so many are done, in so many milliseconds of work. */
    total: 'bigint',
    done: 'bigint',
    worked: 'bigint',
    /** `Mark`, as JSON: committed with what it covers. */
    mark: 'text',
    /** Of the process that works on it. */
    fence: 'bigint',
    error: 'text?',
  },
  primaryKey: ['id'],
  indexes: {
    created: { columns: ['created_at'] },
    open: { columns: ['created_at'], where: "state in ('queued', 'running')" },
  },
  retention: { column: 'created_at', keep: 400 * day },
};

/** What would be decided otherwise: an even sample, of every pair of rules. */
export const backtestChangesTable: Table = {
  name: 'backtest_changes',
  columns: { backtest: 'text', key: 'text', kind: 'text', pick: 'double', change: 'text', at: 'bigint' },
  primaryKey: ['backtest', 'key'],
  indexes: { kind: { columns: ['backtest', 'kind', 'pick'] } },
  retention: { column: 'at', keep: 'RETENTION_POSTS' },
};

/** Labelled posts that were sent for a backtest, some at a time; deleted once it has ended. */
export const backtestPostsTable: Table = {
  name: 'backtest_posts',
  columns: { backtest: 'text', n: 'integer', lines: 'text', posts: 'integer', at: 'bigint' },
  primaryKey: ['backtest', 'n'],
  retention: { column: 'at', keep: 7 * day },
};

export const backtestTables = [backtestsTable, backtestChangesTable, backtestPostsTable] as const;

export type State = 'awaiting-posts' | 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

export interface BacktestRow {
  id: string;
  name: string;
  state: State;
  policy: string;
  version: string;
  against: string | null;
  against_version: string | null;
  spec: string;
  by: string;
  created_at: number;
  started_at: number | null;
  ended_at: number | null;
  total: number;
  done: number;
  worked: number;
  mark: string;
  fence: number;
  error: string | null;
}

export interface ChangeRow {
  backtest: string;
  key: string;
  kind: string;
  pick: number;
  change: string;
  at: number;
}

export interface PostsRow {
  backtest: string;
  n: number;
  lines: string;
  posts: number;
  at: number;
}

export interface BacktestRows {
  backtests: BacktestRow;
  backtest_changes: ChangeRow;
  backtest_posts: PostsRow;
}
