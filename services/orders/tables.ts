import type { Table } from '../runtime/index.js';
import { type ExposureRow, exposuresTable } from './exposed-table.js';
import { type SandboxKeyRow, sandboxKeysTable } from './sandbox-table.js';

const day = 24 * 3600_000;

/** One row an order. Written only with its `version` as it was read. */
export const ordersTable: Table = {
  name: 'orders',
  columns: {
    id: 'text',
    /** What makes it the same order when it comes again: authority and reference. */
    key: 'text',
    instrument: 'text',
    phase: 'text',
    authority: 'text',
    reference: 'text',
    route: 'text',
    received_at: 'bigint',
    due_at: 'bigint',
    /** 1: something may still have to go, or stay away. */
    in_force: 'integer',
    /** 1: it waits for the number of orders to be confirmed. */
    volume: 'integer',
    /** When something has to be done by itself: a window lapses, a secrecy ends. */
    next_at: 'bigint?',
    /** JSON of `OrderState`. */
    state: 'text',
    /** JSON of the order as it was given. */
    content: 'text',
    /** SHA-256 of the bytes that came. */
    hash: 'text',
    /** JSON: what its form lacks. */
    findings: 'text',
    /** JSON: the signed promise, and what it opens to. */
    acknowledgement: 'text',
    changed_at: 'bigint',
    version: 'bigint',
  },
  primaryKey: ['id'],
  indexes: {
    key: { columns: ['key'], unique: true },
    received: { columns: ['received_at', 'id'] },
    authority: { columns: ['authority', 'received_at'] },
    next: { columns: ['next_at'], where: 'next_at is not null' },
    volume: { columns: ['authority'], where: 'volume = 1' },
    phase: { columns: ['phase', 'due_at', 'id'] },
  },
};

export interface OrderRow {
  id: string;
  key: string;
  instrument: 'tco' | 'dsa9';
  phase: string;
  authority: string;
  reference: string;
  route: string;
  received_at: number;
  due_at: number;
  in_force: 0 | 1;
  volume: 0 | 1;
  next_at: number | null;
  state: string;
  content: string;
  hash: string;
  findings: string;
  acknowledgement: string;
  changed_at: number;
  version: number;
}

/** The posts that orders are about, for whoever sees one gone. */
export const orderItemsTable: Table = {
  name: 'order_items',
  columns: { order_id: 'text', n: 'integer', item: 'text', removal_id: 'text', phase: 'text' },
  primaryKey: ['order_id', 'n'],
  indexes: { item: { columns: ['item'] } },
};

interface OrderItemRow {
  order_id: string;
  n: number;
  /** `platform/id`; empty where it is not known. */
  item: string;
  removal_id: string;
  phase: string;
}

/** What happened to an order, in order: who said so, and their words. */
export const orderEventsTable: Table = {
  name: 'order_events',
  columns: { order_id: 'text', seq: 'integer', type: 'text', at: 'bigint', by: 'text', body: 'text' },
  primaryKey: ['order_id', 'seq'],
};

interface OrderEventRow {
  order_id: string;
  seq: number;
  type: string;
  at: number;
  by: string;
  /** JSON. */
  body: string;
}

/** What the desk is asked to look at. */
export const deskCasesTable: Table = {
  name: 'desk_cases',
  columns: {
    id: 'text',
    order_id: 'text',
    about: 'text',
    opened_at: 'bigint',
    due_at: 'bigint?',
    closed_at: 'bigint?',
    closed_by: 'text?',
  },
  primaryKey: ['id'],
  indexes: {
    order: { columns: ['order_id'] },
    open: { columns: ['opened_at'], where: 'closed_at is null' },
  },
};

export interface DeskCaseRow {
  id: string;
  order_id: string;
  about: string;
  opened_at: number;
  due_at: number | null;
  closed_at: number | null;
  closed_by: string | null;
}

/** Answering forms: what they say, and whether a channel has taken them. */
export const orderFormsTable: Table = {
  name: 'order_forms',
  columns: {
    id: 'text',
    order_id: 'text',
    n: 'integer',
    form: 'text',
    /** JSON of `AnswerForm`. */
    data: 'text',
    made_at: 'bigint',
    attempts: 'integer',
    next_at: 'bigint?',
    sent_at: 'bigint?',
    receipt: 'text?',
    error: 'text?',
  },
  primaryKey: ['id'],
  indexes: {
    order: { columns: ['order_id'] },
    due: { columns: ['next_at'], where: 'next_at is not null' },
    unsent: { columns: ['made_at'], where: 'sent_at is null' },
  },
};

