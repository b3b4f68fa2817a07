/** Posts by bucket of their score, in the order of the buckets. */
export type Histogram = ArrayLike<number>;

interface DriftTerms {
  /** Chance of a false alarm on one day, over all series together. */
  falseAlarms: number;
  /** Jensen-Shannon divergence (bits) below which a change is of no consequence, however certain it is. */
  least: number;
  /** Posts a day that a series needs. */
  posts: number;
  /** Score buckets that are compared: neighbours are joined until each has enough posts. */
  buckets: number;
}

/** One false alarm in 60 days over all series at the most. */
export const usualDrift: DriftTerms = { falseAlarms: 1 / 60, least: 0.01, posts: 200, buckets: 10 };

export type Drift =
  | { kind: 'too little' }
  | {
      kind: 'compared';
      /** Jensen-Shannon divergence in bits: 0 alike, 1 nothing in common. */
      divergence: number;
      /** How unusual the day is among the days of the reference week: an F-quotient, and the bound above which it is drift. */
      unusual: number;
      bound: number;
      drifted: boolean;
      /** The bucket (its first score's) that grew most beyond its share: where to look for examples. */
      grew: number;
    };

function total(counts: Histogram): number {
  let sum = 0;
  for (let n = 0; n < counts.length; n++) sum += counts[n]!;
  return sum;
}

/** Joins neighbouring buckets so that each holds about an equal share of the reference. @returns for each joined bucket, its first one */
function edgesOf(reference: Histogram, most: number): number[] {
  const all = total(reference);
  const edges: number[] = [];
  let gathered = all;
  for (let bucket = 0; bucket < reference.length; bucket++) {
    if (reference[bucket] === 0) continue;
    if (gathered >= all / most) {
      edges.push(bucket);
      gathered = 0;
    }
    gathered += reference[bucket]!;
  }
  // What is left over at the end is too little for a bucket of its own.
  if (edges.length > 1 && gathered < all / (2 * most)) edges.pop();
  return edges;
}

function joined(histogram: Histogram, edges: readonly number[]): number[] {
  const counts = edges.map(() => 0);
  let at = 0;
  for (let bucket = 0; bucket < histogram.length; bucket++) {
    if (at + 1 < edges.length && bucket >= edges[at + 1]!) at++;
    counts[at]! += histogram[bucket]!;
  }
  return counts;
}

/** Pearson's statistic of two samples, divided by its degrees of freedom: about 1 where both are drawn by chance from the same. */
function quotient(a: readonly number[], b: readonly number[]): number {
  const [na, nb] = [total(a), total(b)];
  let sum = 0;
  let kinds = 0;
  a.forEach((n, i) => {
    const both = n + b[i]!;
    if (both === 0) return;
    kinds++;
    const [ea, eb] = [(both * na) / (na + nb), (both * nb) / (na + nb)];
    sum += (n - ea) ** 2 / ea + (b[i]! - eb) ** 2 / eb;
  });
  return kinds > 1 ? sum / (kinds - 1) : 0;
}

/** Lin 1991, in bits. */
export function jensenShannon(a: readonly number[], b: readonly number[]): number {
  const [na, nb] = [total(a), total(b)];
  if (na === 0 || nb === 0) return 0;
  const part = (p: number, m: number): number => (p > 0 ? p * Math.log2(p / m) : 0);
  return a.reduce((sum, n, i) => {
    const [p, q] = [n / na, b[i]! / nb];
    const middle = (p + q) / 2;
    return sum + (part(p, middle) + part(q, middle)) / 2;
  }, 0);
}

/** Quantile of the normal distribution for small upper tails (Abramowitz and Stegun 26.2.23, error below 0.0005). */
function normalAbove(tail: number): number {
  const t = Math.sqrt(-2 * Math.log(tail));
  return t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3);
}

/** Upper quantile of the F distribution (Paulson 1942). */
export function fAbove(tail: number, d1: number, d2: number): number {
  const z = normalAbove(tail);
  const [a, b] = [2 / (9 * d1), 2 / (9 * d2)];
  const [p, q, r] = [(1 - b) ** 2 - z * z * b, -2 * (1 - a) * (1 - b), (1 - a) ** 2 - z * z * a];
  if (p <= 0) return Number.POSITIVE_INFINITY;
  return ((-q + Math.sqrt(q * q - 4 * p * r)) / (2 * p)) ** 3;
}

/**
 * Whether a day's scores differ from the reference week by more than its days do among themselves. Pure.
 *
 * Days differ by more than chance would have it, since posts come in clusters: so each day of the reference is held against the others of it, and the mean
 * of what that gives (at least 1, what chance alone gives) is the measure of what is usual. The day's own divided by it follows about an F distribution.
 * @param day the day's scores
 * @param reference one histogram for each day of the reference week
 * @param series how many are compared today: the chance of a false alarm is over all of them
 */
export function compareDay(day: Histogram, reference: readonly Histogram[], series: number, terms = usualDrift): Drift {
  const { falseAlarms, least, posts, buckets } = terms;
  const days = reference.filter(one => total(one) >= posts);
  if (days.length < 4 || total(day) < posts) return { kind: 'too little' };
  const whole = new Float64Array(Math.max(...days.map(({ length }) => length)));
  for (const one of days) for (let bucket = 0; bucket < one.length; bucket++) whole[bucket]! += one[bucket]!;
  const edges = edgesOf(whole, buckets);
  if (edges.length < 2) return { kind: 'too little' };
  const counts = days.map(one => joined(one, edges));
  const week = edges.map((_, i) => counts.reduce((sum, one) => sum + one[i]!, 0));
  const today = joined(day, edges);
  const others = (n: number): number[] => week.map((all, i) => all - counts[n]![i]!);
  const usual = counts.map((one, n) => quotient(one, others(n)));
  const scale = Math.max(1, total(usual) / usual.length);
  const unusual = quotient(today, week) / scale;
  // Parts of the score that move together leave fewer degrees of freedom than there are buckets: half of them, to be safe.
  const d1 = Math.max(1, (edges.length - 1) / 2);
  const bound = fAbove(falseAlarms / Math.max(1, series), d1, d1 * (days.length - 1));
  const divergence = jensenShannon(today, week);
  const [nToday, nWeek] = [total(today), total(week)];
  const shares = today.map((n, i) => n / nToday - week[i]! / nWeek);
  const grew = edges[shares.indexOf(Math.max(...shares))]!;
  return { kind: 'compared', divergence, unusual, bound, drifted: unusual > bound && divergence >= least, grew };
}
