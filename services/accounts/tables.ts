import type { Table } from '../runtime/index.js';

/** API keys: only the SHA-256 of a key is kept (keys are random and long, so a slow hash adds nothing). */
export const keysTable: Table = {
  name: 'api_keys',
  columns: { hash: 'text', id: 'text', name: 'text', scopes: 'text', created_at: 'bigint', revoked_at: 'bigint?' },
  primaryKey: ['hash'],
  indexes: { id: { columns: ['id'], unique: true } },
};

/** People who log in with a password (argon2id). */
export const peopleTable: Table = {
  name: 'people',
  columns: { name: 'text', role: 'text', password: 'text', created_at: 'bigint' },
  primaryKey: ['name'],
};

export interface AccountRows {
  api_keys: { hash: string; id: string; name: string; scopes: string; created_at: number; revoked_at: number | null };
  people: { name: string; role: string; password: string; created_at: number };
}
