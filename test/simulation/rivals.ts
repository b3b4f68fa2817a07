import jstat from 'jstat';
import type { Evidence } from '../../services/policies/evidence/estimate.js';

const { jStat } = jstat;

export interface Interval {
  low: number;
  high: number;
}

/** Other ways to an interval of a / (a + b), each from the weights of what is counted on both sides. */
export const rivals: Readonly<Record<string, (a: Evidence['violating'], b: Evidence['violating']) => Interval>> = {
  /** The normal distribution on the linearised ratio: what survey programs give unasked. */
  'linearised, normal': (a, b) => {
    const { p, variance } = linearised(a, b);
    const half = 1.96 * Math.sqrt(variance);
    return { low: p - half, high: p + half };
  },
  /** Wilson's score interval on the effective number of decisions. */
  'Wilson, effective n': (a, b) => {
    const { p, n } = linearised(a, b);
    const z = 1.96 ** 2;
    const middle = (p + z / (2 * n)) / (1 + z / n);
    const half = (1.96 / (1 + z / n)) * Math.sqrt((p * (1 - p)) / n + z / (4 * n * n));
    return { low: middle - half, high: middle + half };
  },
  /** Korn and Graubard 1998: Clopper and Pearson's on the effective number of decisions. */
  'Korn-Graubard': (a, b) => {
    const { p, n } = linearised(a, b);
    const x = p * n;
    return { low: jStat.beta.inv(0.025, x, n - x + 1), high: jStat.beta.inv(0.975, x + 1, n - x) };
  },
};

function linearised(a: Evidence['violating'], b: Evidence['violating']) {
  const all = a.sum + b.sum;
  const p = a.sum / all;
  const variance = ((1 - p) ** 2 * a.squares + p ** 2 * b.squares) / all ** 2;
  return { p, variance, n: (p * (1 - p)) / variance };
}
