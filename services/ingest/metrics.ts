import { Counter } from 'prom-client';
import { type Metrics, toProblem } from '../runtime/index.js';

/** How posts are sent: one by one, or many in a stream. */
type Sending = 'single' | 'stream';

/** Counts what was sent back because something that intake needs was away: told of every error, it counts those. */
export type Refusals = (sending: Sending, error: unknown) => void;

export function refusals({ registry }: Pick<Metrics, 'registry'>): Refusals {
  const counter = new Counter({
    name: 'ingest_refused_total',
    help: 'Posts (single) and streams that were sent back, or ended early, because something that intake needs was away.',
    labelNames: ['sending'],
    registers: [registry],
  });
  // From the start, so that the first one is an increase.
  for (const sending of ['single', 'stream'] as const) counter.inc({ sending }, 0);
  return (sending, error) => {
    if (toProblem(error)?.status === 503) counter.inc({ sending });
  };
}
