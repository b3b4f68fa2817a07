import type { Cache, Time } from '../../runtime/index.js';

const minute = 60_000;

/**
 * Takes from what may be asked of a signal within this minute, in the whole installation.
 * @returns how many of `posts` may be asked
 */
export async function takeBudget(
  { cache, time }: { cache: Cache; time: Pick<Time, 'now'> },
  signal: string,
  posts: number,
  perMinute: number,
): Promise<number> {
  const key = `classify:asked:${signal}:${Math.floor(time.now() / minute)}`;
  const counts = await Promise.all(Array.from({ length: posts }, () => cache.increment(key, 2 * minute)));
  return counts.filter(count => count <= perMinute).length;
}
