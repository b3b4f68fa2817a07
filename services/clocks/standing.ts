import type { HoldCause } from '../contracts/index.js';
import { type MoveKind, overdue, warnings } from './obligations.js';

/** A move as it is kept with its clock. `due` is fixed when it is taken in: a changed setting moves no running clock. */
export interface Moment {
  /** The event that it follows from: the evidence. */
  id: string;
  kind: MoveKind;
  at: number;
  /** With `start`, `reopen`, and a `resume` that runs afresh. */
  due?: number;
  route?: string;
  language?: string;
  uncounted?: boolean;
  /** With `hold`. */
  cause?: HoldCause;
}

/** From a start (or reopening, or a resume that ran afresh) to its end. */
export interface Stretch {
  from: number;
  /** Its end, or where it was suspended before that. */
  until: number;
  /** The figure, without what was suspended; undefined where it was cancelled. */
  ms?: number;
  /** Undefined where there is no limit. */
  late?: boolean;
  /** What was told last before its limit passed; undefined where nothing was. */
  cause?: HoldCause;
}

export type Phase = 'unstarted' | 'running' | 'suspended' | 'stopped' | 'cancelled' | 'released';

/** Where a clock stands by the evidence so far. */
export interface Standing {
  phase: Phase;
  /** The first start of all. */
  startedAt?: number;
  route?: string;
  language?: string;
  counted: boolean;
  /** Of the present stretch: where it began, when it is due, how long it was suspended (ms). */
  from: number;
  due?: number;
  paused: number;
  suspendedAt?: number;
  pastDue: boolean;
  /** Of the present stretch: why it is not done, as it was told last before its limit passed. */
  cause?: HoldCause;
  endedAt?: number;
  /** Set where the last stretch ended after its limit: that limit. */
  lateDue?: number;
  /** Ended stretches since the base, the newest last. */
  stretches: readonly Stretch[];
  /** The last figure (ms). */
  ms?: number;
  /** Stretches that ended late, with or without a figure, of all time. */
  late: number;
  /** Those of them whose cause was told. */
  lateBy?: Readonly<Partial<Record<HoldCause, number>>>;
  reopened: number;
}

/** The evidence of one clock. `base` stands for what was folded away: it only ever ends in an ended clock. */
export interface History {
  base?: { standing: Standing; through: number };
  moments: readonly Moment[];
}

const blank: Standing = {
  phase: 'unstarted',
  counted: true,
  from: 0,
  paused: 0,
  pastDue: false,
  stretches: [],
  late: 0,
  reopened: 0,
};

/** Of moments in the same millisecond the one that keeps a clock running comes last: rather a clock too many than one that disappears. */
const rank: Record<MoveKind, number> = {
  hold: 0,
  suspend: 1,
  stop: 2,
  cancel: 3,
  release: 4,
  resume: 5,
  reopen: 6,
  start: 7,
};
const byTime = (a: Moment, b: Moment): number =>
  a.at - b.at || rank[a.kind] - rank[b.kind] || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/**
 * The moments as they happened, whatever order they came in. The first start goes before everything else: a clock that ended had begun,
 * even where the machine that saw the end has a watch that is slow.
 */
function inOrder({ base, moments }: History): Moment[] {
  const sorted = [...moments].sort(byTime);
  if (base) return sorted;
  const first = sorted.findIndex(moment => moment.kind === 'start');
  return first < 0 ? sorted : [...sorted.splice(first, 1), ...sorted];
}

function begin(now: Standing, { at, due, route, language, uncounted }: Moment): Standing {
  const next: Standing = {
    ...now,
    phase: 'running',
    from: at,
    due,
    paused: 0,
    pastDue: false,
    suspendedAt: undefined,
    cause: undefined,
    lateDue: undefined,
  };
  if (now.startedAt !== undefined) return next;
  return { ...next, startedAt: at, route, language, counted: !uncounted };
}

function end(now: Standing, phase: 'stopped' | 'cancelled', { at }: Moment): Standing {
  const until = now.suspendedAt ?? at;
  const late = now.due === undefined ? undefined : now.pastDue || until > now.due;
  const ms = phase === 'stopped' ? Math.max(0, until - now.from - now.paused) : undefined;
  const { cause } = now;
  return {
    ...now,
    phase,
    endedAt: at,
    stretches: [...now.stretches, { from: now.from, until, ms, late, cause: late ? cause : undefined }],
    ms: ms ?? now.ms,
    late: now.late + (late ? 1 : 0),
    ...(late && cause ? { lateBy: { ...now.lateBy, [cause]: (now.lateBy?.[cause] ?? 0) + 1 } } : {}),
    lateDue: late ? now.due : undefined,
  };
}

