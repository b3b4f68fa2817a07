import { type Evidence, evidenceOf, merge, noEvidence } from '../../services/policies/evidence/estimate.js';
import type { Random } from './random.js';

/** A platform of which all is known: how posts score by whether they violate, in bands of scores, and how many come. */
export interface Known {
  /** By band of a tenth: posts expected that violate, and that don't. */
  violating: readonly number[];
  harmless: readonly number[];
}

/** Review and audit, by band: how probable it is that a post is decided. */
export type Chances = readonly number[];

export const bands = 10;
/** From this band on posts are reviewed. */
export const reviewedFrom = 5;

/** Shares of ten bands: the density of a beta variable. */
function shares(a: number, b: number): number[] {
  const at = Array.from({ length: bands }, (_, n) => (n + 0.5) / bands);
  const density = at.map(x => x ** (a - 1) * (1 - x) ** (b - 1));
  const all = density.reduce((sum, one) => sum + one, 0);
  return density.map(one => one / all);
}

/** Violating posts score high, harmless ones low, and neither always. */
const scores = { violating: shares(3, 1.5), harmless: shares(1, 6) };

/** A platform with so many posts, of which this share violates. */
export const platformOf = (posts: number, prevalence: number): Known => ({
  violating: scores.violating.map(share => share * posts * prevalence),
  harmless: scores.harmless.map(share => share * posts * (1 - prevalence)),
});

/**
 * What was reviewed with the probability `reviewed` (a queue that is behind reviews less than all), the rest by an audit that takes 1 of `weight` of what scored
 * least and ten times as many of what scored next to the review.
 */
export const chancesOf = (weight: number, reviewed: number): Chances =>
  Array.from({ length: bands }, (_, band) => {
    if (band >= reviewedFrom) return reviewed;
    return band >= 2 ? Math.min(1, 10 / weight) : 1 / weight;
  });

/** Posts for which an audit with these chances takes so many, as expected. */
export function postsFor(audited: number, chances: Chances, prevalence: number): number {
  const one = platformOf(1, prevalence);
  const share = chances.reduce(
    (sum, chance, band) => sum + (band < reviewedFrom ? chance * (one.violating[band]! + one.harmless[band]!) : 0),
    0,
  );
  return audited / share;
}

/**
 * What people decided, by band.
 * @param counted weights are scaled to the posts that came in, which are counted whole; else they are those of the design
 */
export const decide = (known: Known, chances: Chances, random: Random, counted = false): Evidence[] =>
  chances.map((chance, band) => {
    const [violating, harmless] = [known.violating[band]!, known.harmless[band]!];
    const [x, y] = [random.poisson(violating * chance), random.poisson(harmless * chance)];
    const all = counted ? x + y + random.poisson((violating + harmless) * (1 - chance)) : 0;
    // Of a band that nobody decided anything of, one unseen decision stands for all.
    if (counted && x + y === 0) return { ...noEvidence, heaviest: all };
    const probability = counted ? (x + y) / all : chance;
    return merge(evidenceOf({ violates: true, probability }, x), evidenceOf({ violates: false, probability }, y));
  });

const total = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0);

/** What is true from a band on. */
export function truth({ violating, harmless }: Known, from: number): { precision: number; recall: number } {
  const caught = total(violating.slice(from));
  return {
    precision: caught / (caught + total(harmless.slice(from))),
    recall: caught / total(violating),
  };
}

/** The decisions from a band on, and below. */
export const cut = (evidence: readonly Evidence[], from: number): { above: Evidence; below: Evidence } => ({
  above: evidence.slice(from).reduce(merge, noEvidence),
  below: evidence.slice(0, from).reduce(merge, noEvidence),
});
