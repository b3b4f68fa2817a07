import type { Table } from '../../runtime/index.js';

const day = 24 * 3600_000;

/** What a batch of assessments adds to the counts, in the commit that keeps them; gone once it is folded in. */
export const scoreBatchesTable: Table = {
  name: 'score_batches',
  columns: { id: 'text', at: 'bigint', counts: 'text' },
  primaryKey: ['id'],
  indexes: { at: { columns: ['at'] } },
};

const histogram = {
  /** All of the columns that follow but the last: what a row counts. */
  id: 'text',
  /** Its start, ms since 1970, UTC. */
  at: 'bigint',
  /** `''` and `''`: posts, by the band that the audit's strata go by. */
  signal: 'text',
  label: 'text',
  /** Without region and script; `''` where it is not known. */
  language: 'text',
  /** What was done, of everything together, and the rule by which. */
  action: 'text',
  rule: 'text',
  /** By bucket of the score: how many posts. JSON. */
  counts: 'text',
} as const;

/** By hour and platform. */
export const scoreHoursTable: Table = {
  name: 'score_hours',
  columns: { ...histogram, platform: 'text' },
  primaryKey: ['id'],
  indexes: { read: { columns: ['signal', 'label', 'at'] } },
  retention: { column: 'at', keep: 62 * day },
};

/** By day, over all platforms. */
export const scoreDaysTable: Table = {
  name: 'score_days',
  columns: {
    ...histogram,
    /** Of posts that something was done about, those about which less would have been without this label (`aloneIn`), likewise. Null where `counts` is all that is known. */
    alone: 'text?',
  },
  primaryKey: ['id'],
  added: [['alone']],
  indexes: { read: { columns: ['signal', 'label', 'at'] } },
  retention: { column: 'at', keep: 400 * day },
};

/** Some posts of each bucket, to be looked at: the latest of those that fell into a place. */
export const scoreExamplesTable: Table = {
  name: 'score_examples',
  columns: {
    signal: 'text',
    label: 'text',
    language: 'text',
    bucket: 'integer',
    place: 'integer',
    /** platform/version/id */
    post: 'text',
    score: 'double',
    action: 'text',
    rule: 'text',
    at: 'bigint',
  },
  primaryKey: ['signal', 'label', 'bucket', 'language', 'place'],
  retention: { column: 'at', keep: 'RETENTION_POSTS' },
};

/** Posts whose decisions are evidence: all that is reviewed, and what the audit chose. */
export const evidencePostsTable: Table = {
  name: 'evidence_posts',
  columns: {
    /** class/platform/version/id */
    id: 'text',
    platform: 'text',
    post_id: 'text',
    version: 'integer',
    language: 'text',
    /** `reviewed`, `allowed` or `removed`: what was done about it when it was chosen. */
    class: 'text',
    /** The band of its score. */
    band: 'integer',
    /** The probability with which it was chosen. */
    probability: 'double',
    /** Signal, label and score, of each. JSON. */
    scores: 'text',
    chosen_at: 'bigint',
    /** `chosen` until there is a case; `open`; `decided`; `lost`: it can't be decided any more; `moved`: it is evidence of another class by now. */
    state: 'text',
    case_id: 'text?',
    /** 1: a person held it for what is to be removed. */
    violates: 'integer?',
    decided_at: 'bigint?',
    /** When to look what became of it; null once that is settled. */
    look_at: 'bigint?',
  },
  primaryKey: ['id'],
  indexes: {
    look: { columns: ['look_at'], where: 'look_at is not null' },
    chosen: { columns: ['chosen_at'] },
  },
  retention: { column: 'chosen_at', keep: 400 * day },
};

/** With which probability the audit chooses, by stratum. Made anew every hour. */
export const auditRatesTable: Table = {
  name: 'audit_rates',
  columns: { class: 'text', language: 'text', band: 'integer', rate: 'double', made_at: 'bigint' },
  primaryKey: ['class', 'language', 'band'],
};

export const evidenceTables: readonly Table[] = [
  scoreBatchesTable,
  scoreHoursTable,
  scoreDaysTable,
  scoreExamplesTable,
  evidencePostsTable,
  auditRatesTable,
];

export interface ScoreRow {
  id: string;
  at: number;
  signal: string;
  label: string;
  language: string;
  action: string;
  rule: string;
  counts: string;
}

export interface ExampleRow {
  signal: string;
  label: string;
  language: string;
  bucket: number;
  place: number;
  post: string;
  score: number;
  action: string;
  rule: string;
  at: number;
}

export interface EvidencePostRow {
  id: string;
  platform: string;
  post_id: string;
  version: number;
  language: string;
  class: Class;
  band: number;
  probability: number;
  scores: string;
  chosen_at: number;
  state: 'chosen' | 'open' | 'decided' | 'lost' | 'moved';
  case_id: string | null;
  violates: 0 | 1 | null;
  decided_at: number | null;
  look_at: number | null;
}

export const classes = ['allowed', 'reviewed', 'removed'] as const;
export type Class = (typeof classes)[number];

export interface RateRow {
  class: Class;
  language: string;
  band: number;
  rate: number;
  made_at: number;
}

export interface EvidenceRows {
  score_batches: { id: string; at: number; counts: string };
  score_hours: ScoreRow & { platform: string };
  score_days: ScoreRow & { alone?: string | null };
  score_examples: ExampleRow;
  evidence_posts: EvidencePostRow;
  audit_rates: RateRow;
}
