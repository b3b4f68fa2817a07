import { type ErrorRequestHandler, type Request, type RequestHandler, Router } from 'express';
import { z } from 'zod';
import { type Caller, callerName, requireScope } from '../accounts/index.js';
import { isoTime, Problem, parseBody, parseQuery, readBody, toProblem } from '../runtime/index.js';
import { type OrderContent, orderSchema } from './annex-one.js';
import { deskEventSchema, deskOrderSchema, eventOf } from './bodies.js';
import { findOrder, happen } from './change.js';
import { NotAnOrder, openOrder } from './channels/jws.js';
import { type Incoming, recordAttempt, sha256, takeOrder } from './intake.js';
import { targetOf } from './locate.js';
import type { OrderState } from './machine/index.js';
import type { Parts } from './parts.js';
import { type KnownAuthority, listAuthorities } from './register.js';
import { openSandboxOrder, sandboxAuthority, saysSandbox } from './sandbox.js';
import { formSent } from './send.js';
import { showForms, showOrder, showReceipt, showShort } from './show.js';
import type { OrderRow, OrderRows, ThreatRow } from './tables.js';
import { listThreats, newThreatSchema, reportThreat, threatTold, threatToldSchema } from './threats.js';
import { confirmVolume, countAll } from './volume.js';

const mostSigned = 1024 ** 2;
const mostEntered = 8 * 1024 ** 2;
const aDay = 24 * 3600_000;
/** What came longer ago was not received here by any order's channel. */
const longestAgo = 90 * aDay;

const cursor = z
  .string()
  .regex(/^\d{1,16}\.[\w-]{1,64}$/, 'takes the "next" of an earlier answer')
  .transform(text => {
    const [at, id] = text.split('.') as [string, string];
    return { at: Number(at), id };
  });
const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: cursor.optional(),
  phase: z.string().max(20).optional(),
});

const isSigned = (req: Request): boolean => req.is('application/jose') !== false && req.is('application/jose') !== null;

const showThreat = (row: ThreatRow) => ({
  id: row.id,
  platform: row.platform,
  post: row.post_id,
  states: JSON.parse(row.states) as string[],
  why: row.content,
  tell: JSON.parse(row.addressees) as { who: string; name?: string; contact?: string }[],
  reportedBy: row.reported_by,
  reportedAt: isoTime(row.reported_at),
  toldAt: isoTime(row.told_at),
  toldBy: row.told_by ?? undefined,
  receipt: row.receipt ?? undefined,
});

const showAuthority = ({ row, keys, certificates, ...authority }: KnownAuthority, orders: number) => ({
  ...authority,
  keys: keys.map(({ kid }) => kid),
  certificates: certificates.length,
  orders,
  firstOrderAt: isoTime(row.first_at),
  confirmedUntil: isoTime(row.confirmed_until),
});

/** Who holds the client certificate that the gateway tells of. @throws Problem 403 */
async function holderOf({ runtime, settings }: Parts, req: Request): Promise<KnownAuthority | undefined> {
  const header = settings.clientCertificateHeader;
  const print = header && req.get(header)?.toLowerCase().replaceAll(':', '');
  if (!print) return undefined;
  const found = (await listAuthorities(runtime)).find(({ certificates }) => certificates.includes(print));
  if (!found || found.revoked)
    throw new Problem(403, 'This certificate is not in the register of competent authorities.');
  return found;
}

