import { Router } from 'express';
import { z } from 'zod';
import { isoTime, Problem, parseQuery, type Runtime } from '../../runtime/index.js';
import { attempt } from './deliver.js';
import type { WebhookPlatform } from './settings.js';
import type { AttemptRow, DeliveryRow, WebhookRows } from './tables.js';

/** A delivery as it is shown: what was sent, and every try. Times are RFC 3339. */
export interface Delivery {
  id: string;
  platform: string;
  kind: DeliveryRow['kind'];
  item: string;
  version: number;
  state: DeliveryRow['state'];
  createdAt: string;
  updatedAt: string;
  request: unknown;
  attempts: {
    at: string;
    ms: number;
    status?: number;
    outcome: AttemptRow['outcome'];
    detail: string;
    replay: boolean;
  }[];
}

const filterSchema = z.strictObject({
  platform: z.string().optional(),
  item: z.string().optional(),
  state: z.enum(['pending', 'accepted', 'refused', 'failed']).optional(),
  /** Only older ones: the `createdAt` of the last that was shown. */
  before: z.iso.datetime({ offset: true }).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type DeliveryFilter = Partial<z.infer<typeof filterSchema>>;

function show(row: DeliveryRow, tries: readonly AttemptRow[]): Delivery {
  return {
    id: row.id,
    platform: row.platform,
    kind: row.kind,
    item: row.item_id,
    version: row.version,
    state: row.state,
    createdAt: isoTime(row.created_at),
    updatedAt: isoTime(row.updated_at),
    request: JSON.parse(row.body),
    attempts: tries.map(({ at, ms, status, outcome, detail, replay }) => ({
      at: isoTime(at),
      ms,
      ...(status !== null && { status }),
      outcome,
      detail,
      replay: replay === 1,
    })),
  };
}

async function withAttempts(runtime: Runtime, found: readonly DeliveryRow[]): Promise<Delivery[]> {
  const tries = await runtime.db
    .tables<WebhookRows>()
    .selectFrom('delivery_attempts')
    .selectAll()
    .where('delivery_id', 'in', runtime.db.among(found.map(({ id }) => id)))
    .orderBy('at')
    .execute();
  return found.map(row =>
    show(
      row,
      tries.filter(one => one.delivery_id === row.id),
    ),
  );
}

/** Calls to platforms, newest first. */
export async function listDeliveries(runtime: Runtime, filter: DeliveryFilter = {}): Promise<Delivery[]> {
  let query = runtime.db.tables<WebhookRows>().selectFrom('deliveries').selectAll();
  if (filter.platform !== undefined) query = query.where('platform', '=', filter.platform);
  if (filter.item !== undefined) query = query.where('item_id', '=', filter.item);
  if (filter.state !== undefined) query = query.where('state', '=', filter.state);
  if (filter.before !== undefined) query = query.where('created_at', '<', Date.parse(filter.before));
  return withAttempts(
    runtime,
    await query
      .orderBy('created_at', 'desc')
      .limit(filter.limit ?? 50)
      .execute(),
  );
}

/**
 * Sends a delivery again, with the same `webhook-id`: a platform that acted on it already does nothing.
 * @throws Problem 404; 409 where a later call for the item went out, which this one would undo, or its platform is listed no more.
 */
export async function replayDelivery(
  runtime: Runtime,
  id: string,
  platforms: ReadonlyMap<string, WebhookPlatform>,
): Promise<Delivery> {
  const rows = runtime.db.tables<WebhookRows>();
  const row = await rows.selectFrom('deliveries').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw new Problem(404, 'There is no such delivery.');
  const later = await rows
    .selectFrom('deliveries')
    .select(['id', 'kind'])
    .where('platform', '=', row.platform)
    .where('item_id', '=', row.item_id)
    .where('kind', '<>', row.kind)
    .where(({ eb, or, and }) =>
      or([
        eb('created_at', '>', row.created_at),
        and([eb('created_at', '=', row.created_at), eb('fence', '>', row.fence)]),
      ]),
    )
    .executeTakeFirst();
  if (later)
    throw new Problem(409, `A later call (${later.kind}, ${later.id}) went out for this item; this one would undo it.`);
  const platform = platforms.get(row.platform);
  if (!platform) throw new Problem(409, `The platform ${row.platform} is not listed any more.`);
  await attempt(runtime, platform, row, true);
  const again = await rows.selectFrom('deliveries').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const [shown] = await withAttempts(runtime, [again]);
  return shown!;
}

/** `GET /v1/deliveries`, `POST /v1/deliveries/{id}/replay`. To be mounted behind authentication. */
export function deliveryRoutes(runtime: Runtime, replay: (id: string) => Promise<Delivery>): Router {
  const router = Router();
  router.get('/v1/deliveries', async (req, res) => {
    res.json({ deliveries: await listDeliveries(runtime, parseQuery(req, filterSchema)) });
  });
  router.post('/v1/deliveries/:id/replay', async (req, res) => {
    res.json(await replay(String(req.params.id)));
  });
  return router;
}
