import { Counter, Gauge, Histogram, type Metric, type Registry } from 'prom-client';
import { aborted, type Database, others, type Runtime } from '../runtime/index.js';
import { someday } from './clock.js';
import { breachCause, type HistogramName, type Rules, rulesOf } from './obligations.js';
import type { ClockTables, ClockTotalsRow } from './tables.js';
import type { TracedFigure, Traces } from './traces.js';

/** So many pairs of obligation and route are shown; each is a histogram of some twenty series. */
const mostPairs = 30;

interface Snapshot {
  /** Whether the database answered. */
  known: boolean;
  totals: ClockTotalsRow[];
  /** By obligation: milliseconds since 1970. */
  nextDue: Map<string, number>;
  traced: TracedFigure[];
}

/**
 * Which routes are shown by name: as many as the bound on pairs leaves room for, in the order of their names, the doors before the platforms; the others are
 * `other`. Their sums by obligation, which the objectives are reckoned with, stay exact.
 */
export function routeNames(totals: readonly ClockTotalsRow[], most: number = mostPairs): (route: string) => string {
  const doors = ['api', 'kafka'];
  const rank = (route: string): string => `${doors.includes(route) ? 0 : 1}${route}`;
  const obligationsOf = new Map<string, Set<string>>();
  for (const { route, obligation } of totals)
    obligationsOf.set(route, (obligationsOf.get(route) ?? new Set<string>()).add(obligation));
  const routes = [...obligationsOf].sort(([a], [b]) => (rank(a) < rank(b) ? -1 : 1));
  const pairs = routes.reduce((sum, [, { size }]) => sum + size, 0);
  if (pairs <= most) return route => route;
  // Each obligation keeps a place for its others.
  let room = most - new Set(totals.map(({ obligation }) => obligation)).size;
  const shown = new Set<string>();
  for (const [route, { size }] of routes) {
    room -= size;
    if (room < 0) break;
    shown.add(route);
  }
  return route => (shown.has(route) ? route : others);
}

/** The totals by the routes that are shown. */
export function fold(totals: readonly ClockTotalsRow[], nameOf: (route: string) => string): ClockTotalsRow[] {
  const sums = new Map<string, ClockTotalsRow>();
  for (const row of totals) {
    const route = nameOf(row.route);
    const id = [row.obligation, route, row.measure].join('\0');
    const sum = sums.get(id);
    if (sum) sum.value += row.value;
    else sums.set(id, { ...row, route });
  }
  return [...sums.values()];
}

/** Reads all figures: the totals (some dozens of rows), and one index look-up for each obligation with a limit. */
async function read(db: Database, rules: Rules, traces: Traces | undefined): Promise<Snapshot> {
  const rows = db.tables<ClockTables>();
  const nextDue = new Map<string, number>();
  const [exact, traced = []] = await Promise.all([
    rows.selectFrom('clock_totals').selectAll().execute(),
    traces?.figures(db),
    ...rules.objectives.map(async ({ obligation }) => {
      const nearest = await rows
        .selectFrom('clocks')
        .select('sort_at')
        .where('obligation', '=', obligation)
        .where('open', '=', 1)
        .where('counted', '=', 1)
        .where('sort_at', '<', someday)
        .orderBy('sort_at')
        .limit(1)
        .executeTakeFirst();
      if (nearest) nextDue.set(obligation, nearest.sort_at);
    }),
  ]);
  const nameOf = routeNames(exact);
  return {
    known: true,
    totals: fold(exact, nameOf),
    nextDue,
    traced: traced.map(row => ({ ...row, route: nameOf(row.route) })),
  };
}

type Family = Awaited<ReturnType<Histogram<'obligation' | 'route'>['get']>>;
type Sample = Family['values'][number];

/** A histogram whose counts are in the database: prom-client only writes it out. Series exist for what occurred, no others. */
class TotalsHistogram extends Histogram<'obligation' | 'route'> {
  constructor(
    private readonly family: { name: HistogramName; help: string; edges: readonly number[] },
    private readonly snapshot: () => Promise<Pick<Snapshot, 'totals' | 'traced'>>,
  ) {
    super({ name: family.name, help: family.help, labelNames: ['obligation', 'route'], registers: [] });
  }

  override async get(): Promise<Family> {
    const { name, help, edges } = this.family;
    const { totals, traced } = await this.snapshot();
    const values = seriesOf(totals, name, edges, traced);
    return { name, help, type: 'histogram', aggregator: 'sum', values } as unknown as Family;
  }

