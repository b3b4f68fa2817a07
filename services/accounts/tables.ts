import type { Table } from '../runtime/index.js';
import type { Role } from './roles.js';

const day = 24 * 3600_000;

/** API keys: only the SHA-256 of a key is kept (keys are random and long, so a slow hash adds nothing). */
export const keysTable: Table = {
  name: 'api_keys',
  columns: {
    hash: 'text',
    id: 'text',
    name: 'text',
    scopes: 'text',
    created_at: 'bigint',
    revoked_at: 'bigint?',
    created_by: 'text?',
    revoked_by: 'text?',
    used_at: 'bigint?',
  },
  primaryKey: ['hash'],
  added: [['created_by', 'revoked_by', 'used_at']],
  indexes: { id: { columns: ['id'], unique: true } },
};

/** People. Who comes by single sign-on has no password here. */
export const peopleTable: Table = {
  name: 'people',
  columns: {
    name: 'text',
    role: 'text',
    password: 'text',
    created_at: 'bigint',
    created_by: 'text?',
    disabled_at: 'bigint?',
    totp: 'text?',
    totp_confirmed_at: 'bigint?',
    totp_step: 'bigint?',
    subject: 'text?',
  },
  primaryKey: ['name'],
  added: [['created_by', 'disabled_at', 'totp', 'totp_confirmed_at', 'totp_step', 'subject']],
};

/** One row a login: only the SHA-256 of what the cookie holds is kept. */
export const sessionsTable: Table = {
  name: 'sessions',
  columns: {
    hash: 'text',
    id: 'text',
    person: 'text',
    agent: 'text',
    created_at: 'bigint',
    seen_at: 'bigint',
    expires_at: 'bigint',
  },
  primaryKey: ['hash'],
  indexes: { person: { columns: ['person'] }, id: { columns: ['id'], unique: true } },
  retention: { column: 'expires_at', keep: day },
};

/** What needs a second person: who asked for what, who agreed. */
export const approvalsTable: Table = {
  name: 'approvals',
  columns: {
    id: 'text',
    kind: 'text',
    /** JSON: what is asked for, as it will be done. */
    subject: 'text',
    reason: 'text',
    state: 'text',
    asked_by: 'text',
    asked_at: 'bigint',
    expires_at: 'bigint',
    decided_by: 'text?',
    decided_at: 'bigint?',
  },
  primaryKey: ['id'],
  indexes: { open: { columns: ['asked_at', 'id'], where: "state = 'open'" }, asked: { columns: ['asked_at', 'id'] } },
  retention: { column: 'asked_at', keep: 3 * 365 * day, where: "state <> 'open'" },
};

export interface KeyRow {
  hash: string;
  id: string;
  name: string;
  scopes: string;
  created_at: number;
  revoked_at: number | null;
  created_by: string | null;
  revoked_by: string | null;
  used_at: number | null;
}

export interface PersonRow {
  name: string;
  role: Role;
  /** argon2id; empty for who comes by single sign-on. */
  password: string;
  created_at: number;
  created_by: string | null;
  disabled_at: number | null;
  /** The secret of the one-time codes, base32; it counts once confirmed. */
  totp: string | null;
  totp_confirmed_at: number | null;
  /** The step of the last code that was used: none is good twice. */
  totp_step: number | null;
  /** `issuer subject` of single sign-on. */
  subject: string | null;
}

export interface SessionRow {
  hash: string;
  id: string;
  person: string;
  agent: string;
  created_at: number;
  seen_at: number;
  expires_at: number;
}

export interface ApprovalRow {
  id: string;
  kind: string;
  subject: string;
  reason: string;
  state: 'open' | 'approved' | 'rejected' | 'withdrawn';
  asked_by: string;
  asked_at: number;
  expires_at: number;
  decided_by: string | null;
  decided_at: number | null;
}

export interface AccountRows {
  api_keys: KeyRow;
  people: PersonRow;
  sessions: SessionRow;
  approvals: ApprovalRow;
}
