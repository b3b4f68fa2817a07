import { Router } from 'express';
import type { RunningService, Runtime } from '../../runtime/index.js';
import { feedbackStage } from './feedback/stage.js';
import { exchangeMetrics } from './metrics.js';
import { receiveRoutes } from './push/receive.js';
import { exchangeRoutes } from './routes.js';
import { runExchange } from './run.js';
import { loadExchanges } from './settings.js';

export { ExchangesError } from './settings.js';
export { exchangeTables } from './tables.js';

/**
 * Starts what the file of exchanges declares: pulls lists into banks, tells sources what our people decided, sends confirmed entries to other
 * installations and takes theirs. Everything that comes in begins in review.
 * @param file what `SANSDELAI_EXCHANGES` names; without one only the routes are there.
 * @throws ExchangesError where the file can't be used
 */
export async function startExchange(
  runtime: Runtime,
  { file, environment }: { file: string | undefined; environment?: Readonly<Record<string, string | undefined>> },
): Promise<RunningService> {
  const settings = loadExchanges(file, environment);
  const told = settings.sources.flatMap(one => (one.kind === 'threatexchange' && one.feedback ? [one.name] : []));
  const stage = told.length > 0 ? await runtime.run(feedbackStage(runtime, told)) : undefined;
  const metrics = exchangeMetrics(runtime.metrics.registry);
  const some = settings.sources.length + settings.partners.length > 0;
  const running = some ? runExchange(runtime, settings, metrics) : undefined;
  const routes = Router();
  routes.use(receiveRoutes(runtime, settings), exchangeRoutes(runtime, settings));
  return {
    routes,
    // A source that is away holds up no post: it is shown, and its age is a metric.
    problem: async () => undefined,
    stop: async () => {
      await stage?.stop();
      await running?.stop();
    },
  };
}
