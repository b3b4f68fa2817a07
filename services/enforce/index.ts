import { Router } from 'express';
import { requireScope } from '../accounts/index.js';
import { connectorsOf, deliveryRoutes } from '../platforms/index.js';
import { type RunningService, type Runtime, type Service, sql } from '../runtime/index.js';
import { startEscalation } from './escalate.js';
import { startExecutor } from './executor.js';
import { enforceRoutes } from './http.js';
import { enforceStage } from './stage.js';
import { casesTable, groundsTable, looksTable, removalsTable } from './tables.js';

export { countOpenCases, type ItemView, readItem, readQueue, readRemovals, readStates } from './read.js';
export type { CaseRow, GroundRow, LookRow, RemovalRow } from './tables.js';

/** Cases, removals with their grounds, looking again, restoring. */
export const enforce: Service = {
  name: 'enforce',
  tables: [casesTable, removalsTable, groundsTable, looksTable],
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
    const stage = await runtime.run(enforceStage(runtime));
    const routes = Router();
    routes.use(enforceRoutes(runtime));
    routes.use('/v1/deliveries', requireScope('deliveries:read'));
    routes.post('/v1/deliveries/:id/replay', requireScope('deliveries:replay'));
    routes.use(deliveryRoutes(runtime));
    return {
      routes,
      problem: async () => undefined,
      stop: async () => {
        await stage.stop();
        await escalation.stop();
        await executor.stop();
      },
    };
  },
};
