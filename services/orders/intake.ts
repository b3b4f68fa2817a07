import { createHash } from 'node:crypto';
import { busKey, eventId } from '../contracts/index.js';
import { connectorsOf } from '../platforms/index.js';
import { ConflictError, Problem, type Runtime, type Write } from '../runtime/index.js';
import { type Finding, findingsOf, type OrderContent } from './annex-one.js';
import { untilDone } from './change.js';
import { Draft } from './draft.js';
import { orderId } from './follow.js';
import { locate } from './locate.js';
import { type Doubt, dsaDue, type Item, secretUntil } from './machine/index.js';
import type { Parts } from './parts.js';
import type { KnownAuthority } from './register.js';
import { guardSandbox, sandboxAuthority } from './sandbox.js';
import { type OrderAttemptRow, type OrderRow, type OrderRows, orderAttemptsTable, orderFilesTable } from './tables.js';
import { territoryOf } from './territory.js';
import { countOrders, farMore, firstOrder, keepWithin, unguarded } from './volume.js';
import { closeGuard } from './volume-duty.js';

const day = 24 * 3600_000;
/** An order as a channel hands it over. */
export interface Incoming {
  channel: string;
  content: OrderContent;
  /** SHA-256 of what came, hex. */
  hash: string;
  receivedAt: number;
  by: string;
  /** Set where the register knows who sent it, and the signature or certificate was checked. */
  authority?: KnownAuthority;
  file?: { name: string; type: string; content: Buffer };
}

export interface Noted {
  lacks: Finding[];
  /** The twelve hours of TCO Article 3(2), before an authority's first order: told, not waited for. */
  notice?: 'given' | 'short' | 'missing';
}

export const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Orders of each authority that this process is taking at this moment: a flood that comes all at once is counted as it comes. */
const underWay = new Map<string, number>();

async function counting<T>(name: string, work: (ahead: number) => Promise<T>): Promise<T> {
  const ahead = underWay.get(name) ?? 0;
  underWay.set(name, ahead + 1);
  try {
    return await work(ahead);
  } finally {
    const left = (underWay.get(name) ?? 1) - 1;
    if (left === 0) underWay.delete(name);
    else underWay.set(name, left);
  }
}

function noticeOf({ content, authority, receivedAt }: Incoming): Noted['notice'] {
  if (content.instrument !== 'tco' || !authority || authority.row.first_at !== null) return undefined;
  if (!authority.noticeAt) return 'missing';
  return receivedAt - Date.parse(authority.noticeAt) < day / 2 ? 'short' : 'given';
}

/** How an authority stands by its usual number when one more order of it comes at `at`. */
async function volumeOf(parts: Parts, { row, usualOrdersADay: usual }: KnownAuthority, at: number, ahead: number) {
  const most = farMore(usual ?? parts.settings.usualOrdersADay);
  if ((row.confirmed_until ?? 0) > parts.runtime.time.now()) return { tooMany: false, writes: [], events: [] };
  const count = await countOrders(parts.runtime, row.id, at);
  if (count >= most) return { tooMany: true, ...closeGuard(parts.runtime, row, at) };
  return {
    tooMany: false,
    events: [],
    writes: count + ahead < most / unguarded ? [] : keepWithin(parts.runtime, row.id, at, most),
  };
}

async function locateAll({ runtime }: Parts, content: OrderContent): Promise<Item[]> {
  const { db } = runtime;
  const items: Item[] = [];
  for (const [i, asked] of (content.items ?? []).entries())
    items.push({ n: i + 1, url: asked.url, ...(await locate(runtime, asked)) });
  const keys = items.flatMap(({ target }) =>
    target ? [busKey({ platform: target.platform, id: target.postId })] : [],
  );
  const others = await db
    .tables<OrderRows>()
    .selectFrom('order_items')
    .innerJoin('orders', 'orders.id', 'order_items.order_id')
    .select(['order_items.item', 'orders.id'])
    .where('order_items.item', 'in', db.among(keys))
    .where('orders.in_force', '=', 1)
    .orderBy('orders.received_at')
    .execute();
  return items.map(item => {
    const key = item.target && busKey({ platform: item.target.platform, id: item.target.postId });
    const other = others.find(row => row.item === key);
    return other ? { ...item, duplicateOf: other.id } : item;
  });
}

async function doubtsOf(
  runtime: Runtime,
  incoming: Incoming,
  items: readonly Item[],
  lacks: readonly Finding[],
  tooMany: boolean,
): Promise<Doubt[]> {
  const { content, authority } = incoming;
  const may = authority?.instruments.includes(content.instrument) === true && authority.state === content.issuingState;
  const { connectors } = connectorsOf(runtime);
  const able = items.every(({ target }) => !target || connectors.get(target.platform)?.territorial === true);
  const all: [Doubt, boolean][] = [
    ['authority', !may],
    ['signature', !authority],
    ['form', lacks.length > 0],
    ['item', items.length === 0 || items.some(item => item.phase === 'unknown')],
    ['not-public', items.some(item => item.phase === 'not-public')],
    // Where the platform can only remove everywhere, less than that is for a person to decide.
    ['territory', territoryOf(content) !== undefined && !able],
    ['volume', tooMany],
  ];
  return all.flatMap(([doubt, is]) => (is ? [doubt] : []));
}

const keyOf = ({ content, authority, hash }: Incoming): string =>
  authority
    ? `checked/${authority.id}/${content.reference ?? hash}`
    : `unchecked/${content.authority?.name ?? ''}/${content.reference ?? hash}`;

