import type { Table } from '../../runtime/index.js';

/** What a day's scores of a label in a language were beside those of its reference week. */
export const scoreDriftsTable: Table = {
  name: 'score_drifts',
  columns: {
    /** signal, label, language, start of the day */
    id: 'text',
    signal: 'text',
    label: 'text',
    language: 'text',
    day: 'bigint',
    divergence: 'double',
    unusual: 'double',
    bound: 'double',
    drifted: 'integer',
    /** Posts of the bucket that grew most: keys and scores, as JSON. */
    examples: 'text',
    told_at: 'bigint?',
  },
  primaryKey: ['id'],
  indexes: { day: { columns: ['day'] } },
  retention: { column: 'day', keep: 400 * 24 * 3600_000 },
};

export interface DriftRow {
  id: string;
  signal: string;
  label: string;
  language: string;
  day: number;
  divergence: number;
  unusual: number;
  bound: number;
  drifted: 0 | 1;
  examples: string;
  told_at: number | null;
}
