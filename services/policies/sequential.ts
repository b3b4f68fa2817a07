/**
 * Two shares compared while they grow, valid however often one looks and whenever one stops.
 *
 * The evidence against "the difference of the shares is δ" is a ratio: how likely what was seen is under a mixture over all shares (Beta(½, ½) for each arm,
 * Robbins, Annals of Mathematical Statistics 41 (1970) 1397-1409), by how likely it is at best under shares that differ by δ (the universal
 * inference of Wasserman, Ramdas and Balakrishnan, PNAS 117 (2020) 16880-16890). Under any two shares that differ by δ the ratio is at most a nonnegative martingale that
 * starts at 1, so by Ville's inequality it ever reaches 1/α with probability α at the most. Nothing is approximate: it holds from the first decision on, with arms
 * of any sizes, in any order of the decisions.
 */

/** One arm: decisions, and those of them that went wrong. */
export interface Arm {
  n: number;
  wrong: number;
}

/** What can be said of the first arm's share less the second's. */
export interface Comparison {
  /** As it was seen; undefined where an arm has no decision yet. */
  difference?: number;
  /** It holds at every look at once, with probability 1 - alpha. */
  low: number;
  high: number;
}

const halfLnTau = 0.5 * Math.log(2 * Math.PI);

/** ln Γ(x) for x > 0, by Stirling's series from 8 on; good to 12 digits. */
export function lnGamma(x: number): number {
  // One logarithm for all that comes before 8, where arms are small: most of them are.
  let shift = 1;
  let z = x;
  for (; z < 8; z++) shift *= z;
  const r = 1 / (z * z);
  const series = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r / 1188)))) / z;
  return (z - 0.5) * Math.log(z) - z + halfLnTau + series - Math.log(shift);
}

/** ln of the mixture's likelihood of an arm: B(wrong + ½, right + ½) / B(½, ½), where B(½, ½) is π. */
const mixture = ({ n, wrong }: Arm): number =>
  lnGamma(wrong + 0.5) + lnGamma(n - wrong + 0.5) - lnGamma(n + 1) - Math.log(Math.PI);

const times = (n: number, p: number): number => (n === 0 ? 0 : n * Math.log(p));
const likelihood = ({ n, wrong }: Arm, p: number): number => times(wrong, p) + times(n - wrong, 1 - p);
const slope = ({ n, wrong }: Arm, p: number): number =>
  (wrong === 0 ? 0 : wrong / p) - (n === wrong ? 0 : (n - wrong) / (1 - p));

/** ln of the greatest likelihood of both arms where the first share is the second's and δ more. It is concave in the share: the slope is bisected. */
function best(first: Arm, second: Arm, delta: number): number {
  let low = Math.max(0, -delta);
  let high = Math.min(1, 1 - delta);
  for (let i = 0; i < 44 && high - low > 1e-12; i++) {
    const p = (low + high) / 2;
    if (slope(first, p + delta) + slope(second, p) > 0) low = p;
    else high = p;
  }
  const p = (low + high) / 2;
  return likelihood(first, Math.min(1, Math.max(0, p + delta))) + likelihood(second, p);
}

/** ln of the evidence that the first share is not the second's and `delta` more. */
export const evidenceAgainst = (first: Arm, second: Arm, delta: number): number =>
  mixture(first) + mixture(second) - best(first, second, delta);

const seen = ({ n, wrong }: Arm): number => wrong / n;

/**
 * Whether the first arm's share is larger than the second's by more than `bound`, as far as what was seen shows it. Called as often as one likes, it says so wrongly
 * with probability `alpha` at the most. Pure.
 */
export function exceeds(first: Arm, second: Arm, bound: number, alpha: number): boolean {
  if (first.n === 0 || second.n === 0 || seen(first) - seen(second) <= bound) return false;
  return evidenceAgainst(first, second, bound) >= Math.log(1 / alpha);
}

/** The confidence sequence of the difference: every δ that the evidence does not speak against. Pure. */
export function compare(first: Arm, second: Arm, alpha: number): Comparison {
  if (first.n === 0 || second.n === 0) return { low: -1, high: 1 };
  const difference = seen(first) - seen(second);
  const limit = Math.log(1 / alpha);
  /** The evidence grows with the distance from what was seen, on both sides. */
  const edge = (outer: number): number => {
    if (evidenceAgainst(first, second, outer) < limit) return outer;
    let [inside, outside] = [difference, outer];
    for (let i = 0; i < 40; i++) {
      const middle = (inside + outside) / 2;
      if (evidenceAgainst(first, second, middle) < limit) inside = middle;
      else outside = middle;
    }
    return outside;
  };
  return { difference, low: edge(-1), high: edge(1) };
}
