/** Chance of at most `k` of `n` where each has chance `p`. Exact; `n` is a window's, some hundreds. */
function atMost(k: number, n: number, p: number): number {
  if (k >= n) return 1;
  if (p <= 0) return 1;
  if (p >= 1) return 0;
  let log = n * Math.log1p(-p);
  let sum = Math.exp(log);
  for (let i = 1; i <= k; i++) {
    log += Math.log(((n - i + 1) / i) * (p / (1 - p)));
    sum += Math.exp(log);
  }
  return Math.min(1, sum);
}

/** The share at which a chance that falls with it equals `wanted`. */
function solve(chance: (share: number) => number, wanted: number): number {
  let low = 0;
  let high = 1;
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (chance(middle) > wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * One-sided bounds of a precision, each at `confidence`, after Clopper and Pearson (1934): where `wrong` of `n` decisions went against the rule.
 * Without decisions it may be anything.
 */
export function precisionBounds(n: number, wrong: number, confidence = 0.95): { lower: number; upper: number } {
  if (n <= 0) return { lower: 0, upper: 1 };
  const alpha = 1 - confidence;
  // The share of errors that is too high to have brought so few, and the one that is too low to have brought so many.
  const most = wrong >= n ? 1 : solve(share => atMost(wrong, n, share), alpha);
  const least = wrong <= 0 ? 0 : solve(share => atMost(wrong - 1, n, share), 1 - alpha);
  return { lower: 1 - most, upper: 1 - least };
}