/**
 * Takes an order in: durable, with its clock, once this resolves. What all verifies is executed in the same commit; all else is put before a person. The same
 * order again (by authority and reference) is the order that is there.
 * @throws Problem 409 where another order came under this reference
 */
export function takeOrder(parts: Parts, incoming: Incoming): Promise<{ row: OrderRow; isNew: boolean }> {
  return counting(incoming.authority?.id ?? '', ahead => untilDone(() => takeOnce(parts, incoming, ahead)));
}

async function takeOnce(parts: Parts, incoming: Incoming, ahead: number): Promise<{ row: OrderRow; isNew: boolean }> {
  const { runtime, settings } = parts;
  const { db, config } = runtime;
  const rows = db.tables<OrderRows>();
  const { content, hash, receivedAt: at, by, channel } = incoming;
  const key = keyOf(incoming);
  const known = await rows.selectFrom('orders').selectAll().where('key', '=', key).executeTakeFirst();
  // Signed anew it is the same order.
  if (known && known.content !== JSON.stringify(content))
    throw new Problem(409, `Another order came under the reference ${content.reference} already.`, { order: known.id });
  if (known) return { row: known, isNew: false };

  const authority = await freshAuthority(parts, incoming);
  const given: Incoming = { ...incoming, ...(authority && { authority }) };
  const probe = authority?.id === sandboxAuthority;
  const items = await locateAll(parts, content);
  if (probe)
    guardSandbox(
      content,
      items.map(({ target }) => target?.platform),
    );
  const lacks = findingsOf(content, probe ? ['en'] : settings.provider.languages, runtime.time.now());
  const volume =
    authority && !probe ? await volumeOf(parts, authority, at, ahead) : { tooMany: false, writes: [], events: [] };
  const doubts = await doubtsOf(runtime, given, items, lacks, volume.tooMany);
  const notice = noticeOf(given);
  const { homeState } = settings.provider;
  const { instrument, issuedAt, nonDisclosure } = content;
  // It counts from the decision, which is not of the future.
  const decided = Math.min(at, issuedAt === undefined ? at : Date.parse(issuedAt));
  const seal = nonDisclosure && secretUntil(instrument, decided, Date.parse(nonDisclosure.until));
  const deadline = content.deadline === undefined ? undefined : Date.parse(content.deadline);
  const id = orderId(key);
  const noted: Noted = { lacks, ...(notice && { notice }) };
  const draft = new Draft(parts, undefined, {
    ...{ id, key, hash },
    authority: authority?.id ?? '',
    reference: content.reference ?? '',
    content: JSON.stringify(content),
    findings: JSON.stringify(noted),
  });
  draft.take({
    ...{ type: 'received', id, at, by, items, doubts, route: channel },
    instrument: content.instrument,
    verified: authority !== undefined && !doubts.includes('authority'),
    crossBorder:
      !probe && homeState !== undefined && content.issuingState !== undefined && homeState !== content.issuingState,
    ...(probe && { probe }),
    ...(content.instrument === 'dsa9' && { due: dsaDue(at, deadline, config.CLOCK_DSA_ORDER) }),
    ...(seal !== undefined && seal > at && { sealedUntil: seal }),
  });
  const { writes, events } = await draft.finish();
  const first = authority?.row.first_at === null ? [firstOrder(runtime, authority.id, at)] : [];
  await runtime.commit(
    [...writes, ...fileOf(parts, id, incoming), ...first, ...volume.writes],
    [...events, ...volume.events],
  );
  const row = await rows.selectFrom('orders').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  return { row, isNew: true };
}

/** As it is in the register now: revoked meanwhile, it can't order any more. */
async function freshAuthority({ runtime }: Parts, { authority }: Incoming): Promise<KnownAuthority | undefined> {
  if (!authority || authority.id === sandboxAuthority) return authority;
  const row = await runtime.db
    .tables<OrderRows>()
    .selectFrom('authorities')
    .selectAll()
    .where('id', '=', authority.id)
    .executeTakeFirst();
  if (!row || row.revoked === 1) throw new Problem(403, 'This authority was taken out of the register.');
  return { ...authority, row };
}

function fileOf({ runtime }: Parts, id: string, { file }: Incoming): Write[] {
  if (!file) return [];
  const { name, type, content } = file;
  const hash = sha256(content);
  const row = { id: eventId(id, 'file', hash), order_id: id, name, type, bytes: content.length, sha256: hash };
  return [
    runtime.db.insert(orderFilesTable, [{ ...row, content: content.toString('base64') }], { onConflict: 'nothing' }),
  ];
}

/** Attempts kept in a minute at the most: whoever floods an open door fills no disk. */
const mostAttempts = 300;
let kept = { minute: 0, count: 0 };

/** Writes down what came as an order and was none. It starts no clock. */
export async function recordAttempt(
  { runtime }: Pick<Parts, 'runtime'>,
  attempt: Pick<OrderAttemptRow, 'channel' | 'claimed' | 'status' | 'reason' | 'bytes' | 'hash'>,
): Promise<void> {
  const { db, time, log } = runtime;
  const at = time.now();
  const minute = Math.floor(at / 60_000);
  kept = kept.minute === minute ? { minute, count: kept.count + 1 } : { minute, count: 1 };
  const { channel, status, reason } = attempt;
  log.warn({ channel, status, reason }, 'it came as an order, and was not taken');
  if (kept.count > mostAttempts) return;
  const row = {
    id: time.uuid(),
    at,
    ...attempt,
    claimed: attempt.claimed.slice(0, 300),
    reason: reason.slice(0, 1_000),
  };
  await db.commit([db.insert(orderAttemptsTable, [row])]).catch(error => {
    if (!(error instanceof ConflictError)) throw error;
  });
}
