import { Router } from 'express';
import { connectorsOf } from '../platforms/index.js';
import { loadPolicy } from '../policies/index.js';
import type { RunningService, Runtime, Service } from '../runtime/index.js';
import { bankRoutes, bankTables, startSignals } from './signals/index.js';
import { classifyStage } from './stage.js';
import { assessmentsTable } from './tables.js';

export { readAssessment, readOutcomes } from './read.js';
export { standardTestPost, startSignals, startTextModel } from './signals/index.js';
export { assess } from './stage.js';
export type { AssessmentRow } from './tables.js';

/** Recognises what came in, and says what the policy makes of it. */
export const classify: Service = {
  name: 'classify',
  tables: [assessmentsTable, ...bankTables],
  async start(runtime: Runtime): Promise<RunningService> {
    const { connectors } = await connectorsOf(runtime);
    const testAccounts = Object.fromEntries(
      [...connectors].map(([platform, connector]) => [platform, connector.testAccounts]),
    );
    const signals = await startSignals(runtime, { testAccounts });
    const policy = loadPolicy(runtime.config.SANSDELAI_POLICY, signals.signals);
    const versions = () => ({ policy: policy.version, model: signals.versions()['text-model'] });
    const stage = await runtime.run(classifyStage(runtime, signals, () => policy, versions));
    const routes = Router();
    routes.use(bankRoutes(runtime));
    return {
      routes,
      problem: () => signals.problem(),
      stop: async () => {
        await stage.stop();
        await signals.stop();
      },
    };
  },
};
