import { Router } from 'express';
import { requireScope } from '../accounts/index.js';
import { connectorsOf, deliveryRoutes } from '../platforms/index.js';
import { aborted, type RunningService, type Runtime, type Service, sql } from '../runtime/index.js';
import { startEscalation } from './escalate.js';
import { startExecutor } from './executor.js';
import { enforceRoutes } from './http.js';
import { humanChecksTable } from './human-check.js';
import { openPreservationKeys, preservationRoutes, preservationTables, startErasing } from './preservation/index.js';
import { qualityTables } from './quality/index.js';
import { startHeld } from './queue-held.js';
import { queueAll, queueTable } from './queue-table.js';
import { reviewTables } from './review-tables.js';
import { enforceStage } from './stage.js';
import { casesTable, groundsTable, looksTable, removalsTable } from './tables.js';

export { type DecidedOnRule, readDecidedOnRules } from './acted.js';
export { auditRule, openAudits, readSeen, withdrawAudits } from './audit.js';
export { countBroughtBack } from './brought-back.js';
export { postedAt } from './cases.js';
export { type Category, categories, type Decision } from './decide.js';
export { decisionSchema } from './http.js';
export { readHumanCheck, setHumanCheck } from './human-check.js';
export { liftForOrder, type Ordered, type OrderedRemoval, removeForOrder } from './orders.js';
export { readPace } from './pace.js';
export {
  openingKind,
  openingSchema,
  Preservation,
  prolongSchema,
  purposes,
  type ToPreserve,
} from './preservation/index.js';
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
  type CasesOfRules,
  countOpenCases,
  type ItemView,
  readAuthor,
  readAuthorsRemoved,
  readCase,
  readCasesOfRules,
  readItem,
  readQueue,
  readRemovals,
  readStates,
} from './read.js';
export { type AlikeCase, atGlance, type EarlierCase, mostAlike, readAlike, readLikes } from './review-alike.js';
export { addNote, handOver, leadLane, type Receiver, readNotes, readPlace } from './review-lanes.js';
export { decideMany, type Many, manyKind, takeBackMany } from './review-many.js';
export { type QueueGroup, readDone, readHolders, readOverview, takenLanes } from './review-overview.js';
export {
  atWork,
  changeReviewer,
  countSeen,
  type Exposure,
  exposureOf,
  kindsFor,
  listReviewers,
  type Reviewer,
  readReviewer,
  seenByAll,
  seenSince,
  tellActive,
} from './review-people.js';
export { type Kept, queuesFor } from './review-queues.js';
export { type Kind, kinds, sensitiveKinds } from './review-tables.js';
export { type Reviewed, readReviewed } from './reviewed.js';
export { sharedOf } from './shared.js';
export { supersedeCasesOf } from './supersede.js';
export type { CaseRow, GroundRow, LookRow, RemovalRow } from './tables.js';

/** Cases, removals with their grounds, looking again, restoring. */
export const enforce: Service = {
  name: 'enforce',
  tables: [
    casesTable,
    queueTable,
    ...reviewTables,
    removalsTable,
    groundsTable,
    looksTable,
    ...qualityTables,
    ...preservationTables,
    humanChecksTable,
  ],
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
    const keys = await openPreservationKeys(runtime);
    const erasing = runtime.lead('preservation', async (_fence, signal) => {
      const running = startErasing(runtime);
      await aborted(signal);
      await running.stop();
    });
    const routes = Router();
    routes.use(preservationRoutes(runtime, keys));
    routes.use(enforceRoutes(runtime));
    routes.get('/v1/deliveries', requireScope('deliveries:read'));
    routes.post('/v1/deliveries/:id/replay', requireScope('deliveries:replay'));
    routes.use(deliveryRoutes(runtime));
    return {
      routes,
      problem: async () => undefined,
      stop: async () => {
        await stage.stop();
        await erasing.stop();
        await held.stop();
        await escalation.stop();
        await executor.stop();
      },
    };
  },
};
