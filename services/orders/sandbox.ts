import { decodeProtectedHeader, type JWK } from 'jose';
import { probePlatform } from '../clocks/index.js';
import { Problem, type Runtime, type Write } from '../runtime/index.js';
import type { OrderContent } from './annex-one.js';
import { openOrder } from './channels/jws.js';
import type { OrderState, Phase } from './machine/index.js';
import type { Authority, KnownAuthority } from './register.js';
import { ofSandbox, sandboxAuthority } from './sandbox-names.js';
import { type SandboxKeyRow, sandboxKeysTable } from './sandbox-table.js';
import type { OrderRows } from './tables.js';

export { sandboxAuthority } from './sandbox-names.js';

const day = 24 * 3600_000;
/** Where the sandbox's authority sits. Its orders are nobody's in truth, so they cross no border. */
export const sandboxState = 'LU';

/** The write that lets a key sign orders on the hidden sandbox for the next day. @param key public; its `kid` begins with the name of the sandbox's authority */
export function keepSandboxKey({ db, time }: Pick<Runtime, 'db' | 'time'>, key: JWK & { kid: string }): Write {
  if (!ofSandbox(key.kid) || 'd' in key) throw new Error('this is no public key of the sandbox');
  const row: SandboxKeyRow = { kid: key.kid, key: JSON.stringify(key), used_at: time.now() };
  return db.insert(sandboxKeysTable, [row], { onConflict: 'replace' });
}

const authorityWith = (keys: Authority['keys']): KnownAuthority => ({
  id: sandboxAuthority,
  name: "The sandbox's authority",
  state: sandboxState,
  instruments: ['tco'],
  keys,
  certificates: [],
  revoked: false,
  row: {
    id: sandboxAuthority,
    entry: '',
    revoked: 0,
    orders: 0,
    first_at: 0,
    confirmed_until: null,
    changed_at: 0,
    volume_since: null,
  },
});

/** Whether what came says that a key of the sandbox signed it. */
export function saysSandbox(jws: string): boolean {
  try {
    return ofSandbox(String(decodeProtectedHeader(jws).kid ?? ''));
  } catch {
    return false;
  }
}

/** Opens an order that a key of the sandbox signed. @throws NotAnOrder as {@link openOrder} does */
export async function openSandboxOrder({ db }: Runtime, jws: string, now: number): ReturnType<typeof openOrder> {
  const rows = await db.tables<OrderRows>().selectFrom('sandbox_order_keys').selectAll().execute();
  const keys = rows.map(({ key }) => JSON.parse(key) as Authority['keys'][number]);
  return openOrder(jws, [authorityWith(keys)], sandboxAuthority, now);
}

/** Its key opens nothing but the hidden sandbox. @throws Problem 403 where it orders anything else */
export function guardSandbox({ instrument, nonDisclosure }: OrderContent, platforms: readonly (string | undefined)[]) {
  const own = platforms.length > 0 && platforms.every(platform => platform === probePlatform);
  if (!own || instrument !== 'tco' || nonDisclosure)
    throw new Problem(403, "The sandbox's authority orders nothing but the removal of what is on the hidden sandbox.");
}

/** Where the hidden sandbox takes answering forms. */
export const sandboxAnswersTo = ({ config, url }: Pick<Runtime, 'config' | 'url'>): string =>
  `${(config.SANSDELAI_URL ?? url).replace(/\/$/, '')}/${probePlatform}/answers`;

/** How far an order has come (ms since 1970). */
export interface OrderProgress {
  phase: Phase;
  receivedAt: number;
  /** Set once all that it names was seen gone. */
  goneAt?: number;
  /** Set once the channel's receipt for Annex II is stored. */
  answeredAt?: number;
}

/** How far an order has come; undefined where there is none of this id. */
export async function readOrderProgress({ db }: Pick<Runtime, 'db'>, id: string): Promise<OrderProgress | undefined> {
  const row = await db.tables<OrderRows>().selectFrom('orders').select('state').where('id', '=', id).executeTakeFirst();
  if (!row) return undefined;
  const { phase, receivedAt, executedAt: goneAt, forms } = JSON.parse(row.state) as OrderState;
  const answeredAt = forms.find(({ form }) => form === 'II')?.sentAt;
  return { phase, receivedAt, ...(goneAt && { goneAt }), ...(answeredAt && { answeredAt }) };
}

/** Ended orders of the probe are kept for so long. Their figures are in `probes`. */
const kept = 2 * day;
const atOnce = 200;

/** Forgets ended orders of the probe: one comes each minute, and nobody has to answer for them. */
export async function forgetSandboxOrders({ db, time }: Runtime): Promise<void> {
  const rows = db.tables<OrderRows>();
  const found = await rows
    .selectFrom('orders')
    .select('id')
    .where('authority', '=', sandboxAuthority)
    .where('received_at', '<', time.now() - kept)
    .where('phase', 'in', ['executed', 'nothing-there', 'ended'])
    .limit(atOnce)
    .execute();
  if (found.length === 0) return;
  const ids = found.map(({ id }) => id);
  const among = db.among(ids);
  const parts = (['order_items', 'order_events', 'order_forms'] as const).map(table => ({
    query: rows.deleteFrom(table).where('order_id', 'in', among),
  }));
  await db.commit([...parts, { query: rows.deleteFrom('orders').where('id', 'in', among) }]);
}
