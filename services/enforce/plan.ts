import type { HoldCause } from '../contracts/index.js';
import type { Judgement } from '../platforms/index.js';
import type { RemovalRow } from './tables.js';

/** Later looks (promise 2) after it was gone, or not found: a minute, an hour, a day. */
export const watches = [60_000, 3_600_000, 24 * 3_600_000] as const;
export const phases = ['after a minute', 'after an hour', 'after a day'] as const;

/** Looks between two calls to a platform that accepts and does nothing. */
const looksBetweenCalls = 6;
/** Longest pause (ms) that a platform can ask for: it may want a day, which no clock gives. */
const longestPause = 5 * 60_000;
/** Pause after a call that was refused: it would be refused again, until a person changes something. */
const refusedPause = 30_000;

/** Pauses before the next try: quick at first, since most platforms take a moment, then at most half a minute. */
export function pauseAfter(attempts: number): number {
  return Math.min(100 * 2 ** Math.min(attempts, 9), 30_000);
}

/** Pause after a call that was not accepted. */
export const pauseFor = (attempts: number, kind: 'failed' | 'refused', asked: number | undefined): number =>
  kind === 'refused' ? refusedPause : Math.min(asked ?? pauseAfter(attempts), longestPause);

/** Part of its limit that a removal may take before it is told why: most platforms take a moment, and nobody has to hear of that. */
const untold = 1 / 4;
/** Causes told between a request (or a return) and its end, at the most. */
const mostTold = 8;

/**
 * The causes told of a removal with this one, where it is to be told: it is another than the last, and the next attempt comes too late to wait for.
 * @param next when that comes
 * @param limit of its clock, ms
 */
export function heldBy(
  { wanted, held, pending_since }: RemovalRow,
  cause: HoldCause,
  next: number,
  limit: number,
): string | undefined {
  const told = held?.split(' ') ?? [];
  const early = next < pending_since + limit * untold;
  if (wanted !== 'gone' || early || told.at(-1) === cause || told.length >= mostTold) return undefined;
  return [...told, cause].join(' ');
}

/** Whether the platform is to be called (again) before looking. */
export const callIsDue = (row: RemovalRow): boolean => row.accepted_at === null;

/**
 * The row after a look that did not find what is wanted. A platform that accepted and did nothing is called afresh, with an idempotency key of its own;
 * one that never accepted gets the same key again, as it may have acted all the same.
 */
export function afterMiss(
  row: RemovalRow,
  { verdict }: Judgement,
): Pick<RemovalRow, 'attempts' | 'accepted_at' | 'round'> {
  const attempts = row.attempts + 1;
  // A site that can't be looked at says nothing of what the platform did; a narrowing is told again all the same.
  const undone = row.narrowing !== null || verdict === (row.wanted === 'gone' ? 'readable' : 'gone');
  const again = undone && row.accepted_at !== null && attempts % looksBetweenCalls === 0;
  return { attempts, accepted_at: again ? null : row.accepted_at, round: again ? row.round + 1 : row.round };
}

/** What a later look leads to. Pure. */
export type Step =
  | { kind: 'again'; pause: number }
  /** What was gone can be read again: the clock reopens, the platform is called afresh. */
  | { kind: 'returned'; where: string }
  | { kind: 'watched'; next: number | null };

/** At a later look: `next` is the pause until the one after it, null after the last. */
export function afterWatch(row: RemovalRow, judgement: Judgement, now: number): Step {
  if (judgement.verdict === 'readable') return { kind: 'returned', where: judgement.why };
  // Unclear (the site is down, say): not gone, not back. Looked at again soon, so that the watch is never skipped.
  if (judgement.verdict === 'unclear') return { kind: 'again', pause: Math.min(60_000, watches[row.watch] ?? 60_000) };
  const after = watches[row.watch + 1];
  return { kind: 'watched', next: after === undefined ? null : Math.max(1_000, (row.ended_at ?? now) + after - now) };
}
