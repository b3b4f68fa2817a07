import type { BreachCause } from '../../clocks/index.js';
import type { Span, Verdict } from './spans.js';

/** What figures can be told by; always by obligation. */
export const dimensions = ['obligation', 'route', 'language'] as const;
export type Dimension = (typeof dimensions)[number];

/** Percentiles told, by nearest rank: the least figure that so many percent of all do not exceed. */
export const percentiles = { p50: 50, p95: 95, p99: 99, max: 100 } as const;
export type Percentiles = Record<keyof typeof percentiles, number>;

/** The figures of one obligation, or of one of its routes and languages. */
export interface Figure {
  obligation: string;
  route?: string;
  language?: string;
  /** Stretches that ended by evidence. */
  count: number;
  /** Those of them that had a limit, and those that ended within it; `share` is their ratio. */
  limited: number;
  within: number;
  share?: number;
  /** Their figures, whole milliseconds; left out where there are none. */
  ms?: Percentiles;
  /** Ended without a figure: nothing was there to remove, its ground was lifted, its case was superseded. */
  cancelled: number;
  /** Not ended; and those of them that are past due. */
  open: number;
  overdue: number;
  /** Over the limit, ended (by evidence or without a figure) or open: all, and by cause. */
  breaches: number;
  causes: Partial<Record<BreachCause, number>>;
}

/** Which of `n` ordered figures a percentile is, from 1. */
export const rankOf = (percent: number, n: number): number => Math.ceil((percent * n) / 100);

/** What one kind of stretch adds to a figure: `n` of them, of which (if open) `undue` are not past due. */
export interface Tally {
  state: Span['state'];
  verdict: Verdict;
  n: number;
  undue?: number;
}

/** A figure from its counts, without `ms`. */
export function figureOf(of: Pick<Figure, Dimension>, tallies: Iterable<Tally>): Figure {
  const figure: Figure = {
    ...of,
    count: 0,
    limited: 0,
    within: 0,
    cancelled: 0,
    open: 0,
    overdue: 0,
    breaches: 0,
    causes: {},
  };
  for (const { state, verdict, n, undue = 0 } of tallies) {
    if (state === 'stopped') figure.count += n;
    if (state === 'stopped' && verdict !== 'unlimited') figure.limited += n;
    if (state === 'stopped' && verdict === 'within') figure.within += n;
    if (state === 'cancelled') figure.cancelled += n;
    if (state === 'open') figure.open += n;
    if (verdict === 'within' || verdict === 'unlimited') continue;
    const breaches = n - undue;
    if (state === 'open') figure.overdue += breaches;
    figure.breaches += breaches;
    const ofCause = (figure.causes[verdict] ?? 0) + breaches;
    if (ofCause === 0) delete figure.causes[verdict];
    else figure.causes[verdict] = ofCause;
  }
  if (figure.limited > 0) figure.share = figure.within / figure.limited;
  return figure;
}

/** Names the group that a stretch belongs to. */
export const groupOf = (by: readonly Dimension[], of: Pick<Span, Dimension>): string =>
  JSON.stringify(by.map(dimension => of[dimension]));

/** In the order in which figures are told. */
export const inOrder = (by: readonly Dimension[]) => (a: Pick<Figure, Dimension>, b: Pick<Figure, Dimension>) => {
  for (const dimension of by) {
    const [x, y] = [a[dimension] ?? '', b[dimension] ?? ''];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
};

/**
 * The figures of a period, made of all spans there are: what `/v1/sla` answers, by whoever has the openings. Pure.
 * @param from, to the period holds what began at `from` or later, and before `to` (ms since 1970, UTC)
 * @param now what is open is past due by this instant
 */
export function figuresOf(
  spans: Iterable<Span>,
  { from, to, now, by = ['obligation'] }: { from: number; to: number; now: number; by?: readonly Dimension[] },
): Figure[] {
  const groups = new Map<string, Span[]>();
  for (const span of spans) {
    if (span.began < from || span.began >= to) continue;
    const group = groups.get(groupOf(by, span)) ?? [];
    group.push(span);
    groups.set(groupOf(by, span), group);
  }
  const figures = [...groups.values()].map(group => {
    const [first] = group as [Span];
    const tallies = group.map(({ state, verdict, due }) => ({
      state,
      verdict,
      n: 1,
      undue: due !== undefined && due >= now ? 1 : 0,
    }));
    const figure = figureOf(pick(by, first), tallies);
    const sorted = group.flatMap(({ state, ms }) => (state === 'stopped' ? [ms] : [])).sort((a, b) => a - b);
    const at = (percent: number): number => sorted[rankOf(percent, sorted.length) - 1] as number;
    return sorted.length === 0
      ? figure
      : { ...figure, ms: Object.fromEntries(Object.entries(percentiles).map(([k, p]) => [k, at(p)])) as Percentiles };
  });
  return figures.sort(inOrder(by));
}

/** What names a group, of what is in it. */
export const pick = (by: readonly Dimension[], of: Pick<Span, Dimension>): Pick<Figure, Dimension> => ({
  obligation: of.obligation,
  ...(by.includes('route') ? { route: of.route } : {}),
  ...(by.includes('language') ? { language: of.language } : {}),
});
