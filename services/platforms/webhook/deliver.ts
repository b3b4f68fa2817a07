import { createHash } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { ConflictError, isoTime, type Runtime } from '../../runtime/index.js';
import { answerOf, postJson } from '../call.js';
import type { Answer, Call, Item } from '../connector.js';
import type { WebhookPlatform } from './settings.js';
import { type AttemptRow, type DeliveryRow, tables, type WebhookRows } from './tables.js';

/** The same for the same key, so that a platform which had the call already knows it again. */
const webhookId = (platform: string, kind: string, key: string): string =>
  `msg_${createHash('sha256').update(`${platform}\0${kind}\0${key}`).digest('base64url').slice(0, 27)}`;

/** What the platform gets: what to do with which item, and why; never the text. */
export function bodyOf(kind: DeliveryRow['kind'], item: Item, call: Call, at: number): string {
  const { id, version, url, authorId, platform } = item;
  const { territory, reason, fence } = call;
  const data = { platform, id, version, url, authorId, territory, reason, fence };
  return JSON.stringify({ type: `item.${kind}`, timestamp: isoTime(at), data });
}

/** Keeps the call, makes it, keeps what came of it. */
export async function deliver(
  runtime: Runtime,
  platform: WebhookPlatform,
  kind: DeliveryRow['kind'],
  item: Item,
  call: Call,
): Promise<Answer> {
  const now = runtime.time.now();
  const row: DeliveryRow = {
    id: webhookId(platform.name, kind, call.idempotencyKey),
    platform: platform.name,
    kind,
    item_id: item.id,
    version: item.version,
    idempotency_key: call.idempotencyKey,
    fence: call.fence,
    body: bodyOf(kind, item, call, now),
    state: 'pending',
    created_at: now,
    updated_at: now,
  };
  const { fence, body, state, updated_at } = row;
  const keep = runtime.db
    .tables<WebhookRows>()
    .insertInto('deliveries')
    .values(row)
    .onConflict(conflict =>
      conflict.column('id').doUpdateSet({ fence, body, state, updated_at }).where('deliveries.fence', '<=', fence),
    );
  try {
    await runtime.db.commit([{ query: keep, atLeast: 1 }]);
  } catch (error) {
    if (error instanceof ConflictError)
      return { kind: 'refused', detail: `a newer holder of this work has called; this one had fence ${fence}` };
    throw error;
  }
  return attempt(runtime, platform, row, false);
}

/** The headers of a signed call, good for five minutes from `at`. */
export const signed = ({ secret }: WebhookPlatform, id: string, body: string, at: number): Record<string, string> => ({
  'webhook-id': id,
  'webhook-timestamp': String(Math.floor(at / 1000)),
  'webhook-signature': new Webhook(secret).sign(id, new Date(at), body),
  'user-agent': 'SansDelai/0.1 (calls to remove and restore)',
});

/** One try of a delivery that is kept: signed afresh, as a signature is good for five minutes only. */
export async function attempt(
  runtime: Runtime,
  platform: WebhookPlatform,
  { id, kind, body, fence }: DeliveryRow,
  replay: boolean,
): Promise<Answer> {
  const { time, db } = runtime;
  const at = time.now();
  const from = time.steady();
  const url = kind === 'restore' ? (platform.restoreUrl ?? platform.removeUrl) : platform.removeUrl;
  const reply = await postJson(url, body, signed(platform, id, body, at), {
    time,
    timeout: platform.timeoutSeconds * 1000,
  });
  const answer = answerOf(reply);
  const row: AttemptRow = {
    delivery_id: id,
    id: time.uuid(),
    at,
    ms: Math.round((time.steady() - from) * 100) / 100,
    status: reply.status ?? null,
    outcome: answer.kind,
    detail: answer.detail,
    replay: replay ? 1 : 0,
  };
  const settle = db
    .tables<WebhookRows>()
    .updateTable('deliveries')
    .set({ state: answer.kind, updated_at: time.now() })
    .where('id', '=', id)
    .where('fence', '=', fence);
  await db.commit([db.insert(tables.attempts, [row]), { query: settle }]);
  return answer;
}
