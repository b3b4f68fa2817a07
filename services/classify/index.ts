import { Router } from 'express';
import { connectorsOf } from '../platforms/index.js';
import {
  backtestTables,
  endIncidents,
  evidenceTables,
  findVersion,
  followCanary,
  followIncidents,
  followPolicies,
  holdTables,
  incidentRoutes,
  incidentsTable,
  overlaid,
  policyRoutes,
  policyTables,
  restoredStage,
  reviewedStage,
  scoreDriftsTable,
  startBacktests,
  startDrift,
  startEvidence,
  startHolds,
  Trials,
} from '../policies/index.js';
import type { RunningService, Runtime, Service } from '../runtime/index.js';
import { replayerOf } from './backtest/index.js';
import { evidenceNeeds } from './evidence.js';
import { exchangeTables, startExchange } from './exchange/index.js';
import { Asker } from './later/index.js';
import { madeOf } from './made.js';
import { classifyMetrics } from './metrics.js';
import { defaultRegistry, modelRoutes } from './models/index.js';
import {
  bankRoutes,
  bankTables,
  clearUnconfirmed,
  lookupRoutes,
  startSignals,
  stayDownStage,
  tallySince,
} from './signals/index.js';
import { classifyStage } from './stage.js';
import { classifyTables } from './tables.js';

export { type AssessedPost, assessPosts } from './assess.js';
export { defaultRegistry } from './models/index.js';
export { readAssessment, readFindings, readOutcomes } from './read.js';
export {
  addBankEntry,
  type Fetcher,
  listBankEntries,
  marksOf,
  type RunningSignals,
  removeBankEntry,
  standardTestPost,
  startFetcher,
  startSignals,
  startTextModel,
  togetherKind,
  togetherSchema,
} from './signals/index.js';
export type { AssessmentRow } from './tables.js';

/** Recognises what came in, and says what the policy makes of it. */
export const classify: Service = {
  name: 'classify',
  tables: [
    ...classifyTables,
    ...bankTables,
    ...exchangeTables,
    ...policyTables,
    incidentsTable,
    ...backtestTables,
    ...holdTables,
    ...evidenceTables,
    scoreDriftsTable,
  ],
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
    const written = await followPolicies(runtime, {
      signals: () => signals.known,
      file: runtime.config.SANSDELAI_POLICY,
    });
    const incidents = await followIncidents(runtime);
    const holds = await startHolds(runtime, () => written.current());
    const policies = overlaid(written, policy => holds.apply(incidents.apply(policy)));
    const metrics = classifyMetrics(runtime.metrics, () => signals.models());
    const trials = new Trials();
    const evidence = await startEvidence(runtime, evidenceNeeds(runtime, signals));
    const { scores } = evidence;
    const stage = await runtime.run(
      classifyStage(runtime, signals, policies, { reach: metrics.reach, trials, scores }),
    );
    const made = madeOf(runtime.db);
    const reviewed = await runtime.run(reviewedStage(runtime.db, policies, made));
    const restored = await runtime.run(restoredStage(runtime.db, policies, made));
    const canary = followCanary(runtime);
    const stayDown = await runtime.run(stayDownStage(runtime));
    const exchange = await startExchange(runtime, { file: runtime.config.SANSDELAI_EXCHANGES });
    const asker = new Asker(runtime, signals, policies, { asked: metrics.asked, trials, scores });
    const ending = endIncidents(runtime, {
      clear: (bank, from, by) => clearUnconfirmed(runtime, bank, from, by),
      tally: (bank, from) => tallySince(runtime, bank, from),
    });
    const textOf = async (version: string) => (await findVersion(runtime.db, version))?.text;
    const backtests = startBacktests(
      runtime,
      replayerOf(runtime, signals, () => written.current(), textOf),
    );
    const drift = startDrift(runtime, () => signals.known);
    const routes = Router();
    routes.use(incidentRoutes(runtime));
    routes.use(backtests.routes);
    routes.use(holds.routes);
    routes.use(drift.routes);
    routes.use(bankRoutes(runtime));
    routes.use(lookupRoutes(runtime, signals.banks));
    routes.use(evidence.routes);
    routes.use(policyRoutes(runtime, () => signals.known));
    routes.use(modelRoutes(runtime, () => signals.models()));
    if (exchange.routes) routes.use(exchange.routes);
    return {
      routes,
      problem: async () => written.problem() ?? holds.problem() ?? (await signals.problem()),
      stop: async () => {
        await drift.stop();
        await backtests.stop();
        await stage.stop();
        await stayDown.stop();
        await Promise.all([reviewed.stop(), restored.stop(), canary.stop()]);
        await exchange.stop();
        await asker.stop();
        await evidence.stop();
        await ending.stop();
        await holds.stop();
        await incidents.stop();
        await written.stop();
        await signals.stop();
      },
    };
  },
};
