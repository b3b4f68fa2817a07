import type { Table } from '../runtime/index.js';

/** One row an entry, in the log's order. `entry` is what is public; `salt` and `opening` what it opens to. */
export const ledgerEntriesTable: Table = {
  name: 'ledger_entries',
  columns: {
    idx: 'bigint',
    /** The 32 bytes of the log, base64. */
    entry: 'text',
    salt: 'text',
    /** Canonical JSON. */
    opening: 'text',
    /** Canonical JSON, with its salt; null once erased. */
    detail: 'text?',
    detail_salt: 'text?',
    kind: 'text',
    at: 'bigint',
    /** The post (`platform/id`) that the detail is about; null once erased. */
    item: 'text?',
    /** An order under non-disclosure; see `ledger_seals`. */
    seal: 'text?',
    entered_at: 'bigint',
  },
  primaryKey: ['idx'],
  indexes: {
    item: { columns: ['item'], where: 'item is not null' },
    seal: { columns: ['seal'], where: 'seal is not null' },
  },
  // The person is erased with the salt; the entry and its proofs stay for good.
  retention: {
    column: 'entered_at',
    keep: 'RETENTION_DETAILS',
    where: 'detail is not null',
    clears: ['detail', 'detail_salt', 'item'],
  },
};

export interface LedgerEntryRow {
  idx: number;
  entry: string;
  salt: string;
  opening: string;
  detail: string | null;
  detail_salt: string | null;
  kind: string;
  at: number;
  item: string | null;
  seal: string | null;
  entered_at: number;
}

/** The hash of each whole tile, which is a hash of the level above it. The lowest level is made from the entries. */
export const ledgerNodesTable: Table = {
  name: 'ledger_nodes',
  columns: { level: 'integer', idx: 'bigint', hash: 'text' },
  primaryKey: ['level', 'idx'],
};

export interface LedgerNodeRow {
  level: number;
  idx: number;
  hash: string;
}

/** One row: how long the log is, and its root. Whoever appends changes it from what was read, so that no two can. */
export const ledgerStateTable: Table = {
  name: 'ledger_state',
  columns: { id: 'integer', size: 'bigint', root: 'text', policy: 'text', changed_at: 'bigint' },
  primaryKey: ['id'],
};

export interface LedgerStateRow {
  id: 1;
  size: number;
  /** base64. */
  root: string;
  /** The policy that was entered last. */
  policy: string;
  changed_at: number;
}

/** Signed checkpoints: the `latest`, and the first of each hour for good, since a figure's period begins at one. */
export const ledgerCheckpointsTable: Table = {
  name: 'ledger_checkpoints',
  columns: { slot: 'text', at: 'bigint', size: 'bigint', note: 'text' },
  primaryKey: ['slot'],
  indexes: { at: { columns: ['at'] } },
};

export interface LedgerCheckpointRow {
  slot: string;
  /** The time that its timed signature says, ms. */
  at: number;
  size: number;
  note: string;
}

/** Which keys have signed this log, the first and those that followed, each with the statement by which it did. */
export const ledgerKeysTable: Table = {
  name: 'ledger_keys',
  columns: { n: 'integer', verifier: 'text', size: 'bigint', statement: 'text', at: 'bigint' },
  primaryKey: ['n'],
};

export interface LedgerKeyRow {
  n: number;
  /** `name+12345678+AQ…`, of the plain signatures. */
  verifier: string;
  /** The first size that it signs. */
  size: number;
  /** A note signed by the key before it and by itself; empty for the first. */
  statement: string;
  at: number;
}

/** Orders under non-disclosure whose entries may be opened now. */
export const ledgerSealsTable: Table = {
  name: 'ledger_seals',
  columns: { seal: 'text', lifted_at: 'bigint' },
  primaryKey: ['seal'],
};

export interface LedgerRows {
  ledger_entries: LedgerEntryRow;
  ledger_nodes: LedgerNodeRow;
  ledger_state: LedgerStateRow;
  ledger_checkpoints: LedgerCheckpointRow;
  ledger_keys: LedgerKeyRow;
  ledger_seals: { seal: string; lifted_at: number };
}

export const ledgerTables: readonly Table[] = [
  ledgerEntriesTable,
  ledgerNodesTable,
  ledgerStateTable,
  ledgerCheckpointsTable,
  ledgerKeysTable,
  ledgerSealsTable,
];
