import type { Table } from '../runtime/index.js';
import type { State } from './states.js';

/** Every policy that was ever kept: assessments name it for as long as there are any. */
export const policyVersionsTable: Table = {
  name: 'policy_versions',
  columns: {
    /** `<name>@<hash of its text>`. */
    id: 'text',
    name: 'text',
    text: 'text',
    state: 'text',
    /** `file`: what SANSDELAI_POLICY named, or came with the program. `api`: somebody sent it. */
    origin: 'text',
    created_at: 'bigint',
    created_by: 'text',
    note: 'text',
    /** When it became live last, and what was live before it: what rolling back leads to. */
    live_at: 'bigint?',
    before: 'text?',
  },
  primaryKey: ['id'],
  indexes: { created: { columns: ['created_at'] } },
};

/** Who moved a version, when and why. */
export const policyMovesTable: Table = {
  name: 'policy_moves',
  columns: {
    id: 'text',
    version: 'text',
    from_state: 'text?',
    to_state: 'text',
    at: 'bigint',
    by: 'text',
    /** The second person, of a promotion. */
    seconded_by: 'text?',
    why: 'text',
    share: 'double?',
  },
  primaryKey: ['id'],
  indexes: { version: { columns: ['version', 'at'] } },
};

/** One row: what decides at this moment. Whoever changes it has read the latest `revision`; every replica looks at it. */
export const policyForceTable: Table = {
  name: 'policy_force',
  columns: { id: 'integer', revision: 'bigint', force: 'text', changed_at: 'bigint' },
  primaryKey: ['id'],
};

export interface VersionRow {
  id: string;
  name: string;
  text: string;
  state: State;
  origin: 'file' | 'api';
  created_at: number;
  created_by: string;
  note: string;
  live_at: number | null;
  before: string | null;
}

export interface MoveRow {
  id: string;
  version: string;
  from_state: State | null;
  to_state: State;
  at: number;
  by: string;
  seconded_by: string | null;
  why: string;
  share: number | null;
}

export interface PolicyRows {
  policy_versions: VersionRow;
  policy_moves: MoveRow;
  policy_force: { id: number; revision: number; force: string; changed_at: number };
}
