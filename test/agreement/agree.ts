import type { Figure } from '../../services/ledger/sla/index.js';
import { type Count, countBy, type Expected, type Range } from './expected.js';
import type { Raw } from './figures.js';
import { limits } from './stories.js';

const within = (value: number, { least, most }: Range): boolean => value >= least && value <= most;
const show = ({ least, most }: Range): string => (least === most ? String(least) : `${least} to ${most}`);

/** What of the figures is not what the load generator counted; empty where they agree. */
export function differences(expected: readonly Expected[], figures: readonly Figure[]): string[] {
  const wrong: string[] = [];
  const nameOf = ({ obligation, route, language }: Pick<Expected, 'route' | 'language'> & { obligation: string }) =>
    `${obligation} ${route} ${language}`;
  const counts = countBy(expected, limits, nameOf);
  const known = new Map(figures.map(figure => [nameOf(figure as Required<Figure>), figure]));
  for (const name of new Set([...counts.keys(), ...known.keys()])) {
    const [count, figure] = [counts.get(name), known.get(name)];
    if (!count || !figure)
      wrong.push(`${name}: ${count ? 'counted, and not among the figures' : 'a figure of nothing'}`);
    else wrong.push(...differ(count, figure).map(what => `${name}: ${what}`));
  }
  return wrong;
}

function differ(count: Count, figure: Figure): string[] {
  const wrong: string[] = [];
  const exact = (what: 'count' | 'cancelled' | 'open'): void => {
    if (figure[what] !== count[what]) wrong.push(`${what} is ${figure[what]}, counted ${count[what]}`);
  };
  const range = (what: string, value: number, of: Range): void => {
    if (!within(value, of)) wrong.push(`${what} is ${value}, counted ${show(of)}`);
  };
  exact('count');
  exact('cancelled');
  exact('open');
  const limited = figure.limited > 0 || count.within.most > 0;
  if (limited) range('within', figure.within, count.within);
  range('breaches', figure.breaches, count.breaches);
  range('overdue', figure.overdue, count.overdue);
  for (const cause of new Set([...count.causes.keys(), ...Object.keys(figure.causes)])) {
    const least = count.causes.get(cause) ?? 0;
    range(`breaches by ${cause}`, figure.causes[cause as keyof Figure['causes']] ?? 0, {
      least,
      most: least + count.unexplained,
    });
  }
  // What is known of each figure bounds what is in each place once they are in order.
  const n = count.least.length;
  for (const [name, percent] of [
    ['p50', 50],
    ['p95', 95],
    ['p99', 99],
    ['max', 100],
  ] as const) {
    if (n === 0 || !figure.ms || figure.count !== n) continue;
    const place = Math.ceil((percent * n) / 100) - 1;
    range(name, figure.ms[name], { least: count.least[place] as number, most: count.most[place] as number });
  }
  return wrong;
}

/** What of the raw counters is not what the load generator counted. */
export function rawDifferences(expected: readonly Expected[], raw: Raw): string[] {
  const wrong: string[] = [];
  const byRoute = countBy(expected, limits, ({ obligation, route }) => `${obligation} ${route}`);
  for (const [name, { count, least, most }] of byRoute) {
    const histogram = raw.histograms.get(name);
    if ((histogram?.count ?? 0) !== count) wrong.push(`${name}: count is ${histogram?.count ?? 0}, counted ${count}`);
    if (!histogram) continue;
    const sum = (list: readonly number[]): number => list.reduce((all, one) => all + one, 0);
    const bounds = { least: sum(least), most: sum(most) };
    if (!within(histogram.sum, bounds)) wrong.push(`${name}: the sum is ${histogram.sum} ms, counted ${show(bounds)}`);
    for (const [edge, n] of histogram.buckets) {
      const upTo = (list: readonly number[]): number =>
        edge === '+Inf' ? list.length : list.filter(ms => ms <= Number(edge) * 1000).length;
      const counted = { least: upTo(most), most: upTo(least) };
      if (!within(n, counted)) wrong.push(`${name}: up to ${edge} s are ${n}, counted ${show(counted)}`);
    }
  }
  for (const name of raw.histograms.keys()) if (!byRoute.has(name)) wrong.push(`${name}: a histogram of nothing`);
  const byObligation = countBy(expected, limits, ({ obligation }) => obligation);
  for (const [obligation, { open, breaches }] of byObligation) {
    if ((raw.open.get(obligation) ?? 0) !== open)
      wrong.push(`${obligation}: open are ${raw.open.get(obligation) ?? 0}, counted ${open}`);
    const all = [...raw.breaches].filter(([name]) => name.split(' ')[0] === obligation);
    const n = all.reduce((sum, [, value]) => sum + value, 0);
    if (!within(n, breaches)) wrong.push(`${obligation}: breaches are ${n}, counted ${show(breaches)}`);
  }
  return wrong;
}

/** Clocks of which the load generator can't tell by itself whether their limit was kept. */
export const undetermined = (expected: readonly Expected[]): number =>
  expected.filter(({ obligation, ms }) => {
    const limit = (limits as Record<string, number>)[obligation];
    return limit !== undefined && ms.least <= limit && ms.most > limit;
  }).length;