function resume(now: Standing, { at, due }: Moment): Standing {
  // Afresh: the whole limit again, from here.
  if (due !== undefined) return begin(now, { id: '', kind: 'resume', at, due });
  const still = Math.max(0, at - (now.suspendedAt ?? at));
  return {
    ...now,
    phase: 'running',
    paused: now.paused + still,
    due: now.due === undefined ? undefined : now.due + still,
    suspendedAt: undefined,
  };
}

/** One moment's effect. What makes no sense where the clock stands (a second start, a stop of what has ended) changes nothing. */
function step(now: Standing, moment: Moment): Standing {
  const open = isOpen(now);
  switch (moment.kind) {
    case 'start':
      return open || now.phase === 'stopped' ? now : begin(now, moment);
    case 'reopen':
      return now.phase === 'stopped' || now.phase === 'cancelled'
        ? { ...begin(now, moment), reopened: now.reopened + 1 }
        : now;
    case 'hold':
      // What is told after the limit has passed doesn't say why it did.
      return open && !isPastDue(now, moment.at) ? { ...now, cause: moment.cause } : now;
    case 'suspend':
      if (now.phase !== 'running') return now;
      return {
        ...now,
        phase: 'suspended',
        suspendedAt: moment.at,
        pastDue: isPastDue(now, moment.at),
      };
    case 'resume':
      return now.phase === 'suspended' ? resume(now, moment) : now;
    case 'stop':
      return open ? end(now, 'stopped', moment) : now;
    case 'cancel':
      return open ? end(now, 'cancelled', moment) : now;
    case 'release':
      if (open) return end(now, 'cancelled', moment);
      return now.phase === 'stopped' ? { ...now, phase: 'released' } : now;
  }
}

/** Whether the limit of the present stretch had passed at this instant. */
export const isPastDue = ({ phase, pastDue, due }: Standing, at: number): boolean =>
  pastDue || (phase === 'running' && due !== undefined && at > due);

export const isOpen = ({ phase }: Standing): boolean => phase === 'running' || phase === 'suspended';

/** Where a clock stands: depends on which moments there are, never on the order or the number of times in which they came. */
export function standing(history: History): Standing {
  return inOrder(history).reduce(step, history.base?.standing ?? blank);
}

/** The history with what is new of these moments; the same object where nothing is. */
export function merge(history: History, moments: readonly Moment[]): History {
  const known = new Set(history.moments.map(moment => moment.id));
  const through = history.base?.through ?? Number.NEGATIVE_INFINITY;
  const fresh = moments.filter(({ id, at }) => at > through && !known.has(id) && known.add(id));
  return fresh.length === 0 ? history : { ...history, moments: [...history.moments, ...fresh] };
}

/** Moments kept before the oldest are folded away, and how many of the newest always stay. */
const most = 64;
const kept = 32;

/** Bounds what an item that comes back again and again adds to its clock: old ended stretches become a base. */
export function compact(history: History): History {
  if (history.moments.length <= most) return history;
  const ordered = inOrder(history);
  let now = history.base?.standing ?? blank;
  let cut: { count: number; standing: Standing } | undefined;
  for (const [i, moment] of ordered.slice(0, ordered.length - kept).entries()) {
    now = step(now, moment);
    if (now.phase === 'stopped' && moment.at < (ordered[i + 1]?.at ?? 0)) cut = { count: i + 1, standing: now };
  }
  if (!cut) return history;
  return {
    base: { standing: { ...cut.standing, stretches: [] }, through: ordered[cut.count - 1]?.at ?? 0 },
    moments: ordered.slice(cut.count),
  };
}

/** When a clock passes this share (percent) of its limit. It is over its limit in the first millisecond after. */
function instantOf({ from, due = 0, paused }: Standing, level: number): number {
  if (level === overdue) return due + 1;
  const length = due - from - paused;
  return due - Math.round((length * (100 - level)) / 100);
}

const levels = [...warnings, overdue];

/** The highest level that a clock has passed at `now`; 0 before the first, and where there is no limit to pass. */
export function levelAt(clock: Standing, now: number): number {
  if (clock.phase !== 'running' || clock.due === undefined) return 0;
  return levels.filter(level => instantOf(clock, level) <= now).at(-1) ?? 0;
}

/** The next instant at which somebody has to be told, after what was done at `checkedAt`; undefined where there is none. */
export function nextInstant(clock: Standing, checkedAt: number | undefined): number | undefined {
  const seen = checkedAt ?? Number.NEGATIVE_INFINITY;
  if (clock.phase === 'running' && clock.due !== undefined) {
    return levels.map(level => instantOf(clock, level)).find(instant => instant > seen);
  }
  // It ended late, and nobody was told yet.
  if (!isOpen(clock) && clock.lateDue !== undefined && seen <= clock.lateDue) return clock.lateDue + 1;
  return undefined;
}