  /** What prom-client's text output calls instead of `get`. */
  getForPromString(): Promise<Family> {
    return this.get();
  }
}

/** The samples of a histogram. A bucket of an earlier setting counts in the next edge that there is now. */
export function seriesOf(
  totals: readonly ClockTotalsRow[],
  name: string,
  edges: readonly number[],
  traced: readonly TracedFigure[] = [],
): Sample[] {
  const groups = new Map<string, ClockTotalsRow[]>();
  for (const row of totals) {
    const group = `${row.obligation}\0${row.route}`;
    groups.set(group, [...(groups.get(group) ?? []), row]);
  }
  return [...groups.values()].flatMap(rows => {
    const [{ obligation, route }] = rows as [ClockTotalsRow];
    const measure = (name: string): number => rows.find(row => row.measure === name)?.value ?? 0;
    const count = measure('count');
    if (count === 0) return [];
    const upTo = (edge: number): number =>
      rows
        .filter(row => row.measure.startsWith('le:') && Number(row.measure.slice(3)) <= edge)
        .reduce((sum, row) => sum + row.value, 0);
    const labels = { obligation, route };
    const bucket = (le: number | '+Inf', value: number, below: number) => {
      const within = (seconds: number): boolean => seconds > below && (le === '+Inf' || seconds <= le);
      const example = traced.findLast(
        one => one.obligation === obligation && one.route === route && within(one.seconds),
      );
      return {
        metricName: `${name}_bucket`,
        labels: { ...labels, le },
        value,
        ...(example && {
          exemplar: { labelSet: { trace_id: example.trace }, value: example.seconds, timestamp: example.at / 1000 },
        }),
      };
    };
    return [
      ...edges.map((edge, i) => bucket(edge, upTo(edge), edges[i - 1] ?? Number.NEGATIVE_INFINITY)),
      bucket('+Inf', count, edges.at(-1) ?? Number.NEGATIVE_INFINITY),
      { metricName: `${name}_sum`, labels, value: measure('ms') / 1000 },
      { metricName: `${name}_count`, labels, value: count },
    ] as Sample[];
  });
}

/** Breaches counted, or withdrawn, by obligation and cause. What was counted before there were causes is under the one that says nothing. */
function breachesBy(totals: readonly ClockTotalsRow[], measure: 'late' | 'withdrawn') {
  const sums = new Map<string, { obligation: string; cause: string; value: number }>();
  const add = (obligation: string, cause: string, value: number): void => {
    const key = `${obligation}\0${cause}`;
    sums.set(key, { obligation, cause, value: (sums.get(key)?.value ?? 0) + value });
  };
  for (const { obligation, measure: name, value } of totals) {
    const [kind, cause] = name.split(':');
    if (kind !== measure) continue;
    const unexplained = breachCause(obligation, undefined);
    add(obligation, cause ?? unexplained, value);
    // `late` alone is the sum of all causes.
    if (cause !== undefined) add(obligation, unexplained, -value);
  }
  return [...sums.values()].filter(({ value }) => value > 0);
}

