import type { Table } from '../runtime/index.js';

const day = 24 * 3600_000;

/** One row a clock: what it stands on (`history`), and what follows from it. Written only with its `version` as it was read. */
export const clocksTable: Table = {
  name: 'clocks',
  columns: {
    id: 'text',
    obligation: 'text',
    subject: 'text',
    platform: 'text',
    post_id: 'text',
    post_version: 'integer',
    route: 'text?',
    state: 'text',
    open: 'integer',
    counted: 'integer',
    started_at: 'bigint?',
    due_at: 'bigint?',
    sort_at: 'bigint',
    ended_at: 'bigint?',
    seconds: 'double?',
    reopened: 'integer',
    level: 'integer',
    checked_at: 'bigint?',
    next_at: 'bigint?',
    late: 'integer',
    withdrawn: 'integer',
    history: 'text',
    changed_at: 'bigint',
    version: 'bigint',
    tag: 'text?',
    breaches: 'text?',
  },
  primaryKey: ['id'],
  added: [['tag'], ['breaches']],
  indexes: {
    next: { columns: ['next_at'], where: 'next_at is not null' },
    nearest: { columns: ['sort_at', 'id'], where: 'open = 1' },
    obligation: { columns: ['obligation', 'sort_at', 'id'], where: 'open = 1' },
    post: { columns: ['platform', 'post_id'] },
  },
  retention: { column: 'changed_at', keep: 90 * day, where: 'open = 0' },
};

export type ClockState = 'unstarted' | 'running' | 'suspended' | 'breached' | 'stopped' | 'cancelled';

export interface ClockRow {
  id: string;
  obligation: string;
  subject: string;
  platform: string;
  post_id: string;
  post_version: number;
  route: string | null;
  /** `unstarted`: its end came before its start. `breached`: over its limit and still open. */
  state: ClockState;
  open: 0 | 1;
  /** 0: kept, but in no figure (backfilled posts, the probe). */
  counted: 0 | 1;
  /** The first start; a reopened clock keeps it. */
  started_at: number | null;
  due_at: number | null;
  /** The nearest first: the due, or far in the future where none is running. */
  sort_at: number;
  ended_at: number | null;
  /** The last figure. */
  seconds: number | null;
  reopened: number;
  /** The share of its limit, in percent, that people were told of last; see `warnings` and `overdue`. */
  level: number;
  /** When the escalation last looked at this clock. */
  checked_at: number | null;
  /** When it has to look again. */
  next_at: number | null;
  /** Breaches counted, and those of them that evidence took back later. */
  late: number;
  withdrawn: number;
  /** JSON of `History`. */
  history: string;
  changed_at: number;
  version: number;
  /** Its random name in the ledger, which can't be worked out from the post; null where nothing was entered yet. */
  tag: string | null;
  /** JSON: the breaches that are shown, by cause (late - withdrawn in all); null where nothing moved it since there are causes. */
  breaches: string | null;
}

/** Sums that outlive the clocks and every process: changed in the commit in which a clock changes. `measure`: see figures.ts. */
export const clockTotalsTable: Table = {
  name: 'clock_totals',
  columns: { obligation: 'text', route: 'text', measure: 'text', value: 'double' },
  primaryKey: ['obligation', 'route', 'measure'],
};

export interface ClockTotalsRow {
  obligation: string;
  route: string;
  measure: string;
  value: number;
}

/** One page: a call for somebody on call, about one clock or many. */
export const pagesTable: Table = {
  name: 'pages',
  columns: {
    id: 'text',
    state: 'text',
    level: 'integer',
    turn: 'integer',
    attempts: 'integer',
    next_at: 'bigint?',
    created_at: 'bigint',
    sent_at: 'bigint?',
    acknowledged_at: 'bigint?',
    acknowledged_by: 'text?',
    error: 'text?',
    tokens: 'text',
    version: 'bigint',
  },
  primaryKey: ['id'],
  indexes: {
    next: { columns: ['next_at'], where: 'next_at is not null' },
    created: { columns: ['created_at', 'id'] },
  },
  retention: { column: 'created_at', keep: 400 * day, where: 'next_at is null' },
};

/** `waiting`: its present turn is not delivered yet. `sent`: delivered, unanswered. `resolved`: its clocks ended in time by themselves. */
type PageState = 'waiting' | 'sent' | 'acknowledged' | 'resolved';

export interface PageRow {
  id: string;
  state: PageState;
  /** The highest level of its clocks when it was made. */
  level: number;
  /** Counts the contacts tried, round and round: contact number `turn` modulo how many there are. */
  turn: number;
  /** Tries of the present turn. */
  attempts: number;
  next_at: number | null;
  created_at: number;
  /** When somebody's server took it for the first time. */
  sent_at: number | null;
  acknowledged_at: number | null;
  acknowledged_by: string | null;
  error: string | null;
  /** JSON: `{ hash, contact }` for each link that was sent. */
  tokens: string;
  version: number;
}

export const pageClocksTable: Table = {
  name: 'page_clocks',
  columns: { page_id: 'text', clock_id: 'text', level: 'integer', at: 'bigint' },
  primaryKey: ['page_id', 'clock_id'],
  retention: { column: 'at', keep: 400 * day },
};

export interface PageClockRow {
  page_id: string;
  clock_id: string;
  level: number;
  at: number;
}

export interface ClockTables {
  clocks: ClockRow;
  clock_totals: ClockTotalsRow;
  pages: PageRow;
  page_clocks: PageClockRow;
}
