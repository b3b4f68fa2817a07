import { ConflictError, type Database, type Table } from './database/index.js';
import type { Log } from './log/index.js';
import { loop, type Time } from './time/index.js';

export const leasesTable: Table = {
  name: 'leases',
  columns: { name: 'text', owner: 'text', fence: 'bigint', until: 'bigint' },
  primaryKey: ['name'],
};

/** How long a holder may give no sign of life; it gives one three times as often. */
const ttl = 9_000;

interface Rows {
  leases: { name: string; owner: string; fence: number; until: number };
}

/**
 * Runs `work` in one process at a time: a lease in the database, renewed while held. The fence grows with each holder, so a holder that
 * was paused past its lease is told apart by whoever guards a write with it.
 */
export function lead(
  { db, time, log, instance }: { db: Database; time: Time; log: Log; instance: string },
  name: string,
  work: (fence: number, signal: AbortSignal) => Promise<void>,
): { stop(): Promise<void> } {
  const rows = db.tables<Rows>();
  let held: { fence: number; until: number; abort: AbortController; done: Promise<void> } | undefined;

  async function acquire(): Promise<number | undefined> {
    const now = time.now();
    const row = await rows.selectFrom('leases').selectAll().where('name', '=', name).executeTakeFirst();
    if (row && row.until > now && row.owner !== instance) return undefined;
    const fence = (row?.fence ?? 0) + 1;
    const next = { name, owner: instance, fence, until: now + ttl };
    try {
      await db.commit([
        row
          ? {
              query: rows.updateTable('leases').set(next).where('name', '=', name).where('fence', '=', row.fence),
              atLeast: 1,
            }
          : db.insert(leasesTable, [next]),
      ]);
      return fence;
    } catch (error) {
      if (error instanceof ConflictError) return undefined;
      throw error;
    }
  }

  const mine = (fence: number) =>
    rows.updateTable('leases').where('name', '=', name).where('owner', '=', instance).where('fence', '=', fence);

  async function letGo(): Promise<void> {
    if (!held) return;
    const { abort, done, fence } = held;
    held = undefined;
    abort.abort();
    await done;
    // The next holder need not wait until the lease has run out.
    await db.commit([{ query: mine(fence).set({ until: 0 }) }]);
  }

  const tending = loop(
    time,
    ttl / 3,
    async () => {
      if (held) {
        const until = time.now() + ttl;
        try {
          await db.commit([{ query: mine(held.fence).set({ until }), atLeast: 1 }]);
          held.until = until;
        } catch (error) {
          const lost = error instanceof ConflictError || time.now() > held.until;
          log.warn({ err: error, lease: name, lost }, 'lease not renewed');
          if (lost) {
            held.abort.abort();
            await held.done;
            held = undefined;
          }
        }
        return;
      }
      const fence = await acquire();
      if (fence === undefined) return;
      const abort = new AbortController();
      const mineNow = { fence, until: time.now() + ttl, abort, done: Promise.resolve() };
      held = mineNow;
      mineNow.done = work(fence, abort.signal)
        .catch(error => log.error({ err: error, lease: name }, 'leased work failed; it starts again'))
        .finally(() => {
          if (held === mineNow) held = undefined;
        });
    },
    error => log.warn({ err: error, lease: name }, 'lease'),
  );
  return {
    stop: async () => {
      await tending.stop();
      await letGo().catch(error => log.warn({ err: error, lease: name }, 'lease not released; it runs out by itself'));
    },
  };
}
