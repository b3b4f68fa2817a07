import type { Request, RequestHandler, Response } from 'express';
import { isLoopback, Problem, type Runtime } from '../runtime/index.js';
import { callerOfKey } from './keys.js';
import { type Role, scopesOf } from './roles.js';
import type { Scope } from './scopes.js';
import { sessionOf } from './sessions.js';

/** Who asks: the holder of a key, or a person who is logged in. */
export interface Caller {
  id: string;
  name: string;
  scopes: ReadonlySet<Scope>;
  /** Of a person. */
  role?: Role;
}

/** Who asks, behind `requireScope` or `requirePerson`, as they are named in what is written down. */
export const callerName = ({ locals }: Pick<Response, 'locals'>): string => (locals.caller as Caller).name;

/** A browser says where a request that changes something comes from; whatever is not our own page is refused (CSRF). */
function guardOrigin(req: Request, { config }: Runtime): void {
  if (req.method === 'GET' || req.method === 'HEAD') return;
  const own = new Set([
    `${req.protocol}://${req.headers.host}`,
    ...(config.SANSDELAI_URL ? [new URL(config.SANSDELAI_URL).origin] : []),
  ]);
  const { origin } = req.headers;
  if (origin === undefined ? req.headers['sec-fetch-site'] !== 'same-origin' : !own.has(origin))
    throw new Problem(403, 'Only the console itself may ask for this.');
}

/** @throws Problem 403 where a session's request comes from another site; UnavailableError */
export async function callerOf(req: Request): Promise<Caller | undefined> {
  const runtime = req.app.locals.runtime as Runtime;
  const [, key] = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(req.headers.authorization ?? '') ?? [];
  if (key) return callerOfKey(runtime, key);
  const session = await sessionOf(runtime, req);
  if (!session) return undefined;
  guardOrigin(req, runtime);
  return { id: session.id, name: session.person, scopes: scopesOf(session.role), role: session.role };
}

export const may = ({ scopes }: Caller, scope: Scope): boolean => scopes.has(scope) || scopes.has('admin');

/** Who asks, looked up once a request. */
const known = async (req: Request, { locals }: Response): Promise<Caller | undefined> =>
  (locals.caller as Caller | undefined) ?? (await callerOf(req));

const challenge = { 'WWW-Authenticate': 'Bearer realm="sansdelai"' };

/** Lets pass whose key or role has the scope; then `res.locals.caller` is set. 401, 403 else. */
export const requireScope =
  (scope: Scope): RequestHandler =>
  async (req, res, next) => {
    const caller = await known(req, res);
    if (!caller) throw new Problem(401, 'Log in, or send a key: "Authorization: Bearer <key>".', {}, challenge);
    if (!may(caller, scope))
      throw new Problem(
        403,
        caller.role ? `The role ${caller.role} may not do this (${scope}).` : `This key lacks the scope ${scope}.`,
      );
    res.locals.caller = caller;
    next();
  };

/** Lets people onto the pages: on loopback anybody; elsewhere those who are logged in. */
export const requireLogin: RequestHandler = async (req, res, next) => {
  const runtime = req.app.locals.runtime as Runtime;
  const session = await sessionOf(runtime, req);
  if (!session && !isLoopback(runtime.config.HOST)) throw new Problem(401, 'Log in first.');
  res.locals.session = session;
  next();
};

/** Lets people pass who are logged in, wherever it listens; then `res.locals.caller` is set. 401, 403 else. */
export const requirePerson: RequestHandler = async (req, res, next) => {
  const caller = await known(req, res);
  if (!caller?.role) throw new Problem(401, 'Log in first.');
  res.locals.caller = caller;
  next();
};
