import type { EvidenceFact, HoldCause, OpenMove, PostFlag } from '../contracts/index.js';
import type { Config } from '../runtime/index.js';
import { dsa } from './law/dsa.js';
import { eEvidence } from './law/e-evidence.js';
import { ofDuty } from './law/follow.js';
import { tco } from './law/tco.js';
import { elapsed, type Limit } from './limit.js';

export { elapsed, type Limit } from './limit.js';

/**
 * What a fact does to a clock.
 * `start`: begins to run. `hold`: why it is not done yet; changes no time. `suspend`, `resume`: stands still, and goes on. `stop`: ends by evidence, with a figure. `cancel`: ends without a figure.
 * `reopen`: what had ended by evidence is undone; the clock runs again. `release`: the content is rightly up again; a later `start` begins anew.
 */
export type MoveKind = OpenMove['kind'];

export interface Move {
  kind: MoveKind;
  /** What the clock is about: a case, a removal, later an order. One clock for each obligation and subject. */
  subject: string;
  at: number;
  /** With `start`: the way the post came in, a label of the figures. */
  route?: string;
  /** With `start`: the post's language, as it was told. */
  language?: string;
  /** With `start`: the instant by which it has to end, where the case itself sets it (an order that names its limit). */
  due?: number;
  /** With `start`: the clock is kept, but counts in no figure. */
  uncounted?: boolean;
  /** With `hold`. */
  cause?: HoldCause;
}

/** What a breach is counted under: why the work was held up; where nothing was told, that nobody decided, or that no end was seen. */
export type BreachCause = HoldCause | 'undecided' | 'unconfirmed';

/** What each kind of fact does to a clock of one obligation. */
export type Follows = {
  [T in EvidenceFact['type']]?: (data: Extract<EvidenceFact, { type: T }>['data']) => Move | undefined;
};

/** One row of the table: a time limit that the law or the operator sets, and which facts move its clocks. */
export interface Obligation {
  name: string;
  /** Who sets the figure. Where the law says "without undue delay", the operator does, and `article` says where. */
  setBy: 'law' | 'operator';
  /** Where the law says so. */
  article?: string;
  /**
   * `within` (the default): done before the limit. `at-least`: kept up for that long; nobody is warned, since its end is no duty. `window`: a right that
   * lapses: people are warned, and it counts in no figure.
   */
  nature?: 'within' | 'at-least' | 'window';
  /** Whose duty or right it is; the provider's where this is left out. Others' are followed, and count in no figure. */
  bears?: 'provider' | 'authority' | 'content provider';
  /** In words, as the page that shows the table has them. */
  starts: string;
  suspends?: string;
  stops: string;
  /** Undefined where the figure is only reported. */
  limit?(config: Config): Limit;
  /** Somebody is paged when it begins, not only when most of its limit is over. */
  pages?: 'at once';
  /** What a resumed clock does: goes `on` with what was left (the default), or runs `afresh`. */
  resumes?: 'on' | 'afresh';
  /** What a breach is counted under where nothing was told of why; `unconfirmed` where this is left out. */
  unexplained?: 'undecided';
  follows: Follows;
}

/** Shares of a limit, in percent, at which people are told; from `pageFrom` on somebody is paged. */
export const warnings = [50, 80, 95] as const;
export const pageFrom = 80;
/** The level of a page about a clock that pages at once: as serious as one that is nearly over. */
export const begun = 99;
/** The level of a clock that is past its limit. */
export const overdue = 100;

/** What a fact that starts a clock tells of its post. */
interface Started {
  at: number;
  route: string;
  language?: string | undefined;
  flags?: readonly PostFlag[] | undefined;
}

const start = (subject: string, data: Started): Move => ({
  kind: 'start',
  subject,
  at: data.at,
  route: data.route,
  ...(data.language === undefined ? {} : { language: data.language }),
  // The probe's own posts say nothing of the work that is done for others.
  ...(data.flags?.includes('probe') ? { uncounted: true } : {}),
});

/** How the end of a removal moves the clocks about it. `claimed` is a platform's word without a look: it stops no clock. */
const removalEnd: Follows['removal.ended.v1'] = ({ removalId: subject, at, outcome }) => {
  switch (outcome) {
    case 'gone':
      return { kind: 'stop', subject, at };
    case 'not-found':
    case 'cancelled':
      return { kind: 'cancel', subject, at };
    case 'restored':
      return { kind: 'release', subject, at };
    case 'claimed':
      return { kind: 'hold', subject, at, cause: 'claimed' };
  }
};
const removalHold: Follows['removal.held.v1'] = ({ removalId: subject, at, cause }) => ({
  kind: 'hold',
  subject,
  at,
  cause,
});
const removalReturn: Follows['removal.returned.v1'] = ({ removalId: subject, at }) => ({ kind: 'reopen', subject, at });

