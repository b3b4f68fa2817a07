import { Router } from 'express';
import { toLedger } from '../contracts/index.js';
import { connectorsOf } from '../platforms/index.js';
import {
  backtestTables,
  holdTables,
  loadPolicy,
  policyText,
  scoreDriftsTable,
  startBacktests,
  startDrift,
  startHolds,
} from '../policies/index.js';
import type { RunningService, Runtime, Service } from '../runtime/index.js';
import { replayerOf, sampleScores } from './backtest/index.js';
import { exchangeTables, startExchange } from './exchange/index.js';
import { Asker } from './later/index.js';
import { classifyMetrics } from './metrics.js';
import { defaultRegistry, modelRoutes } from './models/index.js';
import { bankRoutes, bankTables, lookupRoutes, startSignals, stayDownStage } from './signals/index.js';
import { classifyStage } from './stage.js';
import { classifyTables } from './tables.js';

export { type AssessedPost, assessPosts } from './assess.js';
export { defaultRegistry } from './models/index.js';
export { readAssessment, readOutcomes } from './read.js';
export {
  type Fetcher,
  type RunningSignals,
  standardTestPost,
  startFetcher,
  startSignals,
  startTextModel,
} from './signals/index.js';
export type { AssessmentRow } from './tables.js';

/** Recognises what came in, and says what the policy makes of it. */
export const classify: Service = {
  name: 'classify',
  tables: [...classifyTables, ...bankTables, ...exchangeTables, ...backtestTables, ...holdTables, scoreDriftsTable],
  async start(runtime: Runtime): Promise<RunningService> {
    const { connectors } = await connectorsOf(runtime);
    const testAccounts = Object.fromEntries(
      [...connectors].map(([platform, connector]) => [platform, connector.testAccounts]),
    );
    const models = runtime.config.SANSDELAI_MODELS ?? defaultRegistry();
    const signals = await startSignals(runtime, {
      testAccounts,
      models,
      hma: runtime.config.HMA_URL,
      mediaSources: Object.fromEntries(
        [...connectors].flatMap(([platform, { media }]) => (media ? [[platform, media]] : [])),
      ),
    });
    const written = loadPolicy(runtime.config.SANSDELAI_POLICY, signals.known);
    const holds = await startHolds(runtime, () => written);
    const policy = () => holds.apply(written);
    const { time } = runtime;
    const made = { kind: 'policy.changed' as const, at: time.now(), detail: { version: written.version } };
    // At every start: the ledger leaves out what was entered last.
    await runtime.commit([], [toLedger(made, '/classify', time.uuid())]);
    const metrics = classifyMetrics(runtime.metrics, () => signals.models());
    const stage = await runtime.run(classifyStage(runtime, signals, policy, metrics.reach));
    const stayDown = await runtime.run(stayDownStage(runtime));
    const exchange = await startExchange(runtime, { file: runtime.config.SANSDELAI_EXCHANGES });
    const asker = new Asker(runtime, signals, policy, metrics);
    const textOf = async (version: string) =>
      version === written.version ? policyText(runtime.config.SANSDELAI_POLICY) : undefined;
    const backtests = startBacktests(
      runtime,
      replayerOf(runtime, signals, () => written, textOf),
    );
    const drift = startDrift(runtime, (from, to) => sampleScores(runtime.db, from, to));
    const routes = Router();
    routes.use(backtests.routes);
    routes.use(holds.routes);
    routes.use(drift.routes);
    routes.use(bankRoutes(runtime));
    routes.use(lookupRoutes(runtime, signals.banks));
    routes.use(modelRoutes(() => signals.models()));
    if (exchange.routes) routes.use(exchange.routes);
    return {
      routes,
      problem: async () => holds.problem() ?? (await signals.problem()),
      stop: async () => {
        await backtests.stop();
        await holds.stop();
        await drift.stop();
        await stage.stop();
        await stayDown.stop();
        await exchange.stop();
        await asker.stop();
        await signals.stop();
      },
    };
  },
};
