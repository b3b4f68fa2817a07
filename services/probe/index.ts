import { Gauge, Histogram } from 'prom-client';
import { probePlatform } from '../clocks/index.js';
import { aborted, type Database, loop, type RunningService, type Runtime, type Service } from '../runtime/index.js';
import type { Look, Reached, Route } from './route.js';
import { frontOf, routesOf } from './routes.js';
import { type ProbeRow, type ProbeRows, probesTable } from './tables.js';

export { probePlatform } from '../clocks/index.js';
export { type ProbeLatency, readProbeLatency } from './latency.js';
export type { ProbeRow } from './tables.js';

/** A probe that is not gone by then has failed. */
const patience = 30_000;
/** Pause between two looks at a probe under way, ms. */
const glance = 25;

/** Among so many of the latest there is one of each route. */
const latest = 100;

/** The latest probe of each route. */
export async function readProbe(db: Database): Promise<ProbeRow[]> {
  const rows = db.tables<ProbeRows>();
  const last = await rows.selectFrom('probes').selectAll().orderBy('started_at', 'desc').limit(latest).execute();
  return [...new Map(last.reverse().map(row => [row.route, row])).values()];
}

/** Resolves once the hidden sandbox is served: it may be another process's, which starts later than this one. */
async function served(runtime: Runtime, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const res = await fetch(`${frontOf(runtime)}/${probePlatform}/about`).catch(() => undefined);
    await res?.body?.cancel();
    if (res?.ok) return;
    await runtime.time.sleep(250, signal);
  }
}

/** Posts the standard test post by every route that there is, and sends an order, every minute each, and watches it go: the whole way, as everybody's posts go it. */
export const probe: Service = {
  name: 'probe',
  tables: [probesTable],
  async start(runtime: Runtime): Promise<RunningService> {
    const { config, db, time, log, metrics } = runtime;
    const registers = [metrics.registry];
    const seconds = new Histogram({
      name: 'takedown_probe_seconds',
      help: 'The standard test post by route, and an order, from written to each stage; stage "gone" is the whole way, of route "order" stage "answered".',
      labelNames: ['route', 'stage'],
      buckets: [0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.3, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    });
    const success = new Gauge({
      name: 'takedown_probe_success',
      help: 'Whether the last probe of the route was seen gone in time (and, of an order, answered): 1 or 0.',
      labelNames: ['route'],
      registers,
    });
    const lastGone = new Gauge({
      name: 'takedown_probe_last_success_timestamp_seconds',
      help: 'When a probe of the route was last seen gone.',
      labelNames: ['route'],
      registers,
    });

    /** Looks until it is gone, or for as long as patience lasts. */
    async function watch(look: Look, end: Route['end'], until: number, signal: AbortSignal): Promise<Reached> {
      for (;;) {
        const reached = await look();
        if (reached[end] !== undefined || signal.aborted || time.now() >= until) return reached;
        await time.sleep(glance, signal);
      }
    }

    async function once({ name: route, end, write }: Route, signal: AbortSignal): Promise<void> {
      let started_at = time.now();
      let reached: Reached = {};
      let error: string | null = null;
      try {
        const { look, from } = await write();
        started_at = from;
        reached = await watch(look, end, from + patience, signal);
        if (reached[end] === undefined) {
          const missing = reached.gone === undefined ? 'not gone' : 'gone, and not answered';
          error = `${missing} after ${patience / 1000} s`;
        }
      } catch (failure) {
        error = (failure as Error).message;
      }
      if (signal.aborted) return;
      for (const [stage, at] of Object.entries(reached) as [string, number | undefined][]) {
        // The watches of two machines may differ by a little.
        if (at !== undefined) seconds.observe({ route, stage }, Math.max(0, at - started_at) / 1000);
      }
      success.set({ route }, error === null ? 1 : 0);
      const whole = reached[end];
      if (whole !== undefined) lastGone.set({ route }, whole / 1000);
      else log.error({ route, error }, 'the probe failed');
      const { received = null, assessed = null, called = null, gone = null, answered = null } = reached;
      const times = {
        received_at: received,
        assessed_at: assessed,
        called_at: called,
        gone_at: gone,
        answered_at: answered,
      };
      await db.commit([db.insert(probesTable, [{ id: time.uuid(), route, started_at, ...times, error }])]);
    }

    const running = config.SANSDELAI_PROBE
      ? runtime.lead('probe', async (_fence, signal) => {
          await served(runtime, signal);
          const probing = routesOf(runtime).map(route =>
            loop(
              time,
              config.SANSDELAI_PROBE_EVERY,
              () => once(route, signal),
              error => log.error({ err: error, route: route.name }, 'the probe failed'),
            ),
          );
          await aborted(signal);
          await Promise.all(probing.map(one => one.stop()));
          // Another process probes from now on: what was seen here must not look like the present.
          success.reset();
          lastGone.reset();
        })
      : undefined;
    return { problem: async () => undefined, stop: async () => running?.stop() };
  },
};
