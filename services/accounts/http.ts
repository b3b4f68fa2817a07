import { parse } from 'cookie';
import { type Request, Router } from 'express';
import { z } from 'zod';
import { toLedger } from '../contracts/index.js';
import {
  ConflictError,
  isLoopback,
  isoTime,
  Problem,
  parseBody,
  parseQuery,
  type Runtime,
  readBody,
} from '../runtime/index.js';
import { type ApprovalKind, askApproval, decideApproval, listApprovals } from './approvals.js';
import {
  codeSchema,
  decisionOnApprovalSchema,
  loginSchema,
  name,
  newKeySchema,
  newPersonSchema,
  passwordSchema,
  personChangeSchema,
} from './bodies.js';
import { type Caller, callerName, callerOf, requirePerson, requireScope } from './caller.js';
import { addKey, addKeyByHash, endKey, hashOf, listKeys } from './keys.js';
import { SingleSignOn, usesOidc } from './oidc.js';
import {
  addPerson,
  authenticate,
  changePerson,
  checkPassword,
  findPerson,
  hashPassword,
  listPeople,
} from './people.js';
import { scopesOf } from './roles.js';
import type { Scope } from './scopes.js';
import { hasSecondPerson } from './second-person.js';
import { beginSession, clearCookie, endSessions, listSessions, sessionOf } from './sessions.js';
import type { ApprovalRow, KeyRow, PersonRow, SessionRow } from './tables.js';
import { newTotp, spendCode } from './totp.js';

const small = readBody(8_192);
/** A key with one of these is made by two, as soon as there are two who may. */
const powerful: ReadonlySet<Scope> = new Set([
  'admin',
  'cases:decide',
  'banks:write',
  'policies:write',
  'ledger:details',
  'ledger:erase',
]);
const param = (req: Request, key: string): string => String(req.params[key]);

const showPerson = (row: PersonRow) => ({
  name: row.name,
  role: row.role,
  createdAt: isoTime(row.created_at),
  createdBy: row.created_by ?? undefined,
  disabledAt: isoTime(row.disabled_at),
  oneTimeCodes: row.totp_confirmed_at !== null,
  singleSignOn: row.subject !== null,
});
const showKey = (row: KeyRow) => ({
  id: row.id,
  name: row.name,
  scopes: JSON.parse(row.scopes) as string[],
  createdAt: isoTime(row.created_at),
  createdBy: row.created_by ?? undefined,
  usedAt: isoTime(row.used_at),
  revokedAt: isoTime(row.revoked_at),
  revokedBy: row.revoked_by ?? undefined,
});
const showSession = (row: SessionRow, own: string | undefined) => ({
  id: row.id,
  agent: row.agent,
  createdAt: isoTime(row.created_at),
  seenAt: isoTime(row.seen_at),
  expiresAt: isoTime(row.expires_at),
  this: row.id === own,
});
const showApproval = (row: ApprovalRow, kinds: ReadonlyMap<string, ApprovalKind>) => ({
  id: row.id,
  kind: row.kind,
  what: kinds.get(row.kind)?.describe(JSON.parse(row.subject)) ?? row.kind,
  reason: row.reason,
  state: row.state,
  askedBy: row.asked_by,
  askedAt: isoTime(row.asked_at),
  expiresAt: isoTime(row.expires_at),
  decidedBy: row.decided_by ?? undefined,
  decidedAt: isoTime(row.decided_at),
});

interface KeyAsked {
  hash: string;
  id: string;
  name: string;
  scopes: Scope[];
}

/**
 * Who may do what: logging in, people, keys, sessions, and what needs a second person.
 * @param kinds what other folders have two people do together
 */
