import jstat from 'jstat';

const { jStat } = jstat;

/**
 * Precision and recall from people's decisions, where those are no fair sample: what scored high was reviewed, of the rest only an audit sample.
 *
 * Each decision counts as many posts as it stands for, 1 / its probability of inclusion (Horvitz and Thompson 1952; the ratio of two such sums:
 * Hájek 1971). Precision and recall are both a / (a + b) with a and b sums of weights over different posts: of precision the violating and the
 * harmless from the threshold on, of recall the violating from the threshold on and those below. Where posts enter independently of each other, the
 * numbers behind a and b are independent Poisson counts. A weighted sum of those is taken as a gamma variable with its mean and variance (Dobson et al.
 * 1991; Fay and Feuer 1997), and a / (a + b) of two gamma variables has quantiles that follow from the beta distribution. With weights of 1 that is
 * the interval of Jeffreys (Brown, Cai and DasGupta 2001), and with the whole next event added on the unfavourable side that of Clopper and Pearson
 * 1934; the latter is what `low` and `high` are where evidence is too little, and what gates go by (as in melding: Fay, Proschan and Brittain 2015).
 *
 * The estimates are of posts like these, in the long run: a part that was reviewed whole still counts as a sample of those to come.
 * Coverage by simulation, and why this and no other: docs/statistics.md.
 */

/** One post that a person decided. */
export interface Judgement {
  /** Of the label in question; below every threshold where the post has none. */
  score: number;
  violates: boolean;
  /** How probable it was that a post like it is decided: from above 0 to 1. */
  probability: number;
}

/** Decisions of one outcome, by their weights. Tallies of different posts add up. */
export interface Tally {
  n: number;
  sum: number;
  squares: number;
  cubes: number;
}

/** The decisions of a range of scores. Those of different posts merge. */
export interface Evidence {
  violating: Tally;
  harmless: Tally;
  /** The greatest weight among them, whatever was decided: what one decision more could count. */
  heaviest: number;
}

/** What decisions say of a share. Shares are from 0 to 1. */
export type Estimate =
  | { enough: true; value: number; low: number; high: number; decisions: number }
  | {
      /** No interval holds: what there is to see depends on too few posts. */
      enough: false;
      decisions: number;
      /** About so many decisions more, chosen as these were, are needed. */
      lacking: number;
      /** What is certain all the same, at the confidence asked for or more. */
      low: number;
      high: number;
    };

/**
 * Events that each side has to have for an interval, as many of equal weight as would be as skew as these. By simulation: below, what a count can be lies so
 * far apart that no interval covers 93 to 97 %.
 */
export const fewestEvents = 8;

const nothing: Tally = { n: 0, sum: 0, squares: 0, cubes: 0 };
export const noEvidence: Evidence = { violating: nothing, harmless: nothing, heaviest: 0 };

const plus = (a: Tally, b: Tally): Tally => ({
  n: a.n + b.n,
  sum: a.sum + b.sum,
  squares: a.squares + b.squares,
  cubes: a.cubes + b.cubes,
});

/** The decisions of two ranges, or of two groups of posts. */
export const merge = (a: Evidence, b: Evidence): Evidence => ({
  violating: plus(a.violating, b.violating),
  harmless: plus(a.harmless, b.harmless),
  heaviest: Math.max(a.heaviest, b.heaviest),
});

/** `n` decisions alike. @throws RangeError where the probability is none */
export function evidenceOf(judgement: Omit<Judgement, 'score'>, n = 1): Evidence {
  const made = { violating: { ...nothing }, harmless: { ...nothing }, heaviest: 0 };
  if (n > 0) add(made, judgement, n);
  return made;
}

/** Adds `n` decisions alike to `into`, in place. @throws RangeError where the probability is none */
export function add(into: Evidence, { violates, probability }: Omit<Judgement, 'score'>, n = 1): void {
  if (!(probability > 0 && probability <= 1)) throw new RangeError(`${probability} is no probability of inclusion`);
  const w = 1 / probability;
  const tally = violates ? into.violating : into.harmless;
  tally.n += n;
  tally.sum += n * w;
  tally.squares += n * w * w;
  tally.cubes += n * w ** 3;
  if (w > into.heaviest) into.heaviest = w;
}

/** Decisions from a threshold on, and those below it. */
export function split(judgements: readonly Judgement[], threshold: number): { above: Evidence; below: Evidence } {
  let above = noEvidence;
  let below = noEvidence;
  for (const judgement of judgements) {
    if (judgement.score >= threshold) above = merge(above, evidenceOf(judgement));
    else below = merge(below, evidenceOf(judgement));
  }
  return { above, below };
}

/** Of the posts from the threshold on, the share that violates. @param confidence of the interval, two-sided */
export const precisionOf = (above: Evidence, confidence = 0.95): Estimate =>
  shareOf(
    { events: above.violating, heaviest: above.heaviest, of: above },
    { events: above.harmless, heaviest: above.heaviest, of: above },
    confidence,
  );

