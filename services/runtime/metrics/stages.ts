import { Histogram, type Registry } from 'prom-client';
import { exemplarOf } from './exemplar.js';

/** Times the batches of the stages. */
export interface StageMetrics {
  /** @returns what is to be called at the end, with the trace of one of the events (W3C `traceparent`), where one has one. */
  startTimer(labels: { stage: string }): (traceparent?: string) => void;
}

export function stageMetrics(registry: Registry): StageMetrics {
  const seconds = new Histogram({
    name: 'pipeline_stage_seconds',
    help: 'Time one batch spent in a stage, from taken to committed.',
    labelNames: ['stage'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    enableExemplars: true,
    // prom-client lets exemplars into a registry of OpenMetrics alone; this one is read in both formats.
    registers: [],
  });
  registry.registerMetric(seconds);
  return {
    startTimer({ stage }) {
      const end = seconds.startTimer({ stage }, {});
      return traceparent => void end({}, exemplarOf(traceparent) as object);
    },
  };
}
