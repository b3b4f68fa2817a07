import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** The process's metrics. Names and labels are those of docs/metrics.md. */
export interface Metrics {
  registry: Registry;
  stageSeconds: Histogram<'stage'>;
  lagSeconds: Gauge<'stage'>;
  results: Counter<'stage' | 'result'>;
  httpSeconds: Histogram<'method' | 'route' | 'status'>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  // Gauges with a counter's name, which `promtool check metrics` rightly refuses; the same is there by type.
  for (const name of ['handles', 'requests', 'resources']) registry.removeSingleMetric(`nodejs_active_${name}_total`);
  const registers = [registry];
  return {
    registry,
    stageSeconds: new Histogram({
      name: 'pipeline_stage_seconds',
      help: 'Time one batch spent in a stage, from taken to committed.',
      labelNames: ['stage'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    lagSeconds: new Gauge({
      name: 'pipeline_lag_seconds',
      help: 'Age of the newest event that a stage has dealt with, when it was dealt with.',
      labelNames: ['stage'],
      registers,
    }),
    results: new Counter({
      name: 'pipeline_results_total',
      help: 'Events by stage and what became of them.',
      labelNames: ['stage', 'result'],
      registers,
    }),
    httpSeconds: new Histogram({
      name: 'http_request_seconds',
      help: 'Time from a request to the end of its response.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
  };
}
