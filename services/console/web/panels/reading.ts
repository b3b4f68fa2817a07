import type { Figure, Figures } from '../../api/panels.js';

type Labels = Record<string, string>;

const has = ({ labels }: Figure, wanted: Labels): boolean =>
  Object.entries(wanted).every(([label, value]) => labels[label] === value);

/** What a process published at one moment. */
export class Reading {
  readonly at: number;
  readonly #byName = new Map<string, Figure[]>();

  constructor({ at, figures }: Figures) {
    this.at = at;
    for (const figure of figures) {
      const list = this.#byName.get(figure.name);
      if (list) list.push(figure);
      else this.#byName.set(figure.name, [figure]);
    }
  }

  all(name: string, wanted: Labels = {}): Figure[] {
    return (this.#byName.get(name) ?? []).filter(figure => has(figure, wanted));
  }

  /** Undefined where there is none. */
  sum(name: string, wanted: Labels = {}): number | undefined {
    const found = this.all(name, wanted);
    return found.length > 0 ? found.reduce((sum, { value }) => sum + value, 0) : undefined;
  }

  most(name: string, wanted: Labels = {}): number | undefined {
    const found = this.all(name, wanted);
    return found.length > 0 ? Math.max(...found.map(({ value }) => value)) : undefined;
  }

  least(name: string, wanted: Labels = {}): number | undefined {
    const found = this.all(name, wanted);
    return found.length > 0 ? Math.min(...found.map(({ value }) => value)) : undefined;
  }

  /** The values that a label has, in order. */
  values(name: string, label: string): string[] {
    return [...new Set(this.all(name).flatMap(({ labels }) => labels[label] ?? []))].sort();
  }

  /** The buckets of a histogram, the lowest first: how many came to lie in each. */
  buckets(name: string, wanted: Labels): { upTo: number; count: number }[] {
    const sums = new Map<number, number>();
    for (const { labels, value } of this.all(`${name}_bucket`, wanted)) {
      const edge = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le);
      sums.set(edge, (sums.get(edge) ?? 0) + value);
    }
    const edges = [...sums].sort(([a], [b]) => a - b);
    return edges.map(([upTo, count], i) => ({ upTo, count: count - (edges[i - 1]?.[1] ?? 0) }));
  }

  /** As Prometheus estimates it: evenly spread within its bucket. Undefined where nothing was counted. */
  quantile(q: number, name: string, wanted: Labels): number | undefined {
    const buckets = this.buckets(name, wanted);
    const rank = q * buckets.reduce((sum, { count }) => sum + count, 0);
    if (rank === 0) return undefined;
    let below = 0;
    let from = 0;
    for (const { upTo, count } of buckets) {
      if (below + count >= rank)
        return upTo === Number.POSITIVE_INFINITY ? from : from + ((upTo - from) * (rank - below)) / count;
      below += count;
      from = upTo;
    }
    return from;
  }
}

/** How much a counter grew a second, from the oldest reading of the last minute on; undefined before there are two. */
export function rateOf(readings: readonly Reading[], name: string, wanted: Labels = {}): number | undefined {
  const last = readings.at(-1);
  const first = last && readings.find(({ at }) => at >= last.at - 60_000);
  if (!last || !first || first === last) return undefined;
  return Math.max(0, (last.sum(name, wanted) ?? 0) - (first.sum(name, wanted) ?? 0)) / ((last.at - first.at) / 1_000);
}
