import type { Post } from '../../contracts/index.js';
import { aborted, loop, type Runtime } from '../../runtime/index.js';
import type { SandboxRows } from './tables.js';

const atOnce = 500;
/** Pause between two looks into the table where nobody woke it, ms. */
const pause = 250;
const channel = 'sandbox';

/** Hands over what was posted, in order, from a table of what still has to be: nothing is skipped, and what was taken is not repeated. */
export interface Feed {
  run(take: (posts: Post[]) => Promise<void>, signal: AbortSignal): Promise<void>;
  /** Something was posted: wakes the feed, here or in the process that runs it. */
  wake(): void;
}

export function createFeed(runtime: Runtime, platform: string): Feed {
  const { db, time, cache, log } = runtime;
  const rows = db.tables<SandboxRows>();
  let wakeHere: (() => void) | undefined;

  async function handOver(take: (posts: Post[]) => Promise<void>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const waiting = await rows
        .selectFrom('sandbox_feed')
        .select(['seq', 'post'])
        .where('platform', '=', platform)
        .orderBy('seq')
        .limit(atOnce)
        .execute();
      if (waiting.length === 0) return;
      await take(waiting.map(({ post }) => JSON.parse(post) as Post));
      const taken = rows
        .deleteFrom('sandbox_feed')
        .where('platform', '=', platform)
        .where('seq', 'in', db.among(waiting.map(({ seq }) => seq)));
      await db.commit([{ query: taken }]);
      if (waiting.length < atOnce) return;
    }
  }

  return {
    async run(take, signal) {
      const looking = loop(
        time,
        pause,
        () => handOver(take, signal),
        error => log.warn({ err: error, platform }, 'sandbox feed: posts not taken, they come again'),
      );
      wakeHere = looking.wake;
      const calls = await cache.subscribe(channel, message => {
        if (message === platform) looking.wake();
      });
      await aborted(signal);
      wakeHere = undefined;
      await calls.stop();
      await looking.stop();
    },
    wake() {
      if (wakeHere) return wakeHere();
      // Only a call to look; where it is lost, the next look comes by itself.
      cache.publish(channel, platform).catch(error => log.debug({ err: error, platform }, 'sandbox feed not called'));
    },
  };
}
