import { rulesOf } from '../clocks/index.js';
import type { RunningService, Runtime, Service } from '../runtime/index.js';
import { ledgerRoutes } from './http.js';
import { openKeys } from './keys.js';
import { publishRoutes } from './publish/index.js';
import { keepChecking } from './self-check.js';
import { keepSigning, latestCheckpoint } from './sign.js';
import { slaRoutes, slaTables } from './sla/index.js';
import { appendStage } from './stage.js';
import { ledgerTables } from './tables.js';

export { sealEntry } from './entry.js';
export { erasureSchema } from './http.js';
export { openKeys, promiseKeys, publicKeys, rotateKey, type Signers } from './keys.js';
export { signPromise } from './sign.js';
export { liftSeal } from './unseal.js';
export * from './verify/index.js';

/** A checkpoint this old (ms) is a reason not to be ready. */
const stale = 10_000;

/** The evidence: every fact that moves a clock, every decision and change, in a log that anybody can check. */
export const ledger: Service = {
  name: 'ledger',
  tables: [...ledgerTables, ...slaTables],
  /** @throws ConfigError where the key can't be used. */
  async start(runtime: Runtime): Promise<RunningService> {
    const { config, db, time } = runtime;
    const signers = await openKeys(runtime);
    const stage = await runtime.run(appendStage(runtime));
    const leading = runtime.lead('ledger', async (_fence, signal) => {
      await Promise.all([keepSigning(runtime, signers, signal), keepChecking(runtime, signal)]);
    });

    const router = ledgerRoutes(runtime, signers);
    router.use(slaRoutes(runtime, rulesOf(config)));
    router.use(publishRoutes(runtime));
    return {
      routes: router,
      async problem() {
        const latest = await latestCheckpoint(db);
        const age = latest === undefined ? 0 : time.now() - latest.at;
        return age > stale ? `the ledger's checkpoint is ${Math.round(age / 1000)} s old` : undefined;
      },
      async stop() {
        await stage.stop();
        await leading.stop();
      },
    };
  },
};
