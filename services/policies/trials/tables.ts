import type { Action } from '../../contracts/index.js';
import type { Table } from '../../runtime/index.js';

const day = 24 * 3600_000;

/**
 * Counts of what versions under trial do on real posts, by hour and language. `arm`: `shadow` decides beside the live version (`base`) and changes nothing;
 * `canary` acts on its share, and `control` is what the live version does meanwhile on the rest.
 */
export const policyTalliesTable: Table = {
  name: 'policy_tallies',
  columns: {
    trial: 'text',
    arm: 'text',
    /** `assessed`: a post. `upheld`, `overturned`: a person decided as the version did, or against it. `complained`: of what it did. */
    what: 'text',
    hour: 'bigint',
    language: 'text',
    action: 'text',
    rule: 'text',
    base_action: 'text',
    base_rule: 'text',
    n: 'bigint',
  },
  primaryKey: ['trial', 'arm', 'what', 'hour', 'language', 'action', 'rule', 'base_action', 'base_rule'],
  retention: { column: 'hour', keep: 90 * day },
};

/** Some of the posts on which a shadow and the live version differ, with the reasons of both; a post's text is not in it. */
export const shadowSamplesTable: Table = {
  name: 'policy_differences',
  columns: {
    trial: 'text',
    /** As in `posts`: platform/version/id. */
    key: 'text',
    at: 'bigint',
    language: 'text',
    action: 'text',
    rule: 'text',
    reasons: 'text',
    base: 'text',
    base_action: 'text',
    base_rule: 'text',
    base_reasons: 'text',
  },
  primaryKey: ['trial', 'key'],
  indexes: { at: { columns: ['trial', 'at'] } },
  retention: { column: 'at', keep: 'RETENTION_POSTS' },
};

export type Arm = 'shadow' | 'canary' | 'control';
export type What = 'assessed' | 'upheld' | 'overturned' | 'complained';

export interface TallyRow {
  trial: string;
  arm: Arm;
  what: What;
  hour: number;
  language: string;
  action: Action;
  rule: string;
  base_action: Action | '';
  base_rule: string;
  n: number;
}

export interface DifferenceRow {
  trial: string;
  key: string;
  at: number;
  language: string;
  action: Action;
  rule: string;
  reasons: string;
  base: string;
  base_action: Action;
  base_rule: string;
  base_reasons: string;
}

export interface TrialRows {
  policy_tallies: TallyRow;
  policy_differences: DifferenceRow;
}
