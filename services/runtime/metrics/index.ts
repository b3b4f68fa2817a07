import { Counter, collectDefaultMetrics, Registry } from 'prom-client';
import { realTime, type Time } from '../time/index.js';
import { type RequestMetrics, requestMetrics } from './http.js';
import { Lag } from './lag.js';
import { type StageMetrics, stageMetrics } from './stages.js';

export { bounded, boundedRows, others } from './bounded.js';
export { diskMetrics } from './disk.js';
export { exemplarOf } from './exemplar.js';
export { exposition } from './exposition.js';

/** The process's metrics. Names and labels are those of docs/metrics.md. */
export interface Metrics {
  registry: Registry;
  stageSeconds: StageMetrics;
  lag: Lag;
  results: Counter<'stage' | 'result'>;
  httpSeconds: RequestMetrics;
}

export function createMetrics(time: Pick<Time, 'now'> = realTime): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  // Gauges with a counter's name, which `promtool check metrics` rightly refuses; the same is there by type.
  for (const name of ['handles', 'requests', 'resources']) registry.removeSingleMetric(`nodejs_active_${name}_total`);
  const registers = [registry];
  return {
    registry,
    stageSeconds: stageMetrics(registry),
    lag: new Lag(registry, time),
    results: new Counter({
      name: 'pipeline_results_total',
      help: 'Events by stage and what became of them.',
      labelNames: ['stage', 'result'],
      registers,
    }),
    httpSeconds: requestMetrics(registry),
  };
}
