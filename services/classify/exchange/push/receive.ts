import { type RequestHandler, Router } from 'express';
import { ConflictError, Problem, type Runtime, readBody } from '../../../runtime/index.js';
import { type Lister, settle, take } from '../intake.js';
import { readReport, reported } from '../report.js';
import type { ExchangeSettings, Partner } from '../settings.js';
import type { Row } from '../source.js';
import { type ExchangeRows, messagesTable, newSource, sourcesTable, streamsTable } from '../tables.js';
import { type Change, type Message, MessageError, mostBytes, open } from './message.js';

/** Where partners' messages come in, as they know it. */
export const audienceOf = ({ audience }: ExchangeSettings, { config, url }: Runtime): string =>
  audience ?? `${(config.SANSDELAI_URL ?? url).replace(/\/$/, '')}/v1/exchange/hashes`;

/**
 * `POST /v1/exchange/hashes`: confirmed entries of another installation, as a signed message (`message.ts`). They begin in review. A message
 * counts once, and only next to the one before it: `409` names the number that the stream has come to.
 */
export function receiveRoutes(runtime: Runtime, settings: ExchangeSettings): Router {
  const router = Router();
  const take: RequestHandler = async (req, res) => {
    const { partner, message } = await opened(req.body);
    const { refused } = await takeMessage(runtime, partner, message);
    res.json({ sequence: message.to, refused: refused.map(({ sourceId, reason }) => ({ id: sourceId, reason })) });
  };
  async function opened(body: unknown): Promise<{ partner: Partner; message: Message }> {
    const jws = Buffer.isBuffer(body) ? body.toString('latin1').trim() : '';
    try {
      return await open(jws, settings.partners, audienceOf(settings, runtime), runtime.time);
    } catch (error) {
      if (error instanceof MessageError) throw new Problem(error.status, error.message);
      throw error;
    }
  }
  router.post('/v1/exchange/hashes', readBody(mostBytes), take);
  return router;
}

async function takeMessage(runtime: Runtime, partner: Partner, { jti, stream, from, to, changes }: Message) {
  const { db, time } = runtime;
  const { name, bank, tags } = partner;
  const rows = db.tables<ExchangeRows>();
  const known = await rows
    .selectFrom('exchange_streams')
    .selectAll()
    .where('partner', '=', name)
    .where('stream', '=', stream)
    .executeTakeFirst();
  const sequence = known?.sequence ?? 0;
  if (from !== sequence) throw notNext(sequence);
  // Claimed before anything is done: of the same message sent twice at once, one is taken up.
  await db.commit([db.insert(messagesTable, [{ partner: name, jti, at: time.now() }])]).catch(error => {
    throw error instanceof ConflictError ? notNext(sequence) : error;
  });
  const lister: Lister = { name, bank, tags };
  const { refused, writes } = await take(runtime, lister, changes.map(rowOf), 0);
  const at = time.now();
  const next = { partner: name, stream, sequence: to, at };
  const moved = known
    ? {
        query: rows
          .updateTable('exchange_streams')
          .set(next)
          .where('partner', '=', name)
          .where('stream', '=', stream)
          .where('sequence', '=', sequence),
        atLeast: 1,
      }
    : db.insert(streamsTable, [next]);
  const before = await rows
    .selectFrom('exchange_sources')
    .select(['report', 'allowed'])
    .where('name', '=', name)
    .executeTakeFirst();
  const report = JSON.stringify(reported(readReport(before?.report ?? '{}'), [], refused, at));
  const made = db.insert(sourcesTable, [newSource(name, 'partner', bank)], { onConflict: 'nothing' });
  const heard = rows
    .updateTable('exchange_sources')
    .set({ report, tried_at: at, pulled_at: at })
    .where('name', '=', name);
  await db.commit([moved, ...writes, made, { query: heard }]).catch(error => {
    throw error instanceof ConflictError ? notNext(sequence) : error;
  });
  await settlePartner(runtime, lister, before?.allowed ?? undefined);
  return { refused };
}

/** Does the removals that a partner asked for, as far as they may be done. */
export async function settlePartner(runtime: Runtime, lister: Lister, allowed?: number): Promise<void> {
  const { entries, held } = await settle(runtime, lister, { asked: true, allowed: allowed ?? 0 });
  const query = runtime.db
    .tables<ExchangeRows>()
    .updateTable('exchange_sources')
    .set({ entries, held, ...(allowed !== undefined && { allowed: null, allowed_by: null }) })
    .where('name', '=', lister.name);
  await runtime.db.commit([{ query }]);
}

const notNext = (sequence: number): Problem =>
  new Problem(409, `This is not the next message: the stream has come to ${sequence}.`, { sequence });

function rowOf(change: Change): Row {
  if ('removed' in change) return { id: change.id, removed: true };
  const { id, expiresAt, ...entry } = change;
  return { id, entry: { ...entry, ...(expiresAt !== undefined && { expiresAt }) } };
}
