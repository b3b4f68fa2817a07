import type { Table } from '../../runtime/index.js';

const keep = 400 * 24 * 3600_000;

/** How much is tested: one row. */
export const qualitySettingsTable: Table = {
  name: 'quality_settings',
  columns: { id: 'text', golden: 'double', second: 'double', changed_at: 'bigint', changed_by: 'text' },
  primaryKey: ['id'],
};

/** Posts with a known answer, entered by leads. */
export const goldenItemsTable: Table = {
  name: 'golden_items',
  columns: {
    id: 'text',
    language: 'text',
    text: 'text',
    decision: 'text',
    category: 'text',
    /** Why that is the answer: told to who answered. */
    why: 'text',
    created_at: 'bigint',
    created_by: 'text',
    retired_at: 'bigint?',
  },
  primaryKey: ['id'],
};

/** Cases that lead to nothing: a golden item put before somebody, or a case that a second person decides blind. */
export const testCasesTable: Table = {
  name: 'test_cases',
  columns: {
    case_id: 'text',
    kind: 'text',
    /** The golden item, or the case that was decided first. */
    ref: 'text',
    state: 'text',
    language: 'text',
    /** What is known to be right, or what the first person decided. */
    expected: 'text',
    expected_category: 'text',
    expected_by: 'text',
    at: 'bigint',
    /** What was put before them: the post's platform and id, and as JSON what was found. */
    platform: 'text?',
    post_id: 'text?',
    findings: 'text?',
    put_to: 'text?',
    answer: 'text?',
    answer_category: 'text?',
    answered_by: 'text?',
    answered_at: 'bigint?',
    told_at: 'bigint?',
    /** Of a disagreement: whether a lead let the first decision stand, or the second. */
    stands: 'text?',
    settled_by: 'text?',
    settled_at: 'bigint?',
    /** What is shown of its post, as if it had come like others (JSON). */
    made: 'text?',
  },
  primaryKey: ['case_id'],
  added: [['made']],
  addedIndexes: ['post', 'put'],
  indexes: {
    waiting: { columns: ['at'], where: "state = 'waiting'" },
    ref: { columns: ['ref'] },
    post: { columns: ['post_id'] },
    answered: { columns: ['answered_at'] },
    reader: { columns: ['answered_by', 'answered_at'] },
    disagreed: { columns: ['answered_at', 'case_id'], where: "state = 'disagreed'" },
    put: { columns: ['put_to', 'at'], where: "state = 'put'" },
  },
  retention: { column: 'at', keep },
};

/** What people decided, and whether it was reversed later. */
export const madeDecisionsTable: Table = {
  name: 'made_decisions',
  columns: {
    case_id: 'text',
    item: 'text',
    decision: 'text',
    category: 'text',
    language: 'text',
    at: 'bigint',
    decided_by: 'text',
    overturned_at: 'bigint?',
    overturned_by: 'text?',
    overturned_how: 'text?',
  },
  primaryKey: ['case_id'],
  indexes: {
    item: { columns: ['item'] },
    // All that the figures are made of, so that they are counted without reading the rows.
    figures: { columns: ['at', 'language', 'decision', 'category', 'decided_by', 'overturned_at'] },
  },
  retention: { column: 'at', keep },
};

export interface QualitySettingsRow {
  id: string;
  golden: number;
  second: number;
  changed_at: number;
  changed_by: string;
}

export interface GoldenItemRow {
  id: string;
  language: string;
  text: string;
  decision: 'remove' | 'keep';
  category: string;
  why: string;
  created_at: number;
  created_by: string;
  retired_at: number | null;
}

export interface TestCaseRow {
  case_id: string;
  kind: 'golden' | 'second';
  ref: string;
  /** `waiting` for somebody, before somebody (`put`), `answered`; of a second decision `disagreed` until a lead has `settled` it. */
  state: 'waiting' | 'put' | 'answered' | 'disagreed' | 'settled';
  language: string;
  expected: 'remove' | 'keep';
  expected_category: string;
  expected_by: string;
  at: number;
  platform: string | null;
  post_id: string | null;
  findings: string | null;
  put_to: string | null;
  answer: 'remove' | 'keep' | null;
  answer_category: string | null;
  answered_by: string | null;
  answered_at: number | null;
  told_at: number | null;
  stands: 'first' | 'second' | null;
  settled_by: string | null;
  settled_at: number | null;
  made: string | null;
}

export interface MadeDecisionRow {
  case_id: string;
  item: string;
  decision: 'remove' | 'keep';
  category: string;
  language: string;
  at: number;
  decided_by: string;
  overturned_at: number | null;
  overturned_by: string | null;
  /** `restored`: a decision brought the post back; `second`: a lead let a second person's decision stand; `complaint`. */
  overturned_how: 'restored' | 'second' | 'complaint' | null;
}

export interface QualityRows {
  quality_settings: QualitySettingsRow;
  golden_items: GoldenItemRow;
  test_cases: TestCaseRow;
  made_decisions: MadeDecisionRow;
}
