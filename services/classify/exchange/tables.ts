import type { Table } from '../../runtime/index.js';

const day = 24 * 3600_000;

/** Where each source stands, and each partner. Whoever writes has the lease's fence, or a newer one takes its place. */
const sourcesTable: Table = {
  name: 'exchange_sources',
  columns: {
    name: 'text',
    kind: 'text',
    bank: 'text',
    /** Where the next pull goes on; of a push the last change of the bank that the receiver has. */
    cursor: 'text?',
    /** Grows with each reading of the whole source: what was not met in the latest is not listed any more. */
    round: 'bigint',
    /** 1: the whole source is being read, and what is not met is to go at the end. */
    whole: 'integer',
    fence: 'bigint',
    next_at: 'bigint',
    tried_at: 'bigint?',
    /** When a pull was last complete. */
    pulled_at: 'bigint?',
    /** In a row, since the last pull that was complete. */
    failures: 'integer',
    error: 'text?',
    /** What could not be taken in, as JSON. */
    report: 'text',
    entries: 'bigint',
    /** Removals that wait for a person's word, because they are more than half; 0: none. */
    held: 'bigint',
    /** So many removals a person has let go on. */
    allowed: 'bigint?',
    allowed_by: 'text?',
    /** The last change of the bank that was looked at for what our people think. */
    followed: 'bigint',
  },
  primaryKey: ['name'],
};

/** What each source lists. `leaving` 1: its removal was read and is not done yet. */
export const itemsTable: Table = {
  name: 'exchange_items',
  columns: {
    source: 'text',
    source_id: 'text',
    round: 'bigint',
    leaving: 'integer',
    /** Who or what is told our opinion of it, as JSON. */
    targets: 'text?',
  },
  primaryKey: ['source', 'source_id'],
  indexes: { leaving: { columns: ['source', 'source_id'], where: 'leaving = 1' } },
};

/** What a source is told of one of its entries: the latest opinion, kept until it is delivered. */
export const answersTable: Table = {
  name: 'exchange_answers',
  columns: {
    source: 'text',
    target: 'text',
    /** Comma separated. */
    opinions: 'text',
    /** What the source was told last. */
    told: 'text',
    /** Of the decision that it rests on, and which. */
    at: 'bigint',
    cause: 'text',
    state: 'text',
    attempts: 'integer',
    due_at: 'bigint',
    detail: 'text',
  },
  primaryKey: ['source', 'target'],
  indexes: { due: { columns: ['due_at'], where: "state = 'waiting'" } },
  retention: { column: 'at', keep: 400 * day, where: "state <> 'waiting'" },
};

/** How far each partner's streams of changes have been taken in. */
export const streamsTable: Table = {
  name: 'exchange_streams',
  columns: { partner: 'text', stream: 'text', sequence: 'bigint', at: 'bigint' },
  primaryKey: ['partner', 'stream'],
};

/** Messages that were taken up: none is taken up twice. Kept longer than a message is valid. */
export const messagesTable: Table = {
  name: 'exchange_messages',
  columns: { partner: 'text', jti: 'text', at: 'bigint' },
  primaryKey: ['partner', 'jti'],
  retention: { column: 'at', keep: 3600_000 },
};

export const exchangeTables = [sourcesTable, itemsTable, answersTable, streamsTable, messagesTable] as const;

export interface SourceRow {
  name: string;
  kind: string;
  bank: string;
  cursor: string | null;
  round: number;
  whole: number;
  fence: number;
  next_at: number;
  tried_at: number | null;
  pulled_at: number | null;
  failures: number;
  error: string | null;
  report: string;
  entries: number;
  held: number;
  allowed: number | null;
  allowed_by: string | null;
  followed: number;
}

export interface ItemRow {
  source: string;
  source_id: string;
  round: number;
  leaving: number;
  targets: string | null;
}

export interface AnswerRow {
  source: string;
  target: string;
  opinions: string;
  told: string;
  at: number;
  cause: string;
  state: 'waiting' | 'told' | 'refused';
  attempts: number;
  due_at: number;
  detail: string;
}

export interface ExchangeRows {
  exchange_sources: SourceRow;
  exchange_items: ItemRow;
  exchange_answers: AnswerRow;
  exchange_streams: { partner: string; stream: string; sequence: number; at: number };
  exchange_messages: { partner: string; jti: string; at: number };
}

/** The write that makes a source's row where there is none. */
export const newSource = (name: string, kind: string, bank: string): SourceRow => ({
  name,
  kind,
  bank,
  cursor: null,
  round: 0,
  whole: 0,
  fence: 0,
  next_at: 0,
  tried_at: null,
  pulled_at: null,
  failures: 0,
  error: null,
  report: '{}',
  entries: 0,
  held: 0,
  allowed: null,
  allowed_by: null,
  followed: 0,
});
export { sourcesTable };
