import type { TextMarks } from '../contracts/index.js';
import type { Database, Table, Write } from '../runtime/index.js';
import type { CaseRow } from './tables.js';

const day = 24 * 3600_000;

/** What a case is about, for those who are to see only some of them. */
export const kinds = ['text', 'match', 'media', 'unconfirmed'] as const;
export type Kind = (typeof kinds)[number];
/** Nobody gets these who did not ask for them. */
export const sensitiveKinds = ['media'] as const satisfies readonly Kind[];

/** Cases that are not simply the next for everybody: escalated, handed to somebody, or to a skill. A row goes with its case. */
export const lanesTable: Table = {
  name: 'review_lanes',
  columns: {
    case_id: 'text',
    /** `lead`, or a skill; null where it was only handed to somebody. */
    lane: 'text?',
    /** Shown to them first, and to nobody else until `kept_until`. */
    assignee: 'text?',
    kept_until: 'bigint',
    at: 'bigint',
    by: 'text',
  },
  primaryKey: ['case_id'],
  indexes: { lane: { columns: ['lane', 'at'] }, assignee: { columns: ['assignee', 'at'] } },
};

/** What people said of a case to each other. */
export const notesTable: Table = {
  name: 'case_notes',
  columns: { id: 'text', case_id: 'text', kind: 'text', text: 'text', to: 'text?', at: 'bigint', by: 'text' },
  primaryKey: ['id'],
  indexes: { case: { columns: ['case_id', 'at'] } },
  retention: { column: 'at', keep: 400 * day },
};

/** What each person is sent, and how much. Who has no row has the defaults. */
export const reviewersTable: Table = {
  name: 'reviewers',
  columns: {
    person: 'text',
    /** JSON lists. Languages and kinds: empty for all. */
    languages: 'text',
    kinds: 'text',
    skills: 'text',
    /** Of the sensitive kinds, those that they asked for themselves. */
    opted: 'text',
    /** Cases an hour; null for the installation's. */
    per_hour: 'integer?',
    /** Until then no limit holds them up. */
    lifted_until: 'bigint',
    /** When they last had the queue before them. */
    active_at: 'bigint',
  },
  primaryKey: ['person'],
};

/** How much each person saw, in stretches of five minutes: nothing of what it was. */
const seenTable: Table = {
  name: 'review_seen',
  columns: { person: 'text', at: 'bigint', cases: 'integer' },
  primaryKey: ['person', 'at'],
  retention: { column: 'at', keep: 30 * day },
};

/** By what the text of a case is found again (contracts: `textMarks`). It outlives the text, and nothing can be read from it. */
export const marksTable: Table = {
  name: 'case_texts',
  columns: {
    case_id: 'text',
    same: 'text',
    band1: 'text?',
    band2: 'text?',
    band3: 'text?',
    band4: 'text?',
    sketch: 'text',
    at: 'bigint',
  },
  primaryKey: ['case_id'],
  indexes: {
    same: { columns: ['same', 'at'] },
    band1: { columns: ['band1', 'at'], where: 'band1 is not null' },
    band2: { columns: ['band2', 'at'], where: 'band2 is not null' },
    band3: { columns: ['band3', 'at'], where: 'band3 is not null' },
    band4: { columns: ['band4', 'at'], where: 'band4 is not null' },
  },
  retention: { column: 'at', keep: 400 * day },
};

export const reviewTables = [lanesTable, notesTable, reviewersTable, seenTable, marksTable] as const;

export interface LaneRow {
  case_id: string;
  lane: string | null;
  assignee: string | null;
  kept_until: number;
  at: number;
  by: string;
}
export interface NoteRow {
  id: string;
  case_id: string;
  kind: 'note' | 'escalated' | 'handed' | 'threat';
  text: string;
  to: string | null;
  at: number;
  by: string;
}
export interface ReviewerRow {
  person: string;
  languages: string;
  kinds: string;
  skills: string;
  opted: string;
  per_hour: number | null;
  lifted_until: number;
  active_at: number;
}
interface SeenRow {
  person: string;
  at: number;
  cases: number;
}
export interface MarksRow {
  case_id: string;
  same: string;
  band1: string | null;
  band2: string | null;
  band3: string | null;
  band4: string | null;
  sketch: string;
  at: number;
}
export interface ReviewRows {
  review_lanes: LaneRow;
  case_notes: NoteRow;
  reviewers: ReviewerRow;
  review_seen: SeenRow;
  case_texts: MarksRow;
}

/** The writes that make a case's text to be found again; none where it has hardly any. */
export function keepMarks(db: Database, { id, opened_at }: CaseRow, text: TextMarks | undefined): Write[] {
  if (!text) return [];
  const [band1 = null, band2 = null, band3 = null, band4 = null] = text.bands;
  const row: MarksRow = {
    case_id: id,
    same: text.same,
    band1,
    band2,
    band3,
    band4,
    sketch: text.sketch,
    at: opened_at,
  };
  return [db.insert(marksTable, [row], { onConflict: 'nothing' })];
}