/** Orders in, the desk's decisions, the register, threats to life. */
export function orderRoutes(parts: Parts): Router {
  const { runtime, settings } = parts;
  const { db, time } = runtime;
  const rows = db.tables<OrderRows>();
  const router = Router();

  async function found(req: Request): Promise<OrderRow> {
    const row = await findOrder(parts, String(req.params.id));
    if (!row) throw new Problem(404, 'There is no such order.');
    return row;
  }

  /** A signature or a certificate of the register opens this door; everybody else needs a key or a login. */
  const letIn: RequestHandler = async (req, res, next) => {
    if (isSigned(req)) return next();
    res.locals.authority = await holderOf(parts, req);
    if (res.locals.authority) return next();
    return requireScope('orders:write')(req, res, next);
  };
  const readIt: RequestHandler = (req, res, next) =>
    readBody(isSigned(req) || res.locals.authority ? mostSigned : mostEntered)(req, res, next);

  async function incomingOf(req: Request, authority: KnownAuthority | undefined, by: string): Promise<Incoming> {
    const bytes = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
    const now = time.now();
    const common = { hash: sha256(bytes), receivedAt: now };
    if (isSigned(req)) {
      const { audience } = settings.provider;
      const jws = bytes.toString('latin1').trim();
      const opened = saysSandbox(jws)
        ? await openSandboxOrder(runtime, jws, now)
        : await openOrder(jws, await listAuthorities(runtime), audience, now);
      return { ...common, channel: 'api', ...opened, by: opened.authority.id };
    }
    if (authority) {
      const content: OrderContent = parseBody(req, orderSchema);
      return { ...common, channel: 'api', content, authority, by: authority.id };
    }
    const { order, receivedAt, file } = parseBody(req, deskOrderSchema);
    const at = Date.parse(receivedAt);
    if (at > now || at < now - longestAgo)
      throw new Problem(422, 'Some fields are missing or wrong.', {
        errors: [{ path: 'receivedAt', message: 'lies in the future, or is older than 90 days' }],
      });
    const kept = file && { ...file, content: Buffer.from(file.content, 'base64') };
    return { ...common, channel: 'desk', content: order, receivedAt: at, by, ...(kept && { file: kept }) };
  }

  router.post('/v1/removal-orders', letIn, readIt, async (req, res) => {
    const authority = res.locals.authority as KnownAuthority | undefined;
    const by = authority?.id ?? (res.locals.caller as Caller | undefined)?.name ?? '';
    const { row, isNew } = await takeOrder(parts, await incomingOf(req, authority, by));
    // The same again tells how it stands, and what was answered.
    const forms = isNew ? [] : await showForms(parts, row.id);
    res.status(isNew ? 202 : 200).json({ ...showReceipt(row), ...(forms.length > 0 && { forms }) });
  });
  const refused: ErrorRequestHandler = async (error, req, res, next) => {
    const problem = toProblem(error);
    // Who has no key at all is no authority whose order went wrong.
    const stranger = !isSigned(req) && res.locals.caller === undefined && res.locals.authority === undefined;
    if (!problem || stranger || problem.status >= 500) return next(error);
    const bytes = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
    const authority = res.locals.authority as KnownAuthority | undefined;
    const claimed =
      error instanceof NotAnOrder
        ? error.claimed
        : (authority?.id ?? (res.locals.caller as Caller | undefined)?.name ?? '');
    await recordAttempt(parts, {
      channel: isSigned(req) || authority ? 'api' : 'desk',
      claimed,
      status: problem.status,
      reason: [problem.detail, JSON.stringify(problem.extra)].join(' '),
      bytes: bytes.length || Number(req.get('content-length') ?? 0),
      hash: bytes.length > 0 ? sha256(bytes) : '',
    });
    next(error);
  };
  router.use('/v1/removal-orders', refused);

  router.get('/v1/removal-orders', requireScope('orders:read'), async (req, res) => {
    const { limit, cursor, phase } = parseQuery(req, listQuery);
    let query = rows.selectFrom('orders').selectAll().where('authority', '<>', sandboxAuthority);
    if (phase !== undefined) query = query.where('phase', '=', phase);
    if (cursor) {
      const { at, id } = cursor;
      query = query
        .where('received_at', '<=', at)
        .where(row =>
          row.or([row('received_at', '<', at), row.and([row('received_at', '=', at), row('id', '<', id)])]),
        );
    }
    const list = await query.orderBy('received_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
    const last = list.length === limit ? list.at(-1) : undefined;
    res.json({ orders: list.map(showShort), ...(last && { next: `${last.received_at}.${last.id}` }) });
  });

  router.get('/v1/removal-orders/:id', requireScope('orders:read'), async (req, res) => {
    res.set('Cache-Control', 'no-store').json(await showOrder(parts, await found(req)));
  });

  router.get('/v1/removal-orders/:id/feedback', requireScope('orders:read'), async (req, res) => {
    const { id } = await found(req);
    res.set('Cache-Control', 'no-store').json({ forms: await showForms(parts, id) });
  });

  router.get('/v1/removal-orders/:id/files/:file', requireScope('orders:read'), async (req, res) => {
    const { id } = await found(req);
    const file = await rows
      .selectFrom('order_files')
      .selectAll()
      .where('order_id', '=', id)
      .where('id', '=', String(req.params.file))
      .executeTakeFirst();
    if (!file) throw new Problem(404, 'There is no such file.');
    // Whatever it says that it is, a browser is to keep it and not to show it.
    res
      .set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' })
      .attachment(file.name)
      .type('application/octet-stream')
      .send(Buffer.from(file.content, 'base64'));
  });

  router.post('/v1/removal-orders/:id/events', requireScope('orders:decide'), readBody(32_768), async (req, res) => {
    const said = parseBody(req, deskEventSchema);
    const row = await found(req);
    const by = callerName(res);
    const at = time.now();
    const state = JSON.parse(row.state) as OrderState;
    const url = 'n' in said ? (state.items.find(one => one.n === said.n)?.url ?? '') : '';
    const named =
      said.type === 'item-named' ? await targetOf(runtime, said.target.platform, said.target.post, url) : undefined;
    if (said.type === 'item-gone' && !state.items.find(one => one.n === said.n)?.claimed)
      throw new Problem(409, 'Only of a platform that has no public way to look does a person say that it is gone.');
    const waits = said.type === 'item-back' && state.items.find(one => one.n === said.n);
    if (said.type === 'item-back' && !(waits && waits.phase === 'restoring' && waits.claimed))
      throw new Problem(409, "Only where the platform's word that it is back is all there is does a person say so.");
    const event = eventOf(said, at, by, named);
    if (typeof event === 'string') {
      const message = event === 'target' ? 'names a post that was never taken in' : 'has to be stated for this ground';
      throw new Problem(422, 'Some fields are missing or wrong.', { errors: [{ path: event, message }] });
    }
    const more = said.type === 'form-sent' ? [formSent(parts, row.id, said.n, said.receipt, at)] : [];
    await happen(parts, row.id, event, more);
    res.status(201).json(await showOrder(parts, await found(req)));
  });

  router.get('/v1/authorities', requireScope('orders:read'), async (_req, res) => {
    const counts = await countAll(runtime);
    const known = await listAuthorities(runtime);
    res.json({ authorities: known.map(one => showAuthority(one, counts.get(one.id) ?? 0)) });
  });

  router.post('/v1/authorities/:id/confirm', requireScope('orders:decide'), readBody(1_024), async (req, res) => {
    const until = await confirmVolume(runtime, String(req.params.id), callerName(res));
    res.status(202).json({ confirmedUntil: isoTime(until) });
  });

  router.get('/v1/threats', requireScope('orders:read'), async (_req, res) => {
    res.set('Cache-Control', 'no-store').json({ threats: (await listThreats(parts)).map(showThreat) });
  });
  router.post('/v1/threats', requireScope('threats:report'), readBody(32_768), async (req, res) => {
    const asked = parseBody(req, newThreatSchema);
    const row = await reportThreat(parts, asked, callerName(res));
    // Under the name that it was reported by: a second person is not to learn which post they decide.
    res.status(201).json(showThreat({ ...row, post_id: asked.post }));
  });
  router.post('/v1/threats/:id/told', requireScope('threats:report'), readBody(8_192), async (req, res) => {
    const { receipt } = parseBody(req, threatToldSchema);
    res.status(201).json(showThreat(await threatTold(parts, String(req.params.id), receipt, callerName(res))));
  });
  return router;
}
