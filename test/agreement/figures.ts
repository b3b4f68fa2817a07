import { ask, type Server } from '../../services/cli/client.js';
import {
  emptyTrack,
  type Figure,
  figuresOf,
  follow,
  moveId,
  type Span,
  spansOf,
  type Track,
} from '../../services/ledger/sla/index.js';
import type { Process } from '../distributed/process.js';

/** Of one obligation and route. */
export interface Histogram {
  /** Up to each edge (seconds), all below included. */
  buckets: Map<string, number>;
  count: number;
  /** Milliseconds. */
  sum: number;
}

/** The raw counters of the clocks, as Prometheus reads them or as spans make them. */
export interface Raw {
  /** By `obligation route`. */
  histograms: Map<string, Histogram>;
  /** By obligation. */
  open: Map<string, number>;
  /** By `obligation cause`: counted, less those that were taken back. */
  breaches: Map<string, number>;
}

export interface Sla {
  from: string;
  to: string;
  at: string;
  size: number;
  sealed: number;
  figures: Figure[];
}

export const readSla = (server: Server, from: number): Promise<Sla> =>
  ask<Sla>(server, `/v1/sla?from=${new Date(from).toISOString()}&to=2099-01-01&by=obligation,route,language`);

/** All spans of the ledger, made from what its entries open to and from nothing else. */
export async function spansOfLedger({ url, key }: Server, size: number): Promise<{ spans: Span[]; uncounted: number }> {
  const res = await fetch(`${url}/v1/ledger/openings?from=0&to=${size}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  if (!res.ok) throw new Error(`openings answered ${res.status}`);
  const clocks = new Map<string, Track>();
  const settled: Span[] = [];
  const uncounted = new Set<string>();
  let opened = 0;
  for (const line of (await res.text()).split('\n')) {
    if (line === '') continue;
    opened++;
    const { index, opening } = JSON.parse(line) as {
      index: number;
      opening: { moves: Parameters<typeof follow>[2][] };
    };
    for (const [place, move] of opening.moves.entries()) {
      const next = follow(clocks.get(move.clock) ?? emptyTrack(move.obligation), moveId(index, place), move);
      clocks.set(move.clock, next.track);
      settled.push(...next.settled);
      if (move.uncounted) uncounted.add(move.clock);
    }
  }
  if (opened !== size) throw new Error(`${opened} of ${size} entries were opened`);
  return { spans: [...settled, ...[...clocks.values()].flatMap(spansOf)], uncounted: uncounted.size };
}

/** The same as {@link readSla} answers, from the spans. */
export const slaOf = (spans: readonly Span[], { from, to, at }: Pick<Sla, 'from' | 'to' | 'at'>): Figure[] =>
  figuresOf(spans, {
    from: Date.parse(from),
    to: Date.parse(to),
    now: Date.parse(at),
    by: ['obligation', 'route', 'language'],
  });

/** The raw counters that follow from spans. @param edges of the buckets, by obligation */
export function rawOf(spans: readonly Span[], edges: (obligation: string) => readonly string[], now: number): Raw {
  const raw: Raw = { histograms: new Map(), open: new Map(), breaches: new Map() };
  const add = (to: Map<string, number>, name: string): void => void to.set(name, (to.get(name) ?? 0) + 1);
  for (const { obligation, route, state, ms, verdict, due } of spans) {
    if (state === 'open') add(raw.open, obligation);
    const late = verdict !== 'within' && verdict !== 'unlimited' && (state !== 'open' || (due ?? now) < now);
    if (late) add(raw.breaches, `${obligation} ${verdict}`);
    if (state !== 'stopped') continue;
    const name = `${obligation} ${route}`;
    const histogram = raw.histograms.get(name) ?? {
      buckets: new Map(edges(obligation).map(edge => [edge, 0])),
      count: 0,
      sum: 0,
    };
    raw.histograms.set(name, histogram);
    histogram.count++;
    histogram.sum += ms;
    for (const edge of histogram.buckets.keys())
      if (edge === '+Inf' || ms <= Number(edge) * 1000) add(histogram.buckets, edge);
  }
  return raw;
}

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

function samplesOf(text: string): Sample[] {
  return text.split('\n').flatMap(line => {
    const [, name, given = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
    if (name === undefined) return [];
    const labels = Object.fromEntries([...given.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, of]) => [label, of]));
    return [{ name, labels: labels as Record<string, string>, value: Number(value) }];
  });
}

/** What the process that publishes the clocks says at /metrics. @throws Error where not exactly one does */
export async function readRaw(processes: readonly Process[]): Promise<Raw> {
  const texts = await Promise.all(
    processes.map(async ({ url }) => {
      const res = await fetch(`${url}/metrics`);
      if (!res.ok) throw new Error(`${url}/metrics answered ${res.status}`);
      return res.text();
    }),
  );
  const publishing = texts.filter(text => text.includes('# TYPE takedown_seconds '));
  if (publishing.length !== 1) throw new Error(`${publishing.length} processes publish the clocks`);
  const raw: Raw = { histograms: new Map(), open: new Map(), breaches: new Map() };
  for (const { name, labels, value } of samplesOf(publishing[0] as string)) {
    const { obligation = '', route = '', cause = '', le = '' } = labels;
    const of = `${obligation} ${cause}`;
    if (name === 'takedown_clocks_open') raw.open.set(obligation, value);
    if (name === 'takedown_breaches_total') raw.breaches.set(of, (raw.breaches.get(of) ?? 0) + value);
    if (name === 'takedown_breaches_withdrawn_total') raw.breaches.set(of, (raw.breaches.get(of) ?? 0) - value);
    const [, part] = /^takedown_(?:long_)?seconds_(bucket|count|sum)$/.exec(name) ?? [];
    if (part === undefined) continue;
    const histogram = raw.histograms.get(`${obligation} ${route}`) ?? { buckets: new Map(), count: 0, sum: 0 };
    raw.histograms.set(`${obligation} ${route}`, histogram);
    if (part === 'bucket') histogram.buckets.set(le, value);
    else if (part === 'count') histogram.count = value;
    // Told in seconds, of whole milliseconds.
    else histogram.sum = Math.round(value * 1000);
  }
  for (const map of [raw.open, raw.breaches]) for (const [name, n] of map) if (n === 0) map.delete(name);
  return raw;
}

/** In a form that is compared and printed. */
export const plainRaw = ({ histograms, open, breaches }: Raw) => ({
  histograms: Object.fromEntries(
    [...histograms]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { buckets, count, sum }]) => [name, { buckets: Object.fromEntries(buckets), count, sum }]),
  ),
  open: Object.fromEntries([...open].sort()),
  breaches: Object.fromEntries([...breaches].sort()),
});
export type { Figure };
