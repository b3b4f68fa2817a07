import { createHash } from 'node:crypto';
import { parse } from 'cookie';
import type { Request, Response } from 'express';
import { LRUCache } from 'lru-cache';
import type { Runtime } from '../runtime/index.js';
import type { Role } from './roles.js';
import { type AccountRows, type SessionRow, sessionsTable } from './tables.js';

/** A session ends this long (ms) after it was last used, and in any case after a working day. */
const idle = 3600_000;
const longest = 12 * 3600_000;
/** How often (ms) it is written down that a session is in use, and how long one that was ended may still work in another process. */
const noted = 60_000;
const rememberFor = 2_000;

/** Who is logged in. */
export interface Session {
  id: string;
  person: string;
  role: Role;
  createdAt: number;
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

/** Behind TLS the browser sends it nowhere else, and nobody else may set it. */
const cookieOf = ({ config, url }: Runtime) => {
  const secure = (config.SANSDELAI_URL ?? url).startsWith('https:');
  return { name: secure ? '__Host-sansdelai' : 'sansdelai', secure };
};

const found = new WeakMap<Runtime, LRUCache<string, Session>>();
function memory(runtime: Runtime): LRUCache<string, Session> {
  let known = found.get(runtime);
  if (!known) {
    known = new LRUCache({ max: 10_000, ttl: rememberFor });
    found.set(runtime, known);
  }
  return known;
}

/** Logs a person in: the session is durable, then the cookie is set. */
export async function beginSession(runtime: Runtime, req: Request, res: Response, person: string): Promise<void> {
  const { db, time } = runtime;
  const token = time.secret(32);
  const now = time.now();
  const row: SessionRow = {
    hash: hashOf(token),
    id: time.uuid(),
    person,
    agent: (req.headers['user-agent'] ?? '').slice(0, 200),
    created_at: now,
    seen_at: now,
    expires_at: now + longest,
  };
  await db.commit([db.insert(sessionsTable, [row])]);
  const { name, secure } = cookieOf(runtime);
  res.cookie(name, token, { httpOnly: true, sameSite: 'lax', path: '/', secure });
}

/** Who the request's cookie belongs to; undefined where it has none that is good. */
export async function sessionOf(runtime: Runtime, req: Request): Promise<Session | undefined> {
  const { db, time } = runtime;
  const token = parse(req.headers.cookie ?? '')[cookieOf(runtime).name];
  if (!token || token.length > 128) return undefined;
  const hash = hashOf(token);
  const known = memory(runtime).get(hash);
  if (known) return known;
  const rows = db.tables<AccountRows>();
  const row = await rows
    .selectFrom('sessions')
    .innerJoin('people', 'people.name', 'sessions.person')
    .select(['sessions.id', 'person', 'role', 'sessions.created_at', 'seen_at', 'expires_at'])
    .where('hash', '=', hash)
    .where('disabled_at', 'is', null)
    .executeTakeFirst();
  const now = time.now();
  if (!row || row.expires_at <= now || row.seen_at + idle <= now) return undefined;
  if (row.seen_at + noted <= now)
    await db.commit([{ query: rows.updateTable('sessions').set({ seen_at: now }).where('hash', '=', hash) }]);
  const session: Session = { id: row.id, person: row.person, role: row.role, createdAt: row.created_at };
  memory(runtime).set(hash, session);
  return session;
}

/** Takes the cookie away; the session's row is ended by {@link endSessions}. */
export function clearCookie(runtime: Runtime, res: Response): void {
  const { name, secure } = cookieOf(runtime);
  res.clearCookie(name, { httpOnly: true, sameSite: 'lax', path: '/', secure });
}

/** Ends sessions of a person: the one that is named, or all. Other processes know within two seconds. @returns how many */
export async function endSessions(runtime: Runtime, person: string, id?: string): Promise<number> {
  let query = runtime.db.tables<AccountRows>().deleteFrom('sessions').where('person', '=', person);
  if (id !== undefined) query = query.where('id', '=', id);
  const [result] = await runtime.db.commit([{ query }]);
  memory(runtime).clear();
  return result?.affected ?? 0;
}

/** The sessions of a person that are still good, the newest first. */
export async function listSessions({ db, time }: Runtime, person: string): Promise<SessionRow[]> {
  const now = time.now();
  return db
    .tables<AccountRows>()
    .selectFrom('sessions')
    .selectAll()
    .where('person', '=', person)
    .where('expires_at', '>', now)
    .where('seen_at', '>', now - idle)
    .orderBy('created_at', 'desc')
    .limit(100)
    .execute();
}
