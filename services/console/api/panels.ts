import { type RequestHandler, Router } from 'express';
import type { Metric } from 'prom-client';
import { callerOf, may, requireLogin } from '../../accounts/index.js';
import { clockMetrics } from '../../clocks/index.js';
import { Problem, type Runtime } from '../../runtime/index.js';
import { fromHere } from './guard.js';

/** One series of a metric, as /metrics has it. */
export interface Figure {
  name: string;
  labels: Record<string, string>;
  value: number;
}

export interface Figures {
  /** Milliseconds since 1970. */
  at: number;
  figures: Figure[];
}

/** Those of Node's own that a panel shows. */
const ofNode = new Set(['process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds']);

/**
 * What this process publishes at /metrics, for the panels of the console. Where another process publishes those of the clocks, they are read out of the
 * database here; of the others each process knows its own.
 */
async function readFigures(runtime: Runtime): Promise<Figures> {
  const { registry } = runtime.metrics;
  const own = registry.getMetricsAsArray() as unknown as Metric[];
  const clocks = registry.getSingleMetric('takedown_objective_ratio') ? [] : clockMetrics(runtime);
  const families = await Promise.all([...own, ...clocks].map(metric => metric.get()));
  const figures = families.flatMap(({ name, values }) =>
    /^(process|nodejs)_/.test(name) && !ofNode.has(name)
      ? []
      : values.map((one): Figure => {
          const { metricName = name } = one as { metricName?: string };
          const labels = Object.entries(one.labels).map(([label, value]) => [label, String(value)]);
          return { name: metricName, labels: Object.fromEntries(labels), value: one.value };
        }),
  );
  return { at: runtime.time.now(), figures };
}

/** Who is signed in needs the scope; nobody in particular is let in by `requireLogin` on loopback alone. */
const mayRead: RequestHandler = async (req, _res, next) => {
  const caller = await callerOf(req);
  if (caller && !may(caller, 'figures:read')) throw new Problem(403, 'This needs the scope figures:read.');
  next();
};

export function panelRoutes(runtime: Runtime): Router {
  const router = Router();
  router.get('/console/api/panels', fromHere, requireLogin, mayRead, async (_req, res) => {
    res.set('Cache-Control', 'no-store').json(await readFigures(runtime));
  });
  return router;
}
