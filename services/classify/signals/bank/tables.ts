import type { Table } from '../../../runtime/index.js';
import type { EntryKind } from './entry.js';

const day = 24 * 3600_000;

/** The banks, made with their first entry. */
export const banksTable: Table = {
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
    /** What it is found by: of a text the SHA-256 of its normal form, of a link its scope and normal form, of media the hash. */
    found_by: 'text',
    /** The text, link or hash as it was given; indexes are built from it, so a better normal form needs no new list. */
    content: 'text',
    /** Who listed it first. */
    source: 'text',
    /** Of all who list it. */
    tags: 'text',
    confirmed_by: 'text?',
    confirmed_at: 'bigint?',
    /** Of a text the similarity from which on it acts, of a pdq hash the distance up to which. */
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

/**
 * Who lists an entry, and under which id: the entry stays while one does. A listing whose entry is gone was taken out by this operator's own
 * people; it stays, so that the same list does not bring it back.
 */
export const listingsTable: Table = {
  name: 'bank_listings',
  columns: {
    bank: 'text',
    source: 'text',
    source_id: 'text',
    entry_id: 'text',
    /** Digest of all that the source said of it: the same again is nothing new. */
    mark: 'text',
    tags: 'text',
    expires_at: 'bigint?',
    listed_at: 'bigint',
    listed_by: 'text',
    /** Set where the entry's confirmation came with this listing, and goes with it. */
    confirmed_at: 'bigint?',
  },
  primaryKey: ['bank', 'source', 'source_id'],
  indexes: { entry: { columns: ['entry_id'] } },
};

/** One row: the number of the last change. Whoever changes an entry holds it until the commit, so changes are seen in their order. */
const changesTable: Table = {
  name: 'bank_changes',
  columns: { id: 'integer', last: 'bigint' },
  primaryKey: ['id'],
};

export const bankTables = [banksTable, entriesTable, listingsTable, changesTable] as const;

export interface EntryRow {
  id: string;
  bank: string;
  kind: EntryKind;
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

export interface ListingRow {
  bank: string;
  source: string;
  source_id: string;
  entry_id: string;
  mark: string;
  tags: string;
  expires_at: number | null;
  listed_at: number;
  listed_by: string;
  confirmed_at: number | null;
}

export interface BankRows {
  banks: { name: string; created_at: number };
  bank_entries: EntryRow;
  bank_listings: ListingRow;
  bank_changes: { id: number; last: number };
}