export interface OrderFormRow {
  id: string;
  order_id: string;
  n: number;
  form: 'II' | 'III';
  data: string;
  made_at: number;
  attempts: number;
  next_at: number | null;
  sent_at: number | null;
  receipt: string | null;
  error: string | null;
}

/** Files that came with an order: kept as they are, and never opened. */
export const orderFilesTable: Table = {
  name: 'order_files',
  columns: {
    id: 'text',
    order_id: 'text',
    name: 'text',
    type: 'text',
    bytes: 'bigint',
    sha256: 'text',
    content: 'text',
  },
  primaryKey: ['id'],
  indexes: { order: { columns: ['order_id'] } },
};

interface OrderFileRow {
  id: string;
  order_id: string;
  name: string;
  type: string;
  bytes: number;
  sha256: string;
  /** base64. */
  content: string;
}

/** What came as an order and was none: a bad signature, a revoked authority, something that can't be read. */
export const orderAttemptsTable: Table = {
  name: 'order_attempts',
  columns: {
    id: 'text',
    at: 'bigint',
    channel: 'text',
    claimed: 'text',
    status: 'integer',
    reason: 'text',
    bytes: 'bigint',
    hash: 'text',
  },
  primaryKey: ['id'],
  retention: { column: 'at', keep: 400 * day },
};

export interface OrderAttemptRow {
  id: string;
  at: number;
  channel: string;
  /** Who it said it came from. */
  claimed: string;
  status: number;
  reason: string;
  bytes: number;
  hash: string;
}

/** The register: who may order, with which keys, and how much is usual. */
export const authoritiesTable: Table = {
  name: 'authorities',
  columns: {
    id: 'text',
    /** JSON of `Authority`, as the file has it. */
    entry: 'text',
    revoked: 'integer',
    /** Not kept up: orders are counted where they are. */
    orders: 'bigint',
    first_at: 'bigint?',
    /** More orders than usual are confirmed until then. */
    confirmed_until: 'bigint?',
    changed_at: 'bigint',
    /** Since when it sends far more orders than usual, and nobody has said that they are right. */
    volume_since: 'bigint?',
  },
  primaryKey: ['id'],
  added: [['volume_since']],
};

export interface AuthorityRow {
  id: string;
  entry: string;
  revoked: 0 | 1;
  orders: number;
  first_at: number | null;
  confirmed_until: number | null;
  volume_since: number | null;
  changed_at: number;
}

/** Threats to life that were reported here, and whom they were told. */
export const threatsTable: Table = {
  name: 'threats',
  columns: {
    id: 'text',
    platform: 'text',
    post_id: 'text',
    states: 'text',
    content: 'text',
    addressees: 'text',
    reported_by: 'text',
    reported_at: 'bigint',
    told_at: 'bigint?',
    told_by: 'text?',
    receipt: 'text?',
  },
  primaryKey: ['id'],
  indexes: { open: { columns: ['reported_at'] } },
};

export interface ThreatRow {
  id: string;
  platform: string;
  post_id: string;
  /** JSON: the States concerned. */
  states: string;
  content: string;
  /** JSON. */
  addressees: string;
  reported_by: string;
  reported_at: number;
  told_at: number | null;
  told_by: string | null;
  receipt: string | null;
}

export interface OrderRows {
  orders: OrderRow;
  order_items: OrderItemRow;
  order_events: OrderEventRow;
  desk_cases: DeskCaseRow;
  order_forms: OrderFormRow;
  order_files: OrderFileRow;
  order_attempts: OrderAttemptRow;
  authorities: AuthorityRow;
  threats: ThreatRow;
  exposures: ExposureRow;
  sandbox_order_keys: SandboxKeyRow;
}

export const orderTables: readonly Table[] = [
  ordersTable,
  orderItemsTable,
  orderEventsTable,
  deskCasesTable,
  orderFormsTable,
  orderFilesTable,
  orderAttemptsTable,
  authoritiesTable,
  threatsTable,
  exposuresTable,
  sandboxKeysTable,
];
