import { type Topic, topics } from '../../contracts/index.js';
import type { Table } from '../database/index.js';

const day = 24 * 3600_000;

/** What a consumer has dealt with. Each row is kept a day longer than its topic keeps the event, so that whatever is delivered again is known. */
export const inboxTable: Table = {
  name: 'inbox',
  columns: { consumer: 'text', id: 'text', expires_at: 'bigint' },
  primaryKey: ['consumer', 'id'],
  retention: { column: 'expires_at', keep: 0 },
};
/** When the inbox may forget an event of this topic that was dealt with now. */
export const inboxExpiry = (topic: Topic, now: number): number => now + topics[topic].retention + day;

/** Events that wait for another try, by key: what comes later for the same key waits behind them. */
export const parkedTable: Table = {
  name: 'parked',
  columns: {
    consumer: 'text',
    id: 'text',
    key: 'text',
    /** Order within the key. */
    seq: 'bigint',
    event: 'text',
    attempts: 'integer',
    due_at: 'bigint',
    error: 'text',
    parked_at: 'bigint',
  },
  primaryKey: ['consumer', 'id'],
  indexes: { due: { columns: ['consumer', 'due_at'] }, key: { columns: ['consumer', 'key', 'seq'] } },
};

/** Events that could not be handled, with the reason; listed and replayed by people. */
export const deadLettersTable: Table = {
  name: 'dead_letters',
  columns: {
    id: 'text',
    consumer: 'text',
    topic: 'text',
    key: 'text',
    position: 'text',
    event: 'text',
    reason: 'text',
    at: 'bigint',
    replayed_at: 'bigint?',
  },
  primaryKey: ['id'],
  indexes: { open: { columns: ['at'], where: 'replayed_at is null' } },
  retention: { column: 'at', keep: 90 * day },
};

export interface PipelineRows {
  inbox: { consumer: string; id: string; expires_at: number };
  parked: {
    consumer: string;
    id: string;
    key: string;
    seq: number;
    event: string;
    attempts: number;
    due_at: number;
    error: string;
    parked_at: number;
  };
  dead_letters: {
    id: string;
    consumer: string;
    topic: string;
    key: string;
    position: string;
    event: string;
    reason: string;
    at: number;
    replayed_at: number | null;
  };
}
