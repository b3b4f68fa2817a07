import type { Database } from '../runtime/index.js';
import type { ProbeRows } from './tables.js';

/** How the probe went by one route, ms. Percentiles are latencies that there were, by nearest rank; left out where none was seen gone. */
export interface ProbeLatency {
  route: string;
  count: number;
  /** Those of them that were not seen gone in time. */
  failed: number;
  ms?: { p50: number; p95: number; p99: number; max: number };
}

/**
 * The probes that began in a period, from written to seen gone, by route; an order from sent to its Annex II. They are kept for 30 days.
 * Cost: a range of the index by time, at one probe a minute and route.
 */
export async function readProbeLatency(db: Database, from: number, to: number): Promise<ProbeLatency[]> {
  const rows = await db
    .tables<ProbeRows>()
    .selectFrom('probes')
    .select(['route', 'started_at', 'gone_at', 'answered_at'])
    .where('started_at', '>=', from)
    .where('started_at', '<', to)
    .execute();
  const routes = [...new Set(rows.map(({ route }) => route))].sort();
  return routes.map(route => {
    const own = rows.filter(row => row.route === route);
    const took = own.flatMap(({ started_at, gone_at, answered_at }) => {
      const end = route === 'order' ? answered_at : gone_at;
      return end === null ? [] : [Math.max(0, end - started_at)];
    });
    took.sort((a, b) => a - b);
    const at = (percent: number): number => took[Math.ceil((percent * took.length) / 100) - 1] as number;
    const probes = { route, count: own.length, failed: own.length - took.length };
    return took.length === 0 ? probes : { ...probes, ms: { p50: at(50), p95: at(95), p99: at(99), max: at(100) } };
  });
}
