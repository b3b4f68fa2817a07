import { ConflictError, type Database, type Table } from './database/index.js';
import type { Log } from './log/index.js';
import { loop, type Time, type Timer } from './time/index.js';

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

interface Hold {
  fence: number;
  abort: AbortController;
  /** Resolves once the work has ended. */
  done: Promise<void>;
  expiry?: Timer;
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
  let held: Hold | undefined;

  async function acquire(): Promise<{ fence: number; until: number } | undefined> {
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
      return { fence, until: next.until };
    } catch (error) {
      if (error instanceof ConflictError) return undefined;
      throw error;
    }
  }

  const mine = (fence: number) =>
    rows.updateTable('leases').where('name', '=', name).where('owner', '=', instance).where('fence', '=', fence);

  /** Nobody else has the lease before `until`: the work is told to end then, whether or not the database can be asked. */
  function holdUntil(hold: Hold, until: number): void {
    hold.expiry?.stop();
    hold.expiry = time.after(until - time.now(), () => hold.abort.abort());
  }

  async function letGo(): Promise<void> {
    if (!held) return;
    const { abort, done, fence, expiry } = held;
    expiry?.stop();
    abort.abort();
    await done;
    held = undefined;
    // The next holder need not wait until the lease has run out.
    await db.commit([{ query: mine(fence).set({ until: 0 }) }]);
  }

  async function renew(hold: Hold): Promise<void> {
    const until = time.now() + ttl;
    try {
      await db.commit([{ query: mine(hold.fence).set({ until }), atLeast: 1 }]);
      if (!hold.abort.signal.aborted) holdUntil(hold, until);
    } catch (error) {
      const lost = error instanceof ConflictError;
      log.warn({ err: error, lease: name, lost }, 'lease not renewed');
      if (lost) hold.abort.abort();
    }
  }

  function begin(fence: number, until: number): void {
    const abort = new AbortController();
    const hold: Hold = { fence, abort, done: Promise.resolve() };
    held = hold;
    holdUntil(hold, until);
    hold.done = work(fence, abort.signal)
      .catch(error => log.error({ err: error, lease: name }, 'leased work failed; it starts again'))
      .finally(() => {
        hold.expiry?.stop();
        if (held === hold) held = undefined;
      });
  }

  const tending = loop(
    time,
    ttl / 3,
    async () => {
      if (held?.abort.signal.aborted) await letGo();
      if (held) return renew(held);
      const taken = await acquire();
      if (taken) begin(taken.fence, taken.until);
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
