import { removalDue } from '../contracts/index.js';
import type { Connector } from '../platforms/index.js';
import { ConflictError, loop, type Runtime, type Stoppable } from '../runtime/index.js';
import { Execution } from './execute.js';
import type { EnforceRows, RemovalRow } from './tables.js';

/** Pause between two looks into the table for what nobody called attention to: retries, later looks, work of a process that died. */
const pollEvery = 500;

/**
 * Carries out removals: woken by topic `removals`, and by the table itself. Each is claimed with a lease and a fence, so that several processes share the
 * work and none does it twice at a time.
 */
export async function startExecutor(runtime: Runtime, connectors: ReadonlyMap<string, Connector>): Promise<Stoppable> {
  const { db, time, config, log, instance } = runtime;
  const rows = db.tables<EnforceRows>();
  const limit = config.REMOVAL_CONCURRENCY;
  const running = new Map<string, Promise<void>>();
  const wanted = new Set<string>();
  let stopping = false;

  const claim = async (ids: string[]): Promise<RemovalRow[]> => {
    const now = time.now();
    const query = rows
      .updateTable('removals')
      .set(({ eb }) => ({ owner: instance, lease_until: now + config.REMOVAL_LEASE, fence: eb('fence', '+', 1) }))
      .where('id', 'in', db.among(ids))
      .where('next_at', '<=', now)
      .where('lease_until', '<', now)
      .returningAll();
    const [result] = await db.commit([{ query }]);
    return (result?.rows ?? []) as unknown as RemovalRow[];
  };

  const carryOut = async (row: RemovalRow): Promise<void> => {
    const abort = new AbortController();
    // A platform that answers slowly must not look like a dead process.
    const sign = loop(
      time,
      config.REMOVAL_LEASE / 3,
      async () => {
        await time.sleep(config.REMOVAL_LEASE / 3, abort.signal);
        if (abort.signal.aborted) return;
        const query = rows
          .updateTable('removals')
          .set({ lease_until: time.now() + config.REMOVAL_LEASE })
          .where('id', '=', row.id)
          .where('owner', '=', instance)
          .where('fence', '=', row.fence);
        await db.commit([{ query }]);
      },
      error => log.warn({ err: error, removal: row.id }, 'lease not renewed'),
    );
    try {
      await new Execution(runtime, connectors, row).run();
    } catch (error) {
      // Changed by a decision or another process: it is theirs now. Anything else comes again when the lease has run out.
      if (error instanceof ConflictError) log.debug({ removal: row.id }, 'removal changed under way');
      else log.error({ err: error, removal: row.id, post: row.post_id }, 'removal failed; it comes again');
    } finally {
      abort.abort();
      await sign.stop();
    }
  };

  let claiming: Promise<void> | undefined;
  const take = (): void => {
    if (claiming || stopping) return;
    claiming = (async () => {
      while (!stopping && wanted.size > 0 && running.size < limit) {
        const ids = [...wanted].filter(id => !running.has(id)).slice(0, limit - running.size);
        if (ids.length === 0) break;
        for (const id of ids) wanted.delete(id);
        for (const row of await claim(ids)) {
          const work = carryOut(row).finally(() => {
            running.delete(row.id);
            take();
          });
          running.set(row.id, work);
        }
      }
    })()
      .catch(error => log.warn({ err: error }, 'removals not claimed; tried again'))
      .finally(() => {
        claiming = undefined;
        if (wanted.size > 0 && running.size < limit && !stopping) take();
      });
  };

  const polling = loop(
    time,
    pollEvery,
    async () => {
      if (running.size >= limit) return;
      const now = time.now();
      const found = await rows
        .selectFrom('removals')
        .select('id')
        .where('next_at', '<=', now)
        .where('lease_until', '<', now)
        .orderBy('next_at')
        .limit(limit)
        .execute();
      for (const { id } of found) wanted.add(id);
      take();
    },
    error => log.warn({ err: error }, 'removals not looked up; tried again'),
  );
  const subscription = await runtime.bus.subscribe({
    topic: 'removals',
    group: 'removals',
    batch: 200,
    // Only a call to look: what is lost here is found by the poll.
    handle: async events => {
      for (const event of events) {
        const parsed = removalDue.schema.safeParse(event.data);
        if (parsed.success) wanted.add(parsed.data.removalId);
      }
      take();
    },
  });
  return {
    stop: async () => {
      stopping = true;
      await subscription.stop();
      await polling.stop();
      await claiming;
      await Promise.all(running.values());
    },
  };
}
