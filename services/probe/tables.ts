import type { Table } from '../runtime/index.js';

/** Each probe, by route: the standard test post from written to gone, an order from sent to answered. Apart from all SLA figures. */
export const probesTable: Table = {
  name: 'probes',
  columns: {
    id: 'text',
    route: 'text',
    started_at: 'bigint',
    received_at: 'bigint?',
    assessed_at: 'bigint?',
    called_at: 'bigint?',
    gone_at: 'bigint?',
    error: 'text?',
    answered_at: 'bigint?',
  },
  primaryKey: ['id'],
  added: [['answered_at']],
  indexes: { started: { columns: ['started_at'] } },
  retention: { column: 'started_at', keep: 30 * 24 * 3600_000 },
};

export interface ProbeRow {
  id: string;
  route: string;
  started_at: number;
  received_at: number | null;
  assessed_at: number | null;
  called_at: number | null;
  gone_at: number | null;
  error: string | null;
  /** Of the route `order`. */
  answered_at: number | null;
}

export interface ProbeRows {
  probes: ProbeRow;
}