export function accountRoutes(runtime: Runtime, kinds: readonly ApprovalKind[] = []): Router {
  const { db, time, config, log } = runtime;
  const router = Router();
  const oidc = usesOidc(config) ? new SingleSignOn(runtime) : undefined;

  /** What the ledger enters of a change of who may do what. */
  const entered = (by: string, detail: Record<string, string | string[]>) =>
    toLedger({ kind: 'access.changed', at: time.now(), detail: { by, ...detail } }, '/accounts', time.uuid());

  const keyKind: ApprovalKind<KeyAsked> = {
    name: 'key',
    scope: 'approvals:decide',
    describe: ({ name, scopes }) => `A key "${name}" that may do: ${scopes.join(', ')}`,
    apply: async ({ hash, id, name, scopes }, { asked_by }) => ({
      writes: [addKeyByHash(runtime, hash, id, name, scopes, asked_by)],
      events: [entered(asked_by, { change: 'key made by two', key: id, name, scopes })],
    }),
  };
  const all = new Map<string, ApprovalKind>([keyKind as ApprovalKind, ...kinds].map(kind => [kind.name, kind]));

  router.get('/v1/session', async (req, res) => {
    const session = await sessionOf(runtime, req);
    const person = session && (await findPerson(runtime, session.person));
    res.set('Cache-Control', 'no-store').json({
      ...(session && {
        person: session.person,
        role: session.role,
        scopes: [...scopesOf(session.role)],
        since: isoTime(session.createdAt),
        oneTimeCodes: person?.totp_confirmed_at != null,
      }),
      needed: !isLoopback(config.HOST),
      singleSignOn: oidc !== undefined,
    });
  });

  router.post('/v1/session', small, async (req, res) => {
    if (req.headers['sec-fetch-site'] && req.headers['sec-fetch-site'] !== 'same-origin')
      throw new Problem(403, 'Only the console itself may ask for this.');
    const person = await authenticate(runtime, req.socket.remoteAddress ?? '', parseBody(req, loginSchema));
    await beginSession(runtime, req, res, person.name);
    log.info({ person: person.name }, 'logged in');
    res.status(201).json({ person: person.name, role: person.role });
  });

  router.delete('/v1/session', requirePerson, async (_req, res) => {
    const { id, name } = res.locals.caller as Caller;
    await endSessions(runtime, name, id);
    clearCookie(runtime, res);
    res.status(204).end();
  });

  const provider = (): SingleSignOn => {
    if (!oidc) throw new Problem(404, 'Single sign-on is not set up here: see OIDC_ISSUER.');
    return oidc;
  };
  router.get('/v1/session/oidc', async (_req, res) => provider().begin(res));
  router.get('/v1/session/oidc/callback', async (req, res) =>
    provider().finish(req, res, parse(req.headers.cookie ?? '')['sansdelai-login']),
  );

  router.post('/v1/session/password', requirePerson, small, async (req, res) => {
    const { name, id } = res.locals.caller as Caller;
    const given = parseBody(req, passwordSchema);
    const person = await findPerson(runtime, name);
    if (!(await checkPassword(person, given.old))) throw new Problem(403, 'The old password is wrong.');
    await db.commit([changePerson(runtime, name, { password: await hashPassword(given.new) })]);
    for (const row of await listSessions(runtime, name)) if (row.id !== id) await endSessions(runtime, name, row.id);
    res.status(204).end();
  });

  router.post('/v1/session/codes', requirePerson, async (_req, res) => {
    const name = callerName(res);
    const person = await findPerson(runtime, name);
    if (person?.totp_confirmed_at != null)
      throw new Problem(409, 'One-time codes are set up. An administrator can take them away.');
    const made = newTotp(name);
    await db.commit([changePerson(runtime, name, { totp: made.secret, totp_step: null })]);
    res.set('Cache-Control', 'no-store').status(201).json(made);
  });

  router.post('/v1/session/codes/confirm', requirePerson, small, async (req, res) => {
    const name = callerName(res);
    const person = await findPerson(runtime, name);
    const given = parseBody(req, codeSchema);
    const counter = `codes:${name}`;
    if (Number((await runtime.cache.get(counter)) ?? 0) >= 10)
      throw new Problem(429, 'Too many wrong codes. Wait a quarter of an hour.', {}, { 'Retry-After': '900' });
    if (!person || !(await spendCode(runtime, person, given.code))) {
      await runtime.cache.increment(counter, 900_000);
      throw new Problem(422, 'The code is wrong, or was used already. Is the clock of the device right?');
    }
    res.status(204).end();
  });

  router.get('/v1/sessions', requirePerson, async (req, res) => {
    const caller = res.locals.caller as Caller;
    const { person = caller.name } = parseQuery(req, z.strictObject({ person: name.optional() }));
    if (person !== caller.name && !caller.scopes.has('admin'))
      throw new Problem(403, "Only an administrator sees other people's sessions.");
    const rows = await listSessions(runtime, person);
    res.json({ sessions: rows.map(row => showSession(row, caller.id)) });
  });

  router.delete('/v1/sessions/:id', requirePerson, async (req, res) => {
    const caller = res.locals.caller as Caller;
    const { person = caller.name } = parseQuery(req, z.strictObject({ person: name.optional() }));
    if (person !== caller.name && !caller.scopes.has('admin'))
      throw new Problem(403, "Only an administrator ends other people's sessions.");
    if ((await endSessions(runtime, person, param(req, 'id'))) === 0)
      throw new Problem(404, 'There is no such session.');
    res.status(204).end();
  });

  router.get('/v1/people', requireScope('admin'), async (_req, res) => {
    res.json({ people: (await listPeople(runtime)).map(showPerson) });
  });

  router.post('/v1/people', requireScope('admin'), small, async (req, res) => {
    const by = callerName(res);
    const given = parseBody(req, newPersonSchema);
    const made = given.password ?? time.secret(12);
    try {
      await runtime.commit(
        [await addPerson(runtime, { ...given, password: made, by })],
        [entered(by, { change: 'person added', person: given.name, role: given.role })],
      );
    } catch (error) {
      if (error instanceof ConflictError) throw new Problem(409, `There is somebody called ${given.name} already.`);
      throw error;
    }
    // Shown once; who gets it changes it after the first login.
    res.status(201).json({ name: given.name, role: given.role, ...(given.password ? {} : { password: made }) });
  });

  router.patch('/v1/people/:name', requireScope('admin'), small, async (req, res) => {
    const by = callerName(res);
    const who = param(req, 'name');
    const { role, disabled, password, withoutCode } = parseBody(req, personChangeSchema);
    if (who === by && (role !== undefined || disabled))
      throw new Problem(409, 'Somebody else has to change your own role.');
    if (!(await findPerson(runtime, who))) throw new Problem(404, 'There is nobody of this name.');
    const change: Partial<PersonRow> = {
      ...(role && { role }),
      ...(disabled !== undefined && { disabled_at: disabled ? time.now() : null }),
      ...(password && { password: await hashPassword(password) }),
      ...(withoutCode && { totp: null, totp_confirmed_at: null, totp_step: null }),
    };
    if (Object.keys(change).length === 0)
      throw new Problem(422, 'Nothing to change: name a role, disabled, password or withoutCode.');
    const fields = Object.keys({ role, disabled, password, withoutCode }).filter(
      key => ({ role, disabled, password, withoutCode })[key as 'role'] !== undefined,
    );
    await runtime.commit(
      [changePerson(runtime, who, change)],
      [entered(by, { change: 'person changed', person: who, fields })],
    );
    await endSessions(runtime, who);
    res.json(showPerson((await findPerson(runtime, who)) as PersonRow));
  });

  router.get('/v1/keys', requireScope('admin'), async (_req, res) => {
    res.json({ keys: (await listKeys(runtime)).map(showKey) });
  });

  router.post('/v1/keys', requireScope('admin'), small, async (req, res) => {
    const by = callerName(res);
    const { name, scopes, reason = 'a new key' } = parseBody(req, newKeySchema);
    const key = `sd_${time.secret(24)}`;
    const id = time.uuid();
    res.set('Cache-Control', 'no-store');
    if (scopes.some(scope => powerful.has(scope)) && (await hasSecondPerson(runtime, by, keyKind.scope))) {
      const { row, write } = askApproval(runtime, {
        kind: 'key',
        subject: { hash: hashOf(key), id, name, scopes },
        reason,
        by,
      });
      await db.commit([write]);
      res.status(202).json({ id, key, approval: row.id });
      return;
    }
    await runtime.commit(
      [addKey(runtime, key, id, name, scopes, by)],
      [entered(by, { change: 'key made', key: id, name, scopes })],
    );
    res.status(201).json({ id, key });
  });

  router.delete('/v1/keys/:id', requireScope('admin'), async (req, res) => {
    const by = callerName(res);
    const id = param(req, 'id');
    try {
      await runtime.commit([endKey(runtime, id, by)], [entered(by, { change: 'key ended', key: id })]);
    } catch (error) {
      if (error instanceof ConflictError) throw new Problem(404, 'There is no such key, or it was ended already.');
      throw error;
    }
    res.status(204).end();
  });

  router.get('/v1/approvals', requirePerson, requireScope('approvals:decide'), async (req, res) => {
    const { state } = parseQuery(req, z.strictObject({ state: z.enum(['open', 'all']).default('open') }));
    const rows = await listApprovals(runtime, state === 'open');
    res.json({ approvals: rows.map(row => showApproval(row, all)) });
  });

  router.post('/v1/approvals/:id/decision', requirePerson, small, async (req, res) => {
    const caller = (await callerOf(req)) as Caller;
    const { approve } = parseBody(req, decisionOnApprovalSchema);
    const row = await decideApproval(runtime, all, param(req, 'id'), caller, approve);
    log.info({ approval: row.id, kind: row.kind, state: row.state, by: caller.name }, 'decided by a second person');
    res.json(showApproval(row, all));
  });

  return router;
}
