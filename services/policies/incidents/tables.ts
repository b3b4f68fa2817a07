import type { Table } from '../../runtime/index.js';

/** Incidents, from their opening to their report. */
export const incidentsTable: Table = {
  name: 'incidents',
  columns: {
    id: 'text',
    name: 'text',
    state: 'text',
    /** JSON of what was opened. */
    settings: 'text',
    opened_by: 'text',
    approved_by: 'text',
    opened_at: 'bigint',
    /** When it ends by itself. */
    expires_at: 'bigint',
    ended_at: 'bigint?',
    /** Who ended it; empty where its time was over. */
    ended_by: 'text?',
    why: 'text?',
    /** JSON of what it did, once all of it is undone. */
    report: 'text?',
  },
  primaryKey: ['id'],
  indexes: {
    /** One of a name at a time. */
    open: { columns: ['name'], unique: true, where: "state <> 'ended'" },
    opened: { columns: ['opened_at'] },
  },
};

export interface IncidentRow {
  id: string;
  name: string;
  /** `ending`: it changes nothing any more, and what it added is being taken out. */
  state: 'open' | 'ending' | 'ended';
  settings: string;
  opened_by: string;
  approved_by: string;
  opened_at: number;
  expires_at: number;
  ended_at: number | null;
  ended_by: string | null;
  why: string | null;
  report: string | null;
}

export interface IncidentRows {
  incidents: IncidentRow;
}
