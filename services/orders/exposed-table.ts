import type { Table } from '../runtime/index.js';

/** Decisions of an authority that the provider is exposed to terrorist content (TCO Article 5(4)), as they were notified. One binds at a time. */
export const exposuresTable: Table = {
  name: 'exposures',
  columns: {
    id: 'text',
    /** The decision's own reference. */
    reference: 'text',
    authority: 'text',
    notified_at: 'bigint',
    /** Who entered it, and who agreed. */
    entered_by: 'text',
    approved_by: 'text',
    entered_at: 'bigint',
    /** Which report is due next, counted from 1, and by when. */
    report: 'integer',
    report_due_at: 'bigint',
    /** A review that was asked for (Article 5(6), 5(7)) and not answered: when. */
    review_at: 'bigint?',
    /** 1: it binds. */
    binds: 'integer',
    lifted_at: 'bigint?',
    lifted_by: 'text?',
    lifted_reference: 'text?',
  },
  primaryKey: ['id'],
  indexes: { binds: { columns: ['binds'], unique: true, where: 'binds = 1' } },
};

export interface ExposureRow {
  id: string;
  reference: string;
  authority: string;
  notified_at: number;
  entered_by: string;
  approved_by: string;
  entered_at: number;
  report: number;
  report_due_at: number;
  review_at: number | null;
  binds: 0 | 1;
  lifted_at: number | null;
  lifted_by: string | null;
  lifted_reference: string | null;
}