/** The operator's own limits. */
const own: readonly Obligation[] = [
  {
    name: 'review',
    setBy: 'operator',
    starts: 'a case is opened for a person',
    stops: 'the case is decided',
    limit: config => elapsed(config.CLOCK_REVIEW),
    unexplained: 'undecided',
    follows: {
      'case.opened.v1': data => ({
        ...start(data.caseId, data),
        ...(data.due === undefined ? {} : { due: data.due }),
      }),
      // Nobody decided a case whose post was replaced by a newer version.
      'case.closed.v1': ({ caseId: subject, at, decision }) => ({
        kind: decision === 'superseded' ? 'cancel' : 'stop',
        subject,
        at,
      }),
    },
  },
  {
    name: 'removal',
    setBy: 'operator',
    starts: 'a person decides, or a rule matches',
    stops: 'the content is seen to be gone',
    limit: config => elapsed(config.CLOCK_REMOVAL),
    follows: {
      'removal.requested.v1': data => start(data.removalId, data),
      'removal.held.v1': removalHold,
      'removal.ended.v1': removalEnd,
      'removal.returned.v1': removalReturn,
    },
  },
  {
    name: 'posted-to-gone',
    setBy: 'operator',
    starts: 'the post is published',
    stops: 'the content is seen to be gone',
    follows: {
      'removal.requested.v1': data => ({
        ...start(data.removalId, { ...data, at: data.postedAt }),
        // An old post that is read in afterwards says nothing about how fast this installation is.
        ...(data.flags.includes('backfill') ? { uncounted: true } : {}),
      }),
      'removal.held.v1': removalHold,
      'removal.ended.v1': removalEnd,
      'removal.returned.v1': removalReturn,
    },
  },
];

/** What changes by itself how much is removed without a person: somebody is to know at once. It is in no figure. */
const safeguards: readonly Obligation[] = [
  {
    name: 'policy-stopped',
    setBy: 'operator',
    nature: 'window',
    starts: 'a policy, a rule or a model was stopped by itself',
    stops: 'a person has seen it',
    limit: () => elapsed(60_000),
    unexplained: 'undecided',
    follows: ofDuty('policy-stopped', { uncounted: true }),
  },
  {
    name: 'order-volume',
    setBy: 'operator',
    nature: 'window',
    starts: 'an authority sends far more orders than usual: somebody may have its key; who is on call is paged at once',
    stops: 'a person has confirmed the number, or the authority is taken out of the register',
    limit: config => elapsed(config.CLOCK_DESK),
    pages: 'at once',
    unexplained: 'undecided',
    follows: ofDuty('order-volume', { uncounted: true }),
  },
];

/** Every time limit that this installation keeps. Legal rows stand beside the operator's own; each law's are a file in law/. */
export const obligations: readonly Obligation[] = [...own, ...safeguards, ...tco, ...dsa, ...eEvidence];

/** What a breach of this obligation is counted under, by what was told last before its limit passed. */
export const breachCause = (obligation: string, told: HoldCause | undefined): BreachCause =>
  told ?? obligations.find(({ name }) => name === obligation)?.unexplained ?? 'unconfirmed';

export type HistogramName = 'takedown_seconds' | 'takedown_long_seconds';

/** The table as this installation's settings make it. */
export interface Rules {
  limit(obligation: string): Limit | undefined;
  histogram(obligation: string): HistogramName;
  resumes(obligation: string): 'on' | 'afresh';
  /** Whether somebody is paged when such a clock begins. */
  pagesAtOnce(obligation: string): boolean;
  /** Upper edges of the buckets in seconds; every promised limit is one. */
  edges: Readonly<Record<HistogramName, readonly number[]>>;
  /** What is promised: `ratio` of the clocks end within `seconds`. */
  objectives: readonly { obligation: string; seconds: number; ratio: number }[];
}

const hour = 3600;
const edgesOf: Record<HistogramName, readonly number[]> = {
  takedown_seconds: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, hour],
  takedown_long_seconds: [60, 600, hour, 4 * hour, 8 * hour, ...[1, 2, 3, 7, 14, 30, 90].map(days => days * 24 * hour)],
};

/** Reads the limits out of the settings, once. */
export function rulesOf(config: Config, table: readonly Obligation[] = obligations): Rules {
  // What is to last at least so long is never due.
  const limits = new Map(table.map(row => [row.name, row.nature === 'at-least' ? undefined : row.limit?.(config)]));
  const rows = new Map(table.map(row => [row.name, row]));
  const histogram = (name: string): HistogramName =>
    (limits.get(name)?.seconds ?? 0) < hour ? 'takedown_seconds' : 'takedown_long_seconds';
  const objectives = table.flatMap(({ name, nature, bears }) => {
    if (nature === 'window' || (bears !== undefined && bears !== 'provider')) return [];
    const seconds = limits.get(name)?.seconds;
    // An obligation of result: all of them, not most.
    return seconds === undefined ? [] : [{ obligation: name, seconds, ratio: 1 }];
  });
  const edges = (name: HistogramName): number[] => {
    const promised = objectives.filter(row => histogram(row.obligation) === name).map(row => row.seconds);
    return [...new Set([...edgesOf[name], ...promised])].sort((a, b) => a - b);
  };
  return {
    limit: name => limits.get(name),
    histogram,
    resumes: name => rows.get(name)?.resumes ?? 'on',
    pagesAtOnce: name => rows.get(name)?.pages === 'at once',
    edges: { takedown_seconds: edges('takedown_seconds'), takedown_long_seconds: edges('takedown_long_seconds') },
    objectives,
  };
}
