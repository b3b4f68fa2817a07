import type { Span } from './spans.js';

/** Bits of a figure that its bucket keeps: below 2^bits a bucket is one millisecond. */
const bits = 5;

/** Buckets of what has no figure. */
export const cancelledBucket = -1;
export const openBucket = -2;

/** The bucket of a figure (ms): 2^(bits-1) equal ones to each doubling. */
export function bucketOf(ms: number): number {
  let shift = 0;
  while (ms >= 2 ** (bits + shift)) shift++;
  return shift * 2 ** (bits - 1) + Math.floor(ms / 2 ** shift);
}

/** The only figure (ms) of a bucket that has just one. */
export const exactOf = (bucket: number): number | undefined => (bucket < 2 ** bits ? bucket : undefined);

export const bucketOfSpan = ({ state, ms }: Span): number =>
  state === 'stopped' ? bucketOf(ms) : state === 'cancelled' ? cancelledBucket : openBucket;
