import type { Table } from '../runtime/index.js';

const day = 24 * 3600_000;

/** What a person has to look at. */
export const casesTable: Table = {
  name: 'cases',
  columns: {
    id: 'text',
    item: 'text',
    platform: 'text',
    post_id: 'text',
    version: 'integer',
    state: 'text',
    /** Most urgent first: higher comes first. */
    priority: 'double',
    rule: 'text',
    reasons: 'text',
    url: 'text',
    author_id: 'text',
    route: 'text',
    flags: 'text',
    posted_at: 'bigint',
    opened_at: 'bigint',
    decision: 'text?',
    decided_at: 'bigint?',
    decided_by: 'text?',
    note: 'text?',
    language: 'text?',
    /** Why, in the law's terms: one of `categories` in decide.ts. */
    category: 'text?',
  },
  primaryKey: ['id'],
  added: [['language'], ['category']],
  addedIndexes: ['author'],
  indexes: {
    item: { columns: ['item'] },
    queue: { columns: ['priority', 'opened_at'], where: "state = 'open'" },
    author: { columns: ['platform', 'author_id', 'opened_at'] },
  },
  retention: { column: 'opened_at', keep: 400 * day, where: "state <> 'open'" },
};

/** One item that is to be gone, or to be public again: the work, and where it stands. One row an item. */
export const removalsTable: Table = {
  name: 'removals',
  columns: {
    id: 'text',
    item: 'text',
    platform: 'text',
    post_id: 'text',
    version: 'integer',
    /** Where it is, and whose: kept here, as the post itself may be erased before it is gone. */
    url: 'text',
    author_id: 'text',
    /** Grows with every new request for the item: a removal after a restoration is another one. */
    cycle: 'integer',
    /** Grows with every change of what is wanted or why: whoever changes that has read the latest. */
    revision: 'bigint',
    wanted: 'text',
    state: 'text',
    route: 'text',
    flags: 'text',
    posted_at: 'bigint',
    requested_at: 'bigint',
    /** Since when it has been waited for without a break: since the request, or since it came back. */
    pending_since: 'bigint',
    seen_at: 'bigint?',
    called_at: 'bigint?',
    /** 1: the platform was called to remove it at some time, and such a call may still be on its way. */
    called: 'integer',
    accepted_at: 'bigint?',
    ended_at: 'bigint?',
    escalated_at: 'bigint?',
    /** Calls so far; part of the idempotency key, so that a call is made afresh where the platform did nothing. */
    round: 'integer',
    attempts: 'integer',
    /** Which of the later looks comes next: 0 a minute, 1 an hour, 2 a day after it was gone, or not found. */
    watch: 'integer',
    detail: 'text',
    /** When there is work to do; null where there is none. */
    next_at: 'bigint?',
    owner: 'text?',
    fence: 'bigint',
    lease_until: 'bigint',
    /** JSON of the States where it is to be gone; null: everywhere. It is what the grounds in force ask for together. */
    territory: 'text?',
    /** Causes told of why it is not gone yet, since `pending_since`: the last one last, with spaces between. */
    held: 'text?',
    /** An order under non-disclosure that this removal is of: what is entered of it is only counted until that ends. */
    seal: 'text?',
    /** JSON of `Narrowing`: it is to be gone in fewer States than it was, and the platform has still to do so. */
    narrowing: 'text?',
  },
  primaryKey: ['id'],
  added: [['held'], ['seal'], ['territory'], ['narrowing']],
  indexes: {
    item: { columns: ['item'], unique: true },
    due: { columns: ['next_at'], where: 'next_at is not null' },
    recent: { columns: ['requested_at'] },
    unconfirmed: { columns: ['pending_since'], where: "state = 'pending' and escalated_at is null" },
  },
};

/** Why an item is down. It comes back only when the last is lifted. */
export const groundsTable: Table = {
  name: 'grounds',
  columns: {
    item: 'text',
    kind: 'text',
    ref: 'text',
    added_at: 'bigint',
    added_by: 'text',
    lifted_at: 'bigint?',
    lifted_by: 'text?',
    /** JSON of the States where it asks for the item to be gone; null: everywhere. */
    territory: 'text?',
  },
  primaryKey: ['item', 'kind', 'ref'],
  added: [['territory']],
};

/** What was seen, when, from where: the evidence behind every outcome. */
export const looksTable: Table = {
  name: 'looks',
  columns: { id: 'text', removal_id: 'text', phase: 'text', verdict: 'text', why: 'text', at: 'bigint', looks: 'text' },
  primaryKey: ['id'],
  indexes: { removal: { columns: ['removal_id', 'at'] }, at: { columns: ['at'] } },
  retention: { column: 'at', keep: 400 * day },
};

export interface CaseRow {
  id: string;
  item: string;
  platform: string;
  post_id: string;
  version: number;
  state: 'open' | 'decided' | 'superseded';
  priority: number;
  rule: string;
  reasons: string;
  url: string;
  author_id: string;
  route: string;
  flags: string;
  posted_at: number;
  opened_at: number;
  decision: string | null;
  decided_at: number | null;
  decided_by: string | null;
  note: string | null;
  language: string | null;
  category: string | null;
}

export interface RemovalRow {
  id: string;
  item: string;
  platform: string;
  post_id: string;
  version: number;
  url: string;
  author_id: string;
  cycle: number;
  revision: number;
  wanted: 'gone' | 'public';
  /** `pending` until what is wanted was seen; the rest are outcomes. `public` and `not-found`: there was nothing to bring back. */
  state: 'pending' | 'gone' | 'not-found' | 'claimed' | 'restored';
  route: string;
  flags: string;
  posted_at: number;
  requested_at: number;
  pending_since: number;
  seen_at: number | null;
  called_at: number | null;
  called: 0 | 1;
  accepted_at: number | null;
  ended_at: number | null;
  escalated_at: number | null;
  round: number;
  attempts: number;
  watch: number;
  detail: string;
  next_at: number | null;
  owner: string | null;
  fence: number;
  lease_until: number;
  territory: string | null;
  held: string | null;
  seal: string | null;
  narrowing: string | null;
}

export interface GroundRow {
  item: string;
  kind: string;
  ref: string;
  added_at: number;
  added_by: string;
  lifted_at: number | null;
  lifted_by: string | null;
  territory: string | null;
}

export interface LookRow {
  id: string;
  removal_id: string;
  phase: string;
  verdict: string;
  why: string;
  at: number;
  looks: string;
}

export interface EnforceRows {
  cases: CaseRow;
  removals: RemovalRow;
  grounds: GroundRow;
  looks: LookRow;
}
