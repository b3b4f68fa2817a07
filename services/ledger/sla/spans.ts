import { type BreachCause, breachCause, compact, type History, isOpen, merge, standing } from '../../clocks/index.js';
import type { OpenMove } from '../../contracts/index.js';

/** In time, without a limit, or what its breach is counted under; of an open stretch what it would be. */
export type Verdict = 'within' | 'unlimited' | BreachCause;

/** What a clock brings into the figures: a stretch from a start (or reopening) to its end, or one that has not ended. */
export interface Span {
  obligation: string;
  route: string;
  language: string;
  began: number;
  state: 'stopped' | 'cancelled' | 'open';
  /** The figure; of a cancelled stretch how long it was; 0 of an open one. */
  ms: number;
  verdict: Verdict;
  /** Of an open one: past due after this instant; undefined where it has no limit. */
  due?: number;
}

/** The due of a clock that stands still before its limit. */
export const never = 9e15;

/** What the ledger tells of one clock: the moves that are not folded away, and where it stood before. */
export interface Track {
  obligation: string;
  history: History;
}

export const emptyTrack = (obligation: string): Track => ({ obligation, history: { moments: [] } });

/** The spans of a clock, the open one last; none of one that counts in no figure, or whose start was not entered yet. */
export function spansOf({ obligation, history }: Track): Span[] {
  const is = standing(history);
  if (!is.counted || is.startedAt === undefined) return [];
  const of = { obligation, route: is.route ?? 'unknown', language: is.language ?? 'und' };
  const spans = is.stretches.map(({ from, until, ms, late, cause }): Span => {
    const verdict = late === undefined ? 'unlimited' : late ? breachCause(obligation, cause) : 'within';
    const state = ms === undefined ? 'cancelled' : 'stopped';
    return { ...of, began: from, state, ms: ms ?? Math.max(0, until - from), verdict };
  });
  if (!isOpen(is)) return spans;
  const { due, cause, pastDue, phase, from: began } = is;
  if (due === undefined) return [...spans, { ...of, began, state: 'open', ms: 0, verdict: 'unlimited' }];
  const until = pastDue ? Number.MIN_SAFE_INTEGER : phase === 'suspended' ? never : due;
  return [...spans, { ...of, began, state: 'open', ms: 0, verdict: breachCause(obligation, cause), due: until }];
}

/** Where a clock first started; undefined where it counts in no figure. */
export function firstStart({ history }: Track): number | undefined {
  const { counted, startedAt } = standing(history);
  return counted ? startedAt : undefined;
}

/**
 * A clock after one more move. Pure: figures made again from the same entries in the order of the log are the same.
 * @param id of the move: its entry's index and its place there; known ones change nothing
 * @returns the clock, and spans that are settled for good since no move can change them any more
 */
export function follow(
  track: Track,
  id: string,
  { kind, at, due, ...more }: OpenMove,
): { track: Track; settled: Span[] } {
  const { route, language, uncounted, cause } = more;
  const moment = {
    id,
    kind,
    at,
    ...(due === undefined ? {} : { due }),
    ...(route === undefined ? {} : { route }),
    ...(language === undefined ? {} : { language }),
    ...(uncounted === undefined ? {} : { uncounted }),
    ...(cause === undefined ? {} : { cause }),
  };
  const merged = merge(track.history, [moment]);
  const history = compact(merged);
  const after = { ...track, history };
  if (history === merged) return { track: after, settled: [] };
  const all = spansOf({ ...track, history: merged });
  return { track: after, settled: all.slice(0, all.length - spansOf(after).length) };
}

/** Names a move: the place where it stands in the log. */
export const moveId = (entry: number, place: number): string => `${entry}.${place}`;
