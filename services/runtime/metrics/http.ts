import { Histogram, type Registry } from 'prom-client';
import { bounded, others } from './bounded.js';

/** Combinations of method, route and status that are shown; each is eight series. */
const mostRequests = 50;
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Times requests. Whoever asks for anything can't make more than a fixed number of series. */
export interface RequestMetrics {
  /** @returns what is to be called at the end; `route` is the pattern, `other` where none matched. */
  startTimer(asked: { method: string }): (answered: { route: string; status: number }) => void;
}

export function requestMetrics(registry: Registry): RequestMetrics {
  const seconds = new Histogram({
    name: 'http_request_seconds',
    help: 'Time from a request to the end of its response.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.025, 0.1, 0.5, 2.5],
    registers: [registry],
  });
  const shown = bounded(mostRequests);
  return {
    startTimer({ method }) {
      const end = seconds.startTimer({ method: methods.has(method) ? method : others });
      return ({ route, status }) => {
        if (shown(`${method} ${route} ${status}`) !== others) end({ route, status });
        else end({ method: others, route: others, status: `${Math.floor(status / 100)}xx` });
      };
    },
  };
}