/** Makes the metrics of the clocks; they read the database when they are asked. */
function makeMetrics(
  { db, time, log }: Pick<Runtime, 'db' | 'time' | 'log'>,
  rules: Rules,
  traces: Traces | undefined,
) {
  // All metrics of one scrape share one reading. Where it fails there is a gap, never an old figure, and the other metrics still come.
  let reading: Promise<Snapshot> | undefined;
  const snapshot = (): Promise<Snapshot> => {
    reading ??= read(db, rules, traces)
      .catch(error => {
        log.error({ err: error }, 'figures of the clocks not read');
        return { known: false, totals: [], nextDue: new Map(), traced: [] };
      })
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };
  const sumBy = (totals: readonly ClockTotalsRow[], measure: string): Map<string, number> => {
    const sums = new Map<string, number>();
    for (const row of totals) {
      if (row.measure === measure) sums.set(row.obligation, (sums.get(row.obligation) ?? 0) + row.value);
    }
    return sums;
  };
  const histogram = (name: HistogramName, help: string) =>
    new TotalsHistogram({ name, help, edges: rules.edges[name] }, async () => {
      const { totals, traced } = await snapshot();
      return { totals: totals.filter(row => rules.histogram(row.obligation) === name), traced };
    });
  const counter = (name: string, help: string, sumsOf: (totals: readonly ClockTotalsRow[]) => Map<string, number>) =>
    new Counter({
      name,
      help,
      labelNames: ['obligation'],
      registers: [],
      async collect() {
        const sums = sumsOf((await snapshot()).totals);
        this.reset();
        for (const [obligation, n] of sums) this.inc({ obligation }, n);
      },
    });
  const byCause = (name: string, help: string, measure: 'late' | 'withdrawn') =>
    new Counter({
      name,
      help,
      labelNames: ['obligation', 'cause'],
      registers: [],
      async collect() {
        const breaches = breachesBy((await snapshot()).totals, measure);
        this.reset();
        for (const { obligation, cause, value } of breaches) this.inc({ obligation, cause }, value);
      },
    });

  return [
    histogram(
      'takedown_seconds',
      'Time from the start of a clock to its end by evidence, limits of seconds to minutes.',
    ),
    histogram(
      'takedown_long_seconds',
      'Time from the start of a clock to its end by evidence, limits of hours and days.',
    ),
    new Gauge({
      name: 'takedown_objective_ratio',
      help: 'What is promised: the share of clocks that end within this many seconds.',
      labelNames: ['obligation', 'within'],
      registers: [],
      async collect() {
        // It says that the figures are whole: without it, what is missing would be taken for 0.
        const { known } = await snapshot();
        this.reset();
        if (!known) return;
        for (const { obligation, seconds, ratio } of rules.objectives) this.set({ obligation, within: seconds }, ratio);
      },
    }),
    new Gauge({
      name: 'takedown_clocks_open',
      help: 'Clocks that have started and not ended.',
      labelNames: ['obligation'],
      registers: [],
      async collect() {
        const sums = sumBy((await snapshot()).totals, 'open');
        this.reset();
        for (const [obligation, n] of sums) this.set({ obligation }, n);
      },
    }),
    new Gauge({
      name: 'takedown_next_due_seconds',
      help: 'Time until the next open clock is due; below zero where one is over its limit.',
      labelNames: ['obligation'],
      registers: [],
      async collect() {
        const { nextDue } = await snapshot();
        this.reset();
        for (const [obligation, due] of nextDue) this.set({ obligation }, (due - time.now()) / 1000);
      },
    }),
    byCause('takedown_breaches_total', 'Clocks that were over their limit when it passed, by cause.', 'late'),
    byCause(
      'takedown_breaches_withdrawn_total',
      'Breaches that evidence took back, which came after the limit: of an end before it, or of another cause.',
      'withdrawn',
    ),
    counter('takedown_in_time_total', 'Clocks that ended by evidence within their limit.', totals =>
      sumBy(totals, 'within'),
    ),
    counter(
      'takedown_half_time_total',
      'Clocks that ended by evidence within half of their limit, or the edge of a bucket next below it.',
      totals => halfTime(totals, rules),
    ),
  ];
}

/** The same metrics, for one reading, where another process publishes them. */
export const clockMetrics = (runtime: Pick<Runtime, 'db' | 'time' | 'log' | 'config'>): Metric[] =>
  makeMetrics(runtime, rulesOf(runtime.config), undefined) as unknown as Metric[];

/** By obligation with a limit: how many ended within half of it. */
function halfTime(totals: readonly ClockTotalsRow[], rules: Rules): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { obligation, measure, value } of totals) {
    const limit = rules.limit(obligation)?.seconds;
    if (limit === undefined || !measure.startsWith('le:')) continue;
    const half = rules.edges[rules.histogram(obligation)].findLast(edge => edge <= limit / 2) ?? 0;
    const counts = Number(measure.slice(3)) <= half;
    sums.set(obligation, (sums.get(obligation) ?? 0) + (counts ? value : 0));
  }
  return sums;
}

/**
 * Publishes the figures in this process until aborted: run by one elected process, so that nothing is counted twice.
 * @param traces of the clocks that this process saw, shown as exemplars
 */
export async function publishMetrics(
  runtime: Pick<Runtime, 'db' | 'time' | 'log'> & { metrics: { registry: Registry } },
  rules: Rules,
  signal: AbortSignal,
  traces?: Traces,
): Promise<void> {
  const { registry } = runtime.metrics;
  const metrics = makeMetrics(runtime, rules, traces);
  for (const metric of metrics) registry.registerMetric(metric as Gauge);
  await aborted(signal);
  for (const { name } of metrics.map(metric => metric as unknown as { name: string }))
    registry.removeSingleMetric(name);
}
