import type { Action } from '../../contracts/index.js';
import { bucketCount, bucketOf, classOf } from './buckets.js';
import { type Evidence, evidenceOf, merge, noEvidence } from './estimate.js';
import type { Series } from './histogram.js';
import type { Class } from './tables.js';

/** A post that a person decided, as far as one label is concerned. */
export interface Decided {
  class: Class;
  band: number;
  language: string;
  probability: number;
  violates: boolean;
  /** Undefined where the signal did not score it. */
  score: number | undefined;
}

/** Evidence of one label by bucket; the last place is for posts that have no score of it, which are below every threshold. */
export interface Weighed {
  buckets: Evidence[];
  unscored: Evidence;
  decisions: number;
  /** Of the posts that came in, the share of which nobody decided any like it: of what rules removed by themselves, without an audit of that. */
  leftOut: number;
}

/** Posts of a class and band that were chosen as evidence, whatever became of them. */
export interface Chosen {
  class: Class;
  band: number;
  posts: number;
}

/**
 * Decisions with the posts that they stand for: 1 / the probability with which each was chosen, times those of its class and band that were chosen for each that
 * was decided. So what was lost or is not decided yet is taken to be like what was. Where nothing of a band was decided, its posts are one unseen decision that
 * could weigh so much.
 * @param posts counts of posts by band (`Series` of no signal)
 */
export function weigh(
  decided: readonly Decided[],
  chosen: readonly Chosen[],
  posts: readonly Series[],
  language?: string,
): Weighed {
  const nameOf = (what: Class, band: number): string => `${what} ${band}`;
  const answers = new Map<string, number>();
  for (const one of decided) {
    const name = nameOf(one.class, one.band);
    answers.set(name, (answers.get(name) ?? 0) + 1);
  }
  const missing = new Map<string, number>();
  for (const { class: what, band, posts: n } of chosen) {
    const name = nameOf(what, band);
    missing.set(name, Math.max(1, n / (answers.get(name) ?? n)));
  }
  const buckets = Array.from({ length: bucketCount }, () => noEvidence);
  let unscored = noEvidence;
  let decisions = 0;
  for (const { class: what, band, language: of, violates, probability, score } of decided) {
    if (language !== undefined && of !== language) continue;
    decisions++;
    const factor = missing.get(nameOf(what, band)) ?? 1;
    const evidence = evidenceOf({ violates, probability: probability / factor });
    if (score === undefined) unscored = merge(unscored, evidence);
    else buckets[bucketOf(score)] = merge(buckets[bucketOf(score)]!, evidence);
  }
  let all = 0;
  const unseen = { allowed: 0, reviewed: 0, removed: 0 };
  for (const { action, language: of, counts } of posts) {
    if (language !== undefined && of !== language) continue;
    const what = classOf(action as Action);
    counts.forEach((n, band) => {
      all += n;
      if (!answers.has(nameOf(what, band))) unseen[what] += n;
    });
  }
  // What was removed unseen is above where rules act; what was allowed or reviewed unseen could be anywhere, so nothing is certain.
  const heaviest = Math.max(unseen.allowed, unseen.reviewed);
  if (heaviest > 0 && decisions > 0) unscored = { ...unscored, heaviest: Math.max(unscored.heaviest, heaviest) };
  return { buckets, unscored, decisions, leftOut: all === 0 ? 0 : unseen.removed / all };
}
