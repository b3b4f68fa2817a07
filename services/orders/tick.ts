import { loop, Problem, type Stoppable } from '../runtime/index.js';
import { happen } from './change.js';
import { takeFromFolder } from './channels/folder.js';
import { probePatience } from './draft.js';
import { active, type OrderEvent, type OrderState, scrutinyRequestDue } from './machine/index.js';
import type { Parts } from './parts.js';
import { importRegister } from './register.js';
import { forgetSandboxOrders } from './sandbox.js';
import type { OrderRows } from './tables.js';
import { countHeld } from './volume-duty.js';

const atOnce = 100;

/** What happened to an order meanwhile decides; it is looked at again where it still has to be. */
async function unlessImpossible(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
  }
}

/** What time alone brings: a window that lapses, a secrecy that ends. */
async function passTime(parts: Parts): Promise<void> {
  const { db, time } = parts.runtime;
  const at = time.now();
  const due = await db
    .tables<OrderRows>()
    .selectFrom('orders')
    .select(['id', 'state'])
    .where('next_at', '<=', at)
    .orderBy('next_at')
    .limit(atOnce)
    .execute();
  for (const { id, state } of due) {
    const { sealedUntil, unsealed, receivedAt, probe, phase } = JSON.parse(state) as OrderState;
    const by = 'orders';
    const events: OrderEvent[] = [];
    if (sealedUntil !== undefined && !unsealed && sealedUntil <= at) events.push({ type: 'unsealed', at, by });
    if (scrutinyRequestDue(receivedAt) < at) events.push({ type: 'scrutiny-waived', lapsed: true, at, by });
    if (probe && receivedAt + probePatience <= at && active.includes(phase))
      events.push({ type: 'withdrawn', note: 'the probe waits no longer', at, by });
    for (const event of events) await unlessImpossible(happen(parts, id, event));
  }
}

/** Lets orders go on that waited for their number to be confirmed, once a person has. */
async function letConfirmedGoOn(parts: Parts): Promise<void> {
  const { db, time } = parts.runtime;
  const at = time.now();
  const waiting = await db
    .tables<OrderRows>()
    .selectFrom('orders')
    .innerJoin('authorities', 'authorities.id', 'orders.authority')
    .select(['orders.id', 'authorities.entry'])
    .where('orders.volume', '=', 1)
    .where('authorities.confirmed_until', '>', at)
    .where('authorities.revoked', '=', 0)
    .limit(atOnce)
    .execute();
  for (const { id } of waiting)
    await unlessImpossible(happen(parts, id, { type: 'volume-confirmed', at, by: 'a confirmed number of orders' }));
}

/** Everything about orders that no request starts. */
export function startTicking(parts: Parts, held: (orders: number) => void): Stoppable {
  const { runtime, settings } = parts;
  const { time, log } = runtime;
  const every = (pause: number, what: string, work: () => Promise<unknown>) =>
    loop(
      time,
      pause,
      async () => void (await work()),
      error => log.warn({ err: error }, `${what}: tried again`),
    );
  const { register, inbox } = settings;
  const running = [
    every(1_000, 'orders whose time has come', () => passTime(parts)),
    every(500, 'orders that wait for their number', async () => {
      await letConfirmedGoOn(parts);
      held(await countHeld(runtime));
    }),
    every(600_000, 'ended orders of the probe', () => forgetSandboxOrders(runtime)),
    ...(register ? [every(30_000, 'the register of authorities', () => importRegister(runtime, register))] : []),
    ...(inbox ? [every(1_000, 'the folder for orders', () => takeFromFolder(parts, inbox))] : []),
  ];
  return { stop: async () => void (await Promise.all(running.map(one => one.stop()))) };
}