/** Of the posts that violate, the share from the threshold on. @param confidence of the interval, two-sided */
export const recallOf = (above: Evidence, below: Evidence, confidence = 0.95): Estimate =>
  shareOf(
    { events: above.violating, heaviest: above.heaviest, of: above },
    { events: below.violating, heaviest: below.heaviest, of: below },
    confidence,
  );

export const precisionAt = (judgements: readonly Judgement[], threshold: number, confidence = 0.95): Estimate =>
  precisionOf(split(judgements, threshold).above, confidence);

export function recallAt(judgements: readonly Judgement[], threshold: number, confidence = 0.95): Estimate {
  const { above, below } = split(judgements, threshold);
  return recallOf(above, below, confidence);
}

/**
 * What the precision is at least, with this confidence (one-sided): for gates. It holds with few decisions too, and is 0 without any; it errs on the
 * side of too low.
 */
export function precisionFloor(above: Evidence, confidence = 0.95): number {
  const { violating, harmless, heaviest } = above;
  return quantile(1 - confidence, gammaOf(violating, 0, heaviest), gammaOf(harmless, 1, heaviest));
}

/** Likewise, what the precision is at the most. */
export function precisionCeiling(above: Evidence, confidence = 0.95): number {
  const { violating, harmless, heaviest } = above;
  if (heaviest === 0) return 1;
  return quantile(confidence, gammaOf(violating, 1, heaviest), gammaOf(harmless, 0, heaviest));
}

interface Side {
  events: Tally;
  heaviest: number;
  /** The decisions among which these events are. */
  of: Evidence;
}

/** a / (a + b), of two sides that have no post in common. */
function shareOf(a: Side, b: Side, confidence: number): Estimate {
  const tail = (1 - confidence) / 2;
  const same = a.of === b.of;
  const decisions = same ? count(a.of) : count(a.of) + count(b.of);
  const lacking = same ? Math.max(lackingOn(a), lackingOn(b)) : lackingOn(a) + lackingOn(b);
  const gamma = ({ events, heaviest }: Side, more: number): Gamma | undefined => gammaOf(events, more, heaviest);
  if (lacking > 0) {
    // Of a side that nobody looked at nothing is certain.
    const known = a.heaviest > 0 && b.heaviest > 0;
    const low = known ? quantile(tail, gamma(a, 0), gamma(b, 1)) : 0;
    const high = known ? quantile(1 - tail, gamma(a, 1), gamma(b, 0)) : 1;
    return { enough: false, decisions, lacking, low, high };
  }
  return {
    enough: true,
    value: a.events.sum / (a.events.sum + b.events.sum),
    low: quantile(tail, gamma(a, 0.5), gamma(b, 0.5)),
    high: quantile(1 - tail, gamma(a, 0.5), gamma(b, 0.5)),
    decisions,
  };
}

const count = ({ violating, harmless }: Evidence): number => violating.n + harmless.n;

/**
 * How skew the sum of a side is says how far it is from what an interval can be made of: as a count of `squares³ / cubes²` events, which is their number where
 * all weigh the same. Half an event of the heaviest kind is taken to be there, so that a heavy stratum that showed none yet is not forgotten.
 */
function lackingOn({ events, heaviest, of }: Side): number {
  const half = { squares: heaviest ** 2 / 2, cubes: heaviest ** 3 / 2 };
  const cubes = events.cubes + half.cubes;
  const effective = cubes === 0 ? 0 : (events.squares + half.squares) ** 3 / cubes ** 2 - 0.5;
  const missing = fewestEvents - effective;
  // Weights of 1 / 3 and the like are no sums of whole numbers.
  if (missing <= 1e-9) return 0;
  const share = (events.sum + heaviest / 2) / (of.violating.sum + of.harmless.sum + heaviest);
  return Math.ceil(missing / (share || 0.5));
}

interface Gamma {
  shape: number;
  scale: number;
}

/** The quantile of a / (a + b), one of which is certainly nothing where it is undefined. */
function quantile(p: number, a: Gamma | undefined, b: Gamma | undefined): number {
  if (!a) return 0;
  if (!b) return 1;
  const q = jStat.beta.inv(p, a.shape, b.shape);
  return (q * a.scale) / (q * a.scale + (1 - q) * b.scale);
}

/** The gamma variable with the mean and variance of such a sum, and of so many further events of the heaviest kind. */
function gammaOf({ sum, squares }: Tally, more: number, heaviest: number): Gamma | undefined {
  const mean = sum + more * heaviest;
  if (mean === 0) return undefined;
  const variance = squares + more * heaviest ** 2;
  return { shape: mean ** 2 / variance, scale: variance / mean };
}
