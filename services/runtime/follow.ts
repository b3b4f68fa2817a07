import type { Cache } from './cache/types.js';
import type { Log } from './log/index.js';
import type { Stoppable } from './service.js';
import { loop, type Time } from './time/index.js';

/** Unread for so long (ms), what is followed counts as unknown. */
const patience = 10_000;

export interface Followed extends Stoppable {
  /** Undefined while it is kept up with; else for how long it was not. */
  problem(): string | undefined;
}

/**
 * Keeps this process up with something in the record: looks every so often, and at once when another process says on the channel that it changed. What is said
 * there may be lost. A look that fails is told and comes again.
 * @param look `seen` tells, in a long look, that it goes on
 * @param every pause between two looks, ms
 * @param unread logged where a look fails
 * @param lastRead how a problem begins, e.g. `the banks were`
 * @throws what subscribing throws
 */
export async function follow(
  { time, cache, log }: { time: Time; cache: Pick<Cache, 'subscribe'>; log: Log },
  channel: string,
  every: number,
  look: (seen: () => void) => Promise<void>,
  { unread, lastRead }: { unread: string; lastRead: string },
): Promise<Followed> {
  let seenAt = time.steady();
  const seen = (): void => {
    seenAt = time.steady();
  };
  const looking = loop(
    time,
    every,
    async () => {
      await look(seen);
      seen();
    },
    error => log.warn({ err: error }, unread),
  );
  const hearing = await cache
    .subscribe(channel, () => looking.wake())
    .catch(async error => {
      await looking.stop();
      throw error;
    });
  return {
    problem() {
      const since = time.steady() - seenAt;
      return since > patience ? `${lastRead} last read ${Math.round(since / 1000)} s ago` : undefined;
    },
    async stop() {
      await hearing.stop();
      await looking.stop();
    },
  };
}
