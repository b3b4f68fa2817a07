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

/**
 * Decisions with the posts that they stand for. Within a stratum (what was done, language, band of the score) the decisions stand for all posts that were counted
 * in it, each in proportion to 1 / its probability: so what was lost, not decided yet, or came when there was no audit, is taken to be like what was decided.
 * A stratum without a decision is taken with those of other languages; where there is none in any, its posts are one unseen decision that could weigh so much.
 * @param posts counts of posts by band (`Series` of no signal)
 */
export function weigh(decided: readonly Decided[], posts: readonly Series[], language?: string): Weighed {
  const own = decided.filter(one => language === undefined || one.language === language);
  const sizes = new Map<string, number>();
  const bare = new Map<string, number>();
  const strata = new Map<string, Decided[]>();
  const nameOf = (what: Class, band: number, of: string): string => `${what} ${band} ${of}`;
  for (const one of own) {
    const name = nameOf(one.class, one.band, one.language);
    const members = strata.get(name);
    if (members) members.push(one);
    else strata.set(name, [one]);
  }
  let all = 0;
  for (const { action, language: of, counts } of posts) {
    if (language !== undefined && of !== language) continue;
    const what = classOf(action as 'allow');
    counts.forEach((n, band) => {
      if (n <= 0) return;
      all += n;
      const name = nameOf(what, band, of);
      const into = strata.has(name) ? sizes : bare;
      const key = strata.has(name) ? name : `${what} ${band}`;
      into.set(key, (into.get(key) ?? 0) + n);
    });
  }
  // Posts of languages that nobody decided any of are like those of the others, in the same band.
  for (const [key, n] of bare) {
    const like = [...strata.keys()].filter(name => name.startsWith(`${key} `));
    const sum = like.reduce((total, name) => total + (sizes.get(name) ?? 0), 0);
    if (like.length === 0 || sum === 0) continue;
    for (const name of like) sizes.set(name, sizes.get(name)! * (1 + n / sum));
    bare.delete(key);
  }
  const buckets = Array.from({ length: bucketCount }, () => noEvidence);
  let unscored = noEvidence;
  for (const [name, members] of strata) {
    const size = sizes.get(name) ?? members.length;
    const expected = members.reduce((sum, { probability }) => sum + 1 / probability, 0);
    // Counts are folded in a moment later than decisions may be: a decision stands for one post at the least.
    const scale = Math.max(size, members.length) / expected;
    for (const { violates, probability, score } of members) {
      const evidence = evidenceOf({ violates, probability: Math.min(1, probability / scale) });
      if (score === undefined) unscored = merge(unscored, evidence);
      else buckets[bucketOf(score)] = merge(buckets[bucketOf(score)]!, evidence);
    }
  }
  const unseen = (what: Class): number =>
    [...bare].reduce((sum, [key, n]) => (key.startsWith(what) ? sum + n : sum), 0);
  // What was removed unseen is above where rules act; what was allowed or reviewed unseen could be anywhere, so nothing is certain.
  const heaviest = Math.max(unseen('allowed'), unseen('reviewed'));
  if (heaviest > 0 && own.length > 0) unscored = { ...unscored, heaviest: Math.max(unscored.heaviest, heaviest) };
  return { buckets, unscored, decisions: own.length, leftOut: all === 0 ? 0 : unseen('removed') / all };
}
