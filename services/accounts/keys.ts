import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';
import { LRUCache } from 'lru-cache';
import { Problem, type Runtime, UnavailableError, type Write } from '../runtime/index.js';
import type { Scope } from './scopes.js';
import { type AccountRows, keysTable } from './tables.js';

/** A key as its holder is known. */
export interface Caller {
  id: string;
  name: string;
  scopes: ReadonlySet<Scope>;
}

const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');

/** How long a key that was revoked may still work in a process. */
const rememberFor = 3_000;
const remembered = new WeakMap<Runtime, LRUCache<string, Caller>>();

/** The write that adds a key; `id` has to be new. */
export function addKey(runtime: Runtime, key: string, id: string, name: string, scopes: readonly Scope[]): Write {
  const row = {
    hash: hashOf(key),
    id,
    name,
    scopes: JSON.stringify(scopes),
    created_at: runtime.time.now(),
    revoked_at: null,
  };
  return runtime.db.insert(keysTable, [row], { onConflict: 'nothing' });
}

async function callerOf(runtime: Runtime, key: string): Promise<Caller | undefined> {
  let known = remembered.get(runtime);
  if (!known) {
    known = new LRUCache({ max: 10_000, ttl: rememberFor });
    remembered.set(runtime, known);
  }
  const hash = hashOf(key);
  const hit = known.get(hash);
  if (hit) return hit;
  const row = await runtime.db
    .tables<AccountRows>()
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
  const caller = { id: row.id, name: row.name, scopes: new Set<Scope>(JSON.parse(row.scopes)) };
  known.set(hash, caller);
  return caller;
}

/** Lets pass who sends `Authorization: Bearer <key>` of a key that has the scope; then `res.locals.caller` is set. 401, 403 else. */
export const requireScope =
  (scope: Scope): RequestHandler =>
  async (req, res, next) => {
    const [, key] = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(req.headers.authorization ?? '') ?? [];
    const caller = key && (await callerOf(req.app.locals.runtime as Runtime, key));
    if (!caller) {
      throw new Problem(
        401,
        'Send a key: "Authorization: Bearer <key>".',
        {},
        { 'WWW-Authenticate': 'Bearer realm="sansdelai"' },
      );
    }
    if (!caller.scopes.has(scope) && !caller.scopes.has('admin'))
      throw new Problem(403, `This key lacks the scope ${scope}.`);
    res.locals.caller = caller;
    next();
  };
