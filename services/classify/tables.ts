import type { Table } from '../runtime/index.js';

/** What was made of each version of a post. */
export const assessmentsTable: Table = {
  name: 'assessments',
  columns: {
    /** As in `posts`: platform/version/id. */
    key: 'text',
    item: 'text',
    action: 'text',
    rule: 'text',
    /** Scores, findings, reasons and versions, as JSON. */
    detail: 'text',
    received_at: 'bigint',
    assessed_at: 'bigint',
  },
  primaryKey: ['key'],
  indexes: { item: { columns: ['item'] }, assessed: { columns: ['assessed_at'] } },
  retention: { column: 'assessed_at', keep: 'RETENTION_POSTS' },
};

export interface AssessmentRow {
  key: string;
  item: string;
  action: string;
  rule: string;
  detail: string;
  received_at: number;
  assessed_at: number;
}

export interface ClassifyRows {
  assessments: AssessmentRow;
}
