import { bucketCount, bucketOf } from './buckets.js';
import { type Estimate, type Evidence, merge, noEvidence, precisionOf, recallOf } from './estimate.js';
import type { Series } from './histogram.js';
import type { Weighed } from './weigh.js';

/** What moves: a rule that acts on a label from a score on. */
export interface Move {
  /** What the rule does from the threshold on. */
  action: 'review' | 'withhold' | 'remove';
  /** The rule whose threshold it is: what it decided and is below the new one is allowed. Without it nothing that was done is undone. */
  rule?: string | undefined;
}

/** Posts a day. */
export interface Volumes {
  reviewed: number;
  removed: number;
  /** Of both, those that are new, and of what was done before, those that are left out. */
  added: number;
  dropped: number;
}

/** For every threshold n / 100 what would be done a day. Pure. */
export function volumesOf(series: readonly Series[], others: Done, { action, rule }: Move, days: number): Volumes[] {
  const allowed = new Float64Array(bucketCount + 1);
  const ruled = new Float64Array(bucketCount + 1);
  for (const one of series) {
    const isOwn = rule !== undefined && one.rule === rule && one.action === action;
    const into = isOwn ? ruled : one.action === 'allow' ? allowed : undefined;
    // What another label of the rule, or another rule, would still act on is not undone by this one.
    const counts = isOwn ? (one.alone ?? one.counts) : one.counts;
    for (let bucket = 0; into && bucket < bucketCount; bucket++) into[bucket]! += counts[bucket]!;
  }
  const ruledInAll = ruled.reduce((sum, n) => sum + n, 0);
  const made: Volumes[] = [];
  let above = { allowed: 0, ruled: 0 };
  for (let bucket = bucketCount - 1; bucket >= 0; bucket--) {
    above = { allowed: above.allowed + allowed[bucket]!, ruled: above.ruled + ruled[bucket]! };
    const dropped = rule === undefined ? 0 : ruledInAll - above.ruled;
    const change = above.allowed - dropped;
    const removes = action !== 'review';
    const reviews = action !== 'remove';
    made[bucket] = {
      reviewed: (others.reviewed + (reviews ? change : 0)) / days,
      removed: (others.removed + (removes ? change : 0)) / days,
      added: above.allowed / days,
      dropped: dropped / days,
    };
  }
  return made;
}

/** Posts that were reviewed and removed, over all the days. What is withheld is both. */
export interface Done {
  reviewed: number;
  removed: number;
}

/** What was done, by the counts of posts (`Series` of no signal). */
export function doneOf(posts: readonly Series[]): Done {
  const done = { reviewed: 0, removed: 0 };
  for (const { action, counts } of posts) {
    const n = counts.reduce((sum, one) => sum + one, 0);
    if (action === 'review' || action === 'withhold') done.reviewed += n;
    if (action === 'remove' || action === 'withhold') done.removed += n;
  }
  return done;
}

/** What is expected from a threshold on. */
export interface Quality {
  precision: Estimate;
  recall: Estimate;
}

/** Expected quality at a threshold, which counts in hundredths. Made once for each that is asked for. */
export function qualityOf({ buckets, unscored }: Weighed): (threshold: number) => Quality {
  const above: Evidence[] = [];
  let sum = noEvidence;
  for (let bucket = bucketCount - 1; bucket >= 0; bucket--) {
    sum = merge(sum, buckets[bucket]!);
    above[bucket] = sum;
  }
  const below: Evidence[] = [];
  let rest = unscored;
  for (let bucket = 0; bucket < bucketCount; bucket++) {
    below[bucket] = rest;
    rest = merge(rest, buckets[bucket]!);
  }
  const made: Quality[] = [];
  return threshold => {
    const bucket = bucketOf(threshold);
    made[bucket] ??= { precision: precisionOf(above[bucket]!), recall: recallOf(above[bucket]!, below[bucket]!) };
    return made[bucket];
  };
}

/** Who is there to review, and how long it takes. */
export interface Staff {
  /** Milliseconds from one decision to the next; undefined where there were too few to tell. */
  handling: number | undefined;
  reviewers: number;
  /** Cases that wait now. */
  open: number;
  /** The limit of the review's clock, ms. */
  limit: number;
}

/** What the queue comes to. `share` and `perDay`: clocks that run out. */
export interface Load {
  /** Hours of review a day. */
  hours: number | undefined;
  /** Work that arrives for each that can be done; above 1 the queue grows. */
  utilisation: number | undefined;
  share: number | undefined;
  perDay: number | undefined;
}

const hour = 3600_000;

/**
 * A queue in the order of arrival that is fed and worked off evenly: with `reviewers` at it all day, each deciding one case in `handling`, the work that waits when
 * the limit of a case that comes now is over is what is late. Below full load nothing is, once what waits now is worked off; above, the queue settles where one in
 * so many comes too late that the others can be decided in time: 1 − 1 / utilisation. It knows no peaks, so it is the least that is to be expected.
 */
export function loadOf(reviewedPerDay: number, { handling, reviewers, open, limit }: Staff): Load {
  if (handling === undefined) return { hours: undefined, utilisation: undefined, share: undefined, perDay: undefined };
  const hours = (reviewedPerDay * handling) / hour;
  if (reviewedPerDay === 0) return { hours, utilisation: 0, share: 0, perDay: 0 };
  if (reviewers === 0) return { hours, utilisation: undefined, share: 1, perDay: reviewedPerDay };
  const capacity = reviewers / handling;
  const arrivals = reviewedPerDay / (24 * hour);
  const utilisation = arrivals / capacity;
  // Of a day's cases those that come while what waits takes longer than the limit.
  const waits = open / capacity;
  const excess = Math.max(0, waits - limit);
  const catchUp = utilisation < 1 ? excess / (1 - utilisation) : Number.POSITIVE_INFINITY;
  const backlog = excess === 0 ? 0 : Math.min(1, catchUp / (24 * hour));
  const share = Math.max(utilisation > 1 ? 1 - 1 / utilisation : 0, backlog);
  return { hours, utilisation, share, perDay: share * reviewedPerDay };
}
