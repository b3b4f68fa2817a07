import type { Table } from '../../runtime/index.js';

const day = 24 * 3600_000;

/** Rules that do not act by themselves, and since when; also those of the past. */
export const ruleHoldsTable: Table = {
  name: 'rule_holds',
  columns: {
    id: 'text',
    rule: 'text',
    /** `evidence`: the gate; `volume`: the circuit breaker; `person`. */
    cause: 'text',
    why: 'text',
    /** Figures that it rests on, as JSON. */
    detail: 'text',
    placed_at: 'bigint',
    placed_by: 'text',
    /** When somebody on call was told. */
    told_at: 'bigint?',
    lifted_at: 'bigint?',
    lifted_by: 'text?',
    lifted_why: 'text?',
  },
  primaryKey: ['id'],
  indexes: {
    open: { columns: ['rule'], unique: true, where: 'lifted_at is null' },
    rule: { columns: ['rule', 'lifted_at'] },
  },
};

/** What people decided about what rules had done by themselves: one row a case, the latest decision. */
export const ruleDecisionsTable: Table = {
  name: 'rule_decisions',
  columns: {
    case_id: 'text',
    rule: 'text',
    language: 'text?',
    good: 'integer',
    /** 1: picked by chance, or all of its kind are looked at. */
    sampled: 'integer',
    /** How many it stands for. */
    weight: 'double',
    at: 'bigint',
    noted_at: 'bigint',
  },
  primaryKey: ['case_id'],
  indexes: { rule: { columns: ['rule', 'at'] }, noted: { columns: ['noted_at'] } },
  retention: { column: 'at', keep: 400 * day },
};

/** What rules did by themselves, by the minute in which the posts came in. */
export const ruleVolumeTable: Table = {
  name: 'rule_volume',
  columns: { rule: 'text', minute: 'bigint', n: 'bigint', changed_at: 'bigint' },
  primaryKey: ['rule', 'minute'],
  indexes: { changed: { columns: ['changed_at'] } },
  retention: { column: 'minute', keep: 70 * day },
};

export const holdTables = [ruleHoldsTable, ruleDecisionsTable, ruleVolumeTable] as const;

export type HoldCause = 'evidence' | 'volume' | 'person';

export interface HoldRow {
  id: string;
  rule: string;
  cause: HoldCause;
  why: string;
  detail: string;
  placed_at: number;
  placed_by: string;
  told_at: number | null;
  lifted_at: number | null;
  lifted_by: string | null;
  lifted_why: string | null;
}

export interface DecisionRow {
  case_id: string;
  rule: string;
  language: string | null;
  good: 0 | 1;
  sampled: 0 | 1;
  weight: number;
  at: number;
  noted_at: number;
}

interface VolumeRow {
  rule: string;
  minute: number;
  n: number;
  changed_at: number;
}

export interface HoldRows {
  rule_holds: HoldRow;
  rule_decisions: DecisionRow;
  rule_volume: VolumeRow;
}
