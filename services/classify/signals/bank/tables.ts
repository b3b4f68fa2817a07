import type { Table } from '../../../runtime/index.js';

const day = 24 * 3600_000;

/** The banks, made with their first entry. */
const banksTable: Table = {
  name: 'banks',
  columns: { name: 'text', created_at: 'bigint' },
  primaryKey: ['name'],
};

/** What the banks hold. Removed entries stay for a while, so that every process hears of it. */
const entriesTable: Table = {
  name: 'bank_entries',
  columns: {
    id: 'text',
    bank: 'text',
    kind: 'text',
    /** What it is found by: of a text the SHA-256 of its normal form, of a link its scope and normal form. */
    found_by: 'text',
    /** The text or link as it was given; indexes are built from it, so a better normal form needs no new list. */
    content: 'text',
    source: 'text',
    tags: 'text',
    confirmed_by: 'text?',
    confirmed_at: 'bigint?',
    acts_at: 'double?',
    expires_at: 'bigint?',
    created_at: 'bigint',
    removed_at: 'bigint?',
    removed_by: 'text?',
    change: 'bigint',
  },
  primaryKey: ['id'],
  indexes: {
    active: { columns: ['bank', 'kind', 'found_by'], unique: true, where: 'removed_at is null' },
    change: { columns: ['change'], unique: true },
    listed: { columns: ['bank', 'created_at', 'id'] },
  },
  retention: { column: 'removed_at', keep: 90 * day },
};

/** One row: the number of the last change. Whoever changes an entry holds it until the commit, so changes are seen in their order. */
const changesTable: Table = {
  name: 'bank_changes',
  columns: { id: 'integer', last: 'bigint' },
  primaryKey: ['id'],
};

export const bankTables = [banksTable, entriesTable, changesTable] as const;

export interface EntryRow {
  id: string;
  bank: string;
  kind: 'text' | 'link';
  found_by: string;
  content: string;
  source: string;
  tags: string;
  confirmed_by: string | null;
  confirmed_at: number | null;
  acts_at: number | null;
  expires_at: number | null;
  created_at: number;
  removed_at: number | null;
  removed_by: string | null;
  change: number;
}

export interface BankRows {
  banks: { name: string; created_at: number };
  bank_entries: EntryRow;
  bank_changes: { id: number; last: number };
}
