import { Router } from 'express';
import { z } from 'zod';
import { callerName, requirePerson, requireScope } from '../../accounts/index.js';
import { isoTime, parseBody, parseQuery, type Runtime, readBody } from '../../runtime/index.js';
import type { Prolonged } from './erase.js';
import type { PreservationKeys } from './keys.js';
import { askOpening, openingSchema, prolong, prolongSchema, readPreserved } from './open.js';
import type { OpeningRow, PreservedRow, PreservedRows } from './tables.js';

const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z
    .string()
    .regex(/^\d{1,16}\.[\w-]{1,64}$/, 'takes the "next" of an earlier answer')
    .optional(),
  order: z.string().max(64).optional(),
});

const showOpening = (row: OpeningRow) => ({
  id: row.id,
  purpose: row.purpose,
  reason: row.reason,
  askedBy: row.asked_by,
  askedAt: isoTime(row.asked_at),
  approval: row.approval,
  approvedBy: row.approved_by ?? undefined,
  approvedAt: isoTime(row.approved_at),
  readableUntil: isoTime(row.until),
  readAt: isoTime(row.read_at),
});

const show = (row: PreservedRow, openings: readonly OpeningRow[] = []) => ({
  id: row.id,
  order: row.order_id,
  n: row.n,
  platform: row.platform,
  post: row.post_id,
  state: row.state,
  heldAt: isoTime(row.held_at),
  removedAt: isoTime(row.removed_at),
  keptUntil: isoTime(row.keep_until),
  prolongedUntil: isoTime(row.prolonged_until),
  prolonged: JSON.parse(row.prolonged) as Prolonged[],
  bytes: row.bytes,
  erasedAt: isoTime(row.erased_at),
  openings: openings.map(showOpening),
});

/** What is preserved: its list, who may open it, and what was opened. Only people open it: a key has no second person. */
export function preservationRoutes(runtime: Runtime, keys: PreservationKeys): Router {
  const rows = runtime.db.tables<PreservedRows>();
  const router = Router();
  const may = requireScope('preserved:read');

  const openingsOf = async (ids: readonly string[]): Promise<Map<string, OpeningRow[]>> => {
    const found = await rows
      .selectFrom('preserved_openings')
      .selectAll()
      .where('preserved_id', 'in', runtime.db.among(ids))
      .orderBy('asked_at')
      .limit(2_000)
      .execute();
    const by = new Map<string, OpeningRow[]>();
    for (const row of found) by.set(row.preserved_id, [...(by.get(row.preserved_id) ?? []), row]);
    return by;
  };

  router.get('/v1/preserved', may, async (req, res) => {
    const { limit, cursor, order } = parseQuery(req, listQuery);
    let query = rows.selectFrom('preserved').selectAll();
    if (order !== undefined) query = query.where('order_id', '=', order);
    if (cursor !== undefined) {
      const [at, id] = cursor.split('.') as [string, string];
      query = query
        .where('held_at', '<=', Number(at))
        .where(row =>
          row.or([row('held_at', '<', Number(at)), row.and([row('held_at', '=', Number(at)), row('id', '<', id)])]),
        );
    }
    const list = await query.orderBy('held_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
    const openings = await openingsOf(list.map(({ id }) => id));
    const last = list.length === limit ? list.at(-1) : undefined;
    res.set('Cache-Control', 'no-store').json({
      preserved: list.map(row => show(row, openings.get(row.id))),
      ...(last && { next: `${last.held_at}.${last.id}` }),
    });
  });

  router.get('/v1/preserved/:id', requirePerson, may, async (req, res) => {
    const { row, opening, content, related } = await readPreserved(
      runtime,
      keys,
      String(req.params.id),
      callerName(res),
    );
    runtime.log.info({ preserved: row.id, opening: opening.id, by: opening.asked_by }, 'preserved content was read');
    res.set('Cache-Control', 'no-store').json({ ...show(row, [opening]), content, related });
  });

  router.post('/v1/preserved/:id/openings', requirePerson, may, readBody(8_192), async (req, res) => {
    const asked = parseBody(req, openingSchema);
    const opening = await askOpening(runtime, String(req.params.id), asked, callerName(res));
    res.status(202).json(showOpening(opening));
  });

  router.post('/v1/preserved/:id/prolong', requireScope('orders:decide'), readBody(8_192), async (req, res) => {
    const asked = parseBody(req, prolongSchema);
    const name = callerName(res);
    res.status(201).json(show(await prolong(runtime, String(req.params.id), asked, name)));
  });
  return router;
}
