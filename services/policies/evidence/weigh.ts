import type { Action } from '../../contracts/index.js';
import { bandsFrom, bucketCount, classOf } from './buckets.js';
import { add, type Evidence, evidenceOf } from './estimate.js';
import type { Series } from './histogram.js';
import { type Class, classes } from './tables.js';

/** Posts that people decided alike, as far as one label is concerned. */
export interface Decided {
  class: Class;
  band: number;
  language: string;
  probability: number;
  violates: boolean;
  /** How many by bucket of their score; the last place is for those that the signal did not score. */
  counts: Int32Array;
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

/** Of all languages together, and of each. */
export interface Weights {
  all: Weighed;
  of(language: string): Weighed;
}

/** A class and band, as a number. */
const stratumOf = (what: Class, band: number): number => classes.indexOf(what) * bandsFrom.length + band;

const fresh = (): Weighed => ({
  buckets: Array.from({ length: bucketCount }, () => evidenceOf({ violates: false, probability: 1 }, 0)),
  unscored: evidenceOf({ violates: false, probability: 1 }, 0),
  decisions: 0,
  leftOut: 0,
});

/**
 * Decisions with the posts that they stand for: 1 / the probability with which each was chosen, times those of its class and band that were chosen for each that
 * was decided. So what was lost or is not decided yet is taken to be like what was. Where nothing of a band was decided, its posts are one unseen decision that
 * could weigh so much.
 * @param posts counts of posts by band (`Series` of no signal)
 */
export function weigh(decided: readonly Decided[], chosen: readonly Chosen[], posts: readonly Series[]): Weights {
  const strata = classes.length * bandsFrom.length;
  const answers = new Int32Array(strata);
  for (const one of decided) answers[stratumOf(one.class, one.band)]! += one.counts.reduce((sum, n) => sum + n, 0);
  const missing = new Float64Array(strata).fill(1);
  for (const { class: what, band, posts: n } of chosen) {
    const stratum = stratumOf(what, band);
    missing[stratum] = Math.max(1, n / (answers[stratum] || n));
  }
  const all = fresh();
  const byLanguage = new Map<string, Weighed>();
  const of = (language: string): Weighed => {
    const found = byLanguage.get(language) ?? fresh();
    byLanguage.set(language, found);
    return found;
  };
  for (const { class: what, band, language, violates, probability, counts } of decided) {
    const judgement = { violates, probability: probability / missing[stratumOf(what, band)]! };
    const ofLanguage = of(language);
    for (let bucket = 0; bucket <= bucketCount; bucket++) {
      const n = counts[bucket]!;
      if (n === 0) continue;
      for (const one of [all, ofLanguage]) {
        one.decisions += n;
        add(one.buckets[bucket] ?? one.unscored, judgement, n);
      }
    }
  }
  const finish = (one: Weighed, counted: readonly Series[]): void => {
    let sum = 0;
    const unseen = { allowed: 0, reviewed: 0, removed: 0 };
    for (const { action, counts } of counted) {
      const what = classOf(action as Action);
      for (let band = 0; band < bandsFrom.length; band++) {
        sum += counts[band]!;
        if (!answers[stratumOf(what, band)]) unseen[what] += counts[band]!;
      }
    }
    // What was removed unseen is above where rules act; what was allowed or reviewed unseen could be anywhere, so nothing is certain.
    const heaviest = Math.max(unseen.allowed, unseen.reviewed);
    if (one.decisions > 0) one.unscored.heaviest = Math.max(one.unscored.heaviest, heaviest);
    one.leftOut = sum === 0 ? 0 : unseen.removed / sum;
  };
  finish(all, posts);
  for (const language of new Set(posts.map(one => one.language))) of(language);
  for (const [language, one] of byLanguage)
    finish(
      one,
      posts.filter(counted => counted.language === language),
    );
  return { all, of };
}
