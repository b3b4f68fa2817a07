import { Router } from 'express';
import { requireScope } from '../accounts/index.js';
import { connectorsOf, deliveryRoutes } from '../platforms/index.js';
import { type RunningService, type Runtime, type Service, sql } from '../runtime/index.js';
import { startEscalation } from './escalate.js';
import { startExecutor } from './executor.js';
import { enforceRoutes } from './http.js';
import { qualityTables } from './quality/index.js';
import { startHeld } from './queue-held.js';
import { queueAll, queueTable } from './queue-table.js';
import { enforceStage } from './stage.js';
import { casesTable, groundsTable, looksTable, removalsTable } from './tables.js';

export { countBroughtBack } from './brought-back.js';
export { type Category, categories, type Decision } from './decide.js';
export { decisionSchema } from './http.js';
export { liftForOrder, type Ordered, type OrderedRemoval, removeForOrder } from './orders.js';
export * as quality from './quality/index.js';
export {
  type Claim,
  claimCases,
  countQueue,
  lease,
  type QueueCounts,
  releaseCase,
  renewClaims,
} from './queue-claims.js';
export { holdDecision, takeBack } from './queue-held.js';
export {
  type AuthorCases,
  countOpenCases,
  type ItemView,
  readAuthor,
  readCase,
  readItem,
  readQueue,
  readRemovals,
  readStates,
} from './read.js';
export { supersedeCasesOf } from './supersede.js';
export type { CaseRow, GroundRow, LookRow, RemovalRow } from './tables.js';

/** Cases, removals with their grounds, looking again, restoring. */
export const enforce: Service = {
  name: 'enforce',
  tables: [casesTable, queueTable, removalsTable, groundsTable, looksTable, ...qualityTables],
  async start(runtime: Runtime): Promise<RunningService> {
    const { db } = runtime;
    // The data directory is ours alone: whoever held these leases is dead, and nobody need wait for them to run out.
    if (db.engine === 'sqlite') {
      await db.commit([
        { query: sql`update removals set lease_until = 0 where next_at is not null`.compile(db.tables<unknown>()) },
      ]);
    }
    const { connectors } = await connectorsOf(runtime);
    const executor = await startExecutor(runtime, connectors);
    const escalation = startEscalation(runtime);
    await queueAll(runtime);
    const held = startHeld(runtime);
    const stage = await runtime.run(enforceStage(runtime));
    const routes = Router();
    routes.use(enforceRoutes(runtime));
    routes.get('/v1/deliveries', requireScope('deliveries:read'));
    routes.post('/v1/deliveries/:id/replay', requireScope('deliveries:replay'));
    routes.use(deliveryRoutes(runtime));
    return {
      routes,
      problem: async () => undefined,
      stop: async () => {
        await stage.stop();
        await held.stop();
        await escalation.stop();
        await executor.stop();
      },
    };
  },
};
