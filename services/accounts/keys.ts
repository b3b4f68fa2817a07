import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type Runtime, UnavailableError, type Write } from '../runtime/index.js';
import type { Caller } from './caller.js';
import type { Scope } from './scopes.js';
import { type AccountRows, type KeyRow, keysTable } from './tables.js';

/** What is kept of a key. */
export const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');

/** How long a key that was revoked may still work in a process, and how often (ms) it is written down that one is in use. */
const rememberFor = 3_000;
const noted = 3600_000;
const remembered = new WeakMap<Runtime, LRUCache<string, Caller>>();

/** The write that adds a key; `id` has to be new. */
export const addKey = (
  runtime: Runtime,
  key: string,
  id: string,
  name: string,
  scopes: readonly Scope[],
  by: string | null = null,
): Write => addKeyByHash(runtime, hashOf(key), id, name, scopes, by);

/** The same, where only its hash is known any more: the key was shown when it was asked for. */
export function addKeyByHash(
  runtime: Runtime,
  hash: string,
  id: string,
  name: string,
  scopes: readonly Scope[],
  by: string | null = null,
): Write {
  const row: KeyRow = {
    hash,
    id,
    name,
    scopes: JSON.stringify(scopes),
    created_at: runtime.time.now(),
    revoked_at: null,
    created_by: by,
    revoked_by: null,
    used_at: null,
  };
  return runtime.db.insert(keysTable, [row], { onConflict: 'nothing' });
}

/** The writes that put a key in the place of the one with this id, if there is one: of a service that makes itself one at each start. */
export const replaceKey = (runtime: Runtime, key: string, id: string, scopes: readonly Scope[]): Write[] => [
  { query: runtime.db.tables<AccountRows>().deleteFrom('api_keys').where('id', '=', id) },
  addKey(runtime, key, id, id, scopes),
];

/** The write that ends a key; other processes know within three seconds. */
export function endKey(runtime: Runtime, id: string, by: string): Write {
  const query = runtime.db
    .tables<AccountRows>()
    .updateTable('api_keys')
    .set({ revoked_at: runtime.time.now(), revoked_by: by })
    .where('id', '=', id)
    .where('revoked_at', 'is', null);
  remembered.get(runtime)?.clear();
  return { query, atLeast: 1 };
}

/** Keys, the newest first; never what a key is. */
export const listKeys = ({ db }: Runtime): Promise<KeyRow[]> =>
  db.tables<AccountRows>().selectFrom('api_keys').selectAll().orderBy('created_at', 'desc').limit(500).execute();

/** The holder of a key; undefined where it is none, or was revoked. @throws UnavailableError */
export async function callerOfKey(runtime: Runtime, key: string): Promise<Caller | undefined> {
  const { db, time } = runtime;
  let known = remembered.get(runtime);
  if (!known) {
    known = new LRUCache({ max: 10_000, ttl: rememberFor });
    remembered.set(runtime, known);
  }
  const hash = hashOf(key);
  const hit = known.get(hash);
  if (hit) return hit;
  const rows = db.tables<AccountRows>();
  const row = await rows
    .selectFrom('api_keys')
    .selectAll()
    .where('hash', '=', hash)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
    .catch(error => {
      throw new UnavailableError((error as Error).message);
    });
  // Nobody is remembered who is unknown: a key works from the moment it is made.
  if (!row) return undefined;
  const now = time.now();
  if ((row.used_at ?? 0) + noted <= now)
    await db.commit([{ query: rows.updateTable('api_keys').set({ used_at: now }).where('hash', '=', hash) }]);
  const caller: Caller = { id: row.id, name: row.name, scopes: new Set<Scope>(JSON.parse(row.scopes)) };
  known.set(hash, caller);
  return caller;
}
