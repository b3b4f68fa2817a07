import { removalDue } from '../contracts/index.js';
import { type Connector, startLooker } from '../platforms/index.js';
import { ConflictError, loop, type Runtime, type Stoppable } from '../runtime/index.js';
import { Execution } from './execute.js';
import type { EnforceRows, RemovalRow } from './tables.js';

/** Pause between two looks into the table for what nobody called attention to: retries, later looks, work of a process that died. */
const pollEvery = 500;

/** Part of what a process works on at once that one platform may take: one that answers no call must not hold up the others. */
const share = 0.75;
/** Pause before a removal comes again whose work failed in a way that nobody foresaw (the database was away, say). */
const afterFailure = 1_000;

/** What is remembered as due at the most. */
const mostWanted = 10_000;

/**
 * Carries out removals: woken by topic `removals`, and by the table itself. Each is claimed with a lease and a fence, so that several processes share the
 * work and none does it twice at a time.
 */
export async function startExecutor(runtime: Runtime, connectors: ReadonlyMap<string, Connector>): Promise<Stoppable> {
  const { db, time, config, log, instance } = runtime;
  const rows = db.tables<EnforceRows>();
  const limit = config.REMOVAL_CONCURRENCY;
  const ofOnePlatform = Math.max(1, Math.floor(limit * share));
  const running = new Map<string, { platform: string; work: Promise<void> }>();
  /** What is due, by id, in the order in which it was heard of; the value is its platform. */
  const wanted = new Map<string, string>();
  const looker = startLooker({ time, timeout: config.LOOK_TIMEOUT, vantage: config.SANSDELAI_VANTAGE });
  let stopping = false;

  const byPlatform = (): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const { platform } of running.values()) counts.set(platform, (counts.get(platform) ?? 0) + 1);
    return counts;
  };

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

  const release = ({ id, fence }: RemovalRow): Promise<unknown> => {
    const query = rows
      .updateTable('removals')
      .set({ owner: null, lease_until: time.now() + afterFailure })
      .where('id', '=', id)
      .where('owner', '=', instance)
      .where('fence', '=', fence);
    return db.commit([{ query }]);
  };

  const carryOut = async (row: RemovalRow): Promise<void> => {
    try {
      await new Execution(runtime, connectors, looker, row).run();
    } catch (error) {
      // Changed by a decision or another process: it is theirs now.
      if (error instanceof ConflictError) log.debug({ removal: row.id }, 'removal changed under way');
      else {
        log.error({ err: error, removal: row.id, post: row.post_id }, 'removal failed; it comes again');
        await release(row).catch(failure =>
          log.warn({ err: failure, removal: row.id }, 'it comes again when its lease has run out'),
        );
      }
    }
  };

  // A platform that answers slowly must not look like a dead process.
  const renewing = loop(
    time,
    config.REMOVAL_LEASE / 3,
    async () => {
      const query = rows
        .updateTable('removals')
        .set({ lease_until: time.now() + config.REMOVAL_LEASE })
        .where('id', 'in', db.among([...running.keys()]))
        .where('owner', '=', instance);
      if (running.size > 0) await db.commit([{ query }]);
    },
    error => log.warn({ err: error }, 'leases not renewed'),
  );

  /** Those that can be claimed now: not what this process works on already, and of no platform more than its share. */
  const claimable = (): string[] => {
    const counts = byPlatform();
    const ids: string[] = [];
    for (const [id, platform] of wanted) {
      if (running.size + ids.length >= limit) break;
      const count = counts.get(platform) ?? 0;
      if (running.has(id) || count >= ofOnePlatform) continue;
      counts.set(platform, count + 1);
      ids.push(id);
    }
    return ids;
  };

  let claiming: Promise<void> | undefined;
  const take = (): void => {
    if (claiming || stopping || claimable().length === 0) return;
    claiming = claimAll()
      .catch(error => log.warn({ err: error }, 'removals not claimed; tried again'))
      .finally(() => {
        claiming = undefined;
        take();
      });
  };
  const claimAll = async (): Promise<void> => {
    for (let ids = claimable(); ids.length > 0 && !stopping; ids = claimable()) {
      for (const id of ids) wanted.delete(id);
      for (const row of await claim(ids)) {
        const work = carryOut(row).finally(() => {
          running.delete(row.id);
          take();
        });
        running.set(row.id, { platform: row.platform, work });
      }
    }
  };

  const polling = loop(
    time,
    pollEvery,
    async () => {
      if (running.size >= limit) return;
      const now = time.now();
      const full = [...byPlatform()].flatMap(([platform, count]) => (count >= ofOnePlatform ? [platform] : []));
      const found = await rows
        .selectFrom('removals')
        .select(['id', 'platform'])
        .where('next_at', '<=', now)
        .where('lease_until', '<', now)
        .where('platform', 'not in', db.among(full))
        .orderBy('next_at')
        .limit(limit)
        .execute();
      for (const { id, platform } of found) wanted.set(id, platform);
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
        // What is beyond waits in the table for the poll.
        if (parsed.success && wanted.size < mostWanted) wanted.set(parsed.data.removalId, parsed.data.platform);
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
      await Promise.all([...running.values()].map(({ work }) => work));
      await renewing.stop();
      await looker.stop();
    },
  };
}
