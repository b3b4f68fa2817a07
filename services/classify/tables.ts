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
    /** What a policy can decide it by again: `packBasis`. Null for those of earlier versions. */
    basis: 'text?',
    /** How many later answers of costly signals are in it: each holds only on top of those before. Null for none. */
    answered: 'integer?',
  },
  primaryKey: ['key'],
  added: [['basis'], ['answered']],
  indexes: { item: { columns: ['item'] }, assessed: { columns: ['assessed_at'] } },
  retention: { column: 'assessed_at', keep: 'RETENTION_POSTS' },
};

/** The versions of the signals that assessments were made with. */
export const versionSetsTable: Table = {
  name: 'version_sets',
  columns: { id: 'text', versions: 'text', used_at: 'bigint' },
  primaryKey: ['id'],
  retention: { column: 'used_at', keep: 'RETENTION_POSTS' },
};

/** What is asked of costly signals after the first assessment: a row for each post and signal. Whoever serves the signal takes it under a lease. */
export const questionsTable: Table = {
  name: 'questions',
  columns: {
    key: 'text',
    signal: 'text',
    item: 'text',
    /** The rule by which the answer could matter. */
    rule: 'text',
    /** What was found at once, as JSON; null once the question is closed. */
    findings: 'text?',
    asked_at: 'bigint',
    /** What versions in shadow made of the post at once, by version, as JSON; null where there were none, and once the question is closed. */
    beside: 'text?',
    /** When it is to be put to the signal; null once it is closed. */
    next_at: 'bigint?',
    lease_until: 'bigint',
    attempts: 'integer',
    state: 'text',
    /** What the signal found, or why there is no answer, as JSON. */
    answer: 'text?',
    /** What the signal went by. */
    version: 'text?',
    answered_at: 'bigint?',
  },
  primaryKey: ['key', 'signal'],
  indexes: {
    item: { columns: ['item'] },
    due: { columns: ['signal', 'next_at'], where: 'next_at is not null' },
    waiting: { columns: ['asked_at'], where: 'next_at is not null' },
  },
  added: [['beside']],
  retention: { column: 'asked_at', keep: 'RETENTION_POSTS' },
};

export const classifyTables = [assessmentsTable, versionSetsTable, questionsTable] as const;

export interface AssessmentRow {
  key: string;
  item: string;
  action: string;
  rule: string;
  detail: string;
  received_at: number;
  assessed_at: number;
  basis: string | null;
  answered: number | null;
}

export interface QuestionRow {
  key: string;
  signal: string;
  item: string;
  rule: string;
  findings: string | null;
  beside: string | null;
  asked_at: number;
  next_at: number | null;
  lease_until: number;
  attempts: number;
  /** `moot`: meanwhile its answer could not matter any more. */
  state: 'open' | 'answered' | 'unanswered' | 'moot';
  answer: string | null;
  version: string | null;
  answered_at: number | null;
}

export interface ClassifyRows {
  assessments: AssessmentRow;
  version_sets: { id: string; versions: string; used_at: number };
  questions: QuestionRow;
}
