import type { Table } from '../../runtime/index.js';

/** One row for each item of an order whose content is kept apart (TCO Article 6): what is told of it without opening it. */
export const preservedTable: Table = {
  name: 'preserved',
  columns: {
    id: 'text',
    order_id: 'text',
    n: 'integer',
    platform: 'text',
    post_id: 'text',
    item: 'text',
    /** `held`: its removal is asked for. `kept`: it is gone. `erased`: its keys are destroyed. */
    state: 'text',
    route: 'text',
    held_at: 'bigint',
    removed_at: 'bigint?',
    /** The end of the six months. */
    keep_until: 'bigint?',
    /** The end of what an authority or a court asked for beyond: of its content only. */
    prolonged_until: 'bigint?',
    /** JSON: each request to keep it longer. */
    prolonged: 'text',
    bytes: 'bigint',
    erased_at: 'bigint?',
    /** When something has to be erased. */
    next_at: 'bigint?',
    /** An order under non-disclosure, from the first. */
    seal: 'text?',
  },
  primaryKey: ['id'],
  indexes: {
    held: { columns: ['held_at', 'id'] },
    item: { columns: ['item'] },
    next: { columns: ['next_at'], where: 'next_at is not null' },
  },
};

export interface PreservedRow {
  id: string;
  order_id: string;
  n: number;
  platform: string;
  post_id: string;
  item: string;
  state: 'held' | 'kept' | 'erased';
  route: string;
  held_at: number;
  removed_at: number | null;
  keep_until: number | null;
  prolonged_until: number | null;
  prolonged: string;
  bytes: number;
  erased_at: number | null;
  next_at: number | null;
  seal: string | null;
}

/** What is kept, encrypted, each part with a key of its own. Without `wrapped` nobody can read `sealed` any more. */
export const preservedPartsTable: Table = {
  name: 'preserved_parts',
  columns: {
    preserved_id: 'text',
    n: 'integer',
    /** `content`: what the post said and showed. `related`: who, when, and what was seen of its removal. */
    part: 'text',
    /** JSON: which versions of the post are in it. */
    versions: 'text',
    kid: 'text',
    /** JSON: the part's key, for the installation's key only. Null: destroyed. */
    wrapped: 'text?',
    /** JSON: nonce, tag and ciphertext. */
    sealed: 'text?',
  },
  primaryKey: ['preserved_id', 'n', 'part'],
};

export interface PreservedPartRow {
  preserved_id: string;
  n: number;
  part: 'content' | 'related';
  versions: string;
  kid: string;
  wrapped: string | null;
  sealed: string | null;
}

/** The installation's public keys: whoever preserves needs nothing secret. The highest `n` is in use. */
export const preservationKeysTable: Table = {
  name: 'preservation_keys',
  columns: { n: 'integer', kid: 'text', public: 'text', made_at: 'bigint' },
  primaryKey: ['n'],
};

export interface PreservationKeyRow {
  n: number;
  kid: string;
  /** JWK. */
  public: string;
  made_at: number;
}

/** Who asked to open it, for what, and who agreed. Kept for good. */
export const openingsTable: Table = {
  name: 'preserved_openings',
  columns: {
    id: 'text',
    preserved_id: 'text',
    purpose: 'text',
    reason: 'text',
    asked_by: 'text',
    asked_at: 'bigint',
    approval: 'text',
    approved_by: 'text?',
    approved_at: 'bigint?',
    /** Until when it can be read, once. */
    until: 'bigint?',
    read_at: 'bigint?',
  },
  primaryKey: ['id'],
  indexes: { preserved: { columns: ['preserved_id', 'asked_at'] } },
};

export interface OpeningRow {
  id: string;
  preserved_id: string;
  purpose: string;
  reason: string;
  asked_by: string;
  asked_at: number;
  approval: string;
  approved_by: string | null;
  approved_at: number | null;
  until: number | null;
  read_at: number | null;
}

export interface PreservedRows {
  preserved: PreservedRow;
  preserved_parts: PreservedPartRow;
  preservation_keys: PreservationKeyRow;
  preserved_openings: OpeningRow;
}

export const preservationTables: readonly Table[] = [
  preservedTable,
  preservedPartsTable,
  preservationKeysTable,
  openingsTable,
];
