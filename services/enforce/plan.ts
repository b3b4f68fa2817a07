import type { Judgement } from '../platforms/index.js';
import type { RemovalRow } from './tables.js';

/** Later looks after gone (promise 2): a minute, an hour, a day. */
export const watches = [60_000, 3_600_000, 24 * 3_600_000] as const;
export const phases = ['after a minute', 'after an hour', 'after a day'] as const;

/** Looks between two calls to a platform that accepts and does nothing. */
const looksBetweenCalls = 6;

/** Pauses before the next try: quick at first, since most platforms take a moment, then at most half a minute. */
export function pauseAfter(attempts: number): number {
  return Math.min(100 * 2 ** Math.min(attempts, 9), 30_000);
}

/** Whether the platform is to be called (again) before looking. */
export const callIsDue = (row: RemovalRow): boolean => row.accepted_at === null || (row.attempts > 0 && row.attempts % looksBetweenCalls === 0);

/** Which call this is, for its idempotency key: a platform that accepted and did nothing gets one of its own, not a repetition. */
export const callNumber = (row: RemovalRow): number => Math.floor(row.attempts / looksBetweenCalls);

/** What a look after the call leads to. Pure. */
export type Step =
  | { kind: 'gone' }
  | { kind: 'again'; pause: number }
  /** What was gone can be read again: the clock reopens, the platform is called afresh. */
  | { kind: 'returned'; where: string }
  | { kind: 'watched'; next: number | null };

/** After a call to remove: only what was seen to be gone is. */
export function afterLook(row: RemovalRow, judgement: Judgement): Step {
  return judgement.verdict === 'gone' ? { kind: 'gone' } : { kind: 'again', pause: pauseAfter(row.attempts) };
}

/** At a later look: `next` is the pause until the one after it, null after the last. */
export function afterWatch(row: RemovalRow, judgement: Judgement, now: number): Step {
  if (judgement.verdict === 'readable') return { kind: 'returned', where: judgement.why };
  // Unclear (the site is down, say): not gone, not back. Looked at again soon, so that the watch is never skipped.
  if (judgement.verdict === 'unclear') return { kind: 'again', pause: Math.min(60_000, watches[row.watch] ?? 60_000) };
  const after = watches[row.watch + 1];
  return { kind: 'watched', next: after === undefined ? null : Math.max(1_000, (row.ended_at ?? now) + after - now) };
}
