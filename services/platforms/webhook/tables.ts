import type { Table } from '../../runtime/index.js';

const quarter = 90 * 24 * 3_600_000;

/** `pending`: written, and the call not answered yet (or its process died under way). */
export type DeliveryState = 'pending' | 'accepted' | 'refused' | 'failed';

/** One call to a platform, however often it was tried. */
export interface DeliveryRow {
  /** The `webhook-id`: the same for the same idempotency key. */
  id: string;
  platform: string;
  kind: 'remove' | 'restore';
  item_id: string;
  version: number;
  idempotency_key: string;
  fence: number;
  /** What is sent. */
  body: string;
  state: DeliveryState;
  created_at: number;
  updated_at: number;
}

const deliveries: Table = {
  name: 'deliveries',
  columns: {
    id: 'text',
    platform: 'text',
    kind: 'text',
    item_id: 'text',
    version: 'integer',
    idempotency_key: 'text',
    fence: 'bigint',
    body: 'text',
    state: 'text',
    created_at: 'bigint',
    updated_at: 'bigint',
  },
  primaryKey: ['id'],
  indexes: {
    item: { columns: ['platform', 'item_id'] },
    created: { columns: ['created_at'] },
    open: { columns: ['state', 'created_at'], where: "state <> 'accepted'" },
  },
  retention: { column: 'created_at', keep: quarter },
};

/** One try, and what came of it. */
export interface AttemptRow {
  delivery_id: string;
  id: string;
  at: number;
  ms: number;
  status: number | null;
  outcome: 'accepted' | 'refused' | 'failed';
  detail: string;
  replay: number;
}

const attempts: Table = {
  name: 'delivery_attempts',
  columns: {
    delivery_id: 'text',
    id: 'text',
    at: 'bigint',
    ms: 'double',
    status: 'integer?',
    outcome: 'text',
    detail: 'text',
    replay: 'integer',
  },
  primaryKey: ['delivery_id', 'id'],
  indexes: { at: { columns: ['at'] } },
  retention: { column: 'at', keep: quarter },
};

export const webhookTables: Table[] = [deliveries, attempts];
export const tables = { deliveries, attempts };

export interface WebhookRows {
  deliveries: DeliveryRow;
  delivery_attempts: AttemptRow;
}
