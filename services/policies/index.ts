import { policyForceTable, policyMovesTable, policyVersionsTable } from './tables.js';
import { policyTalliesTable, shadowSamplesTable } from './trials/tables.js';

export { aloneIn } from './alone.js';
export {
  type Backtests,
  type Batch,
  backtestResultSchema,
  backtestSchema,
  backtestTables,
  type Change,
  Collector,
  changeSchema,
  type Mark,
  newBacktestSchema,
  type Replayer,
  readLines,
  type Spec,
  startBacktests,
  type Work,
} from './backtest/index.js';
export {
  type Basis,
  factsOf,
  type Judgement,
  type LaterAnswer,
  packBasis,
  type Redecided,
  redecide,
  unpackBasis,
  withAnswers,
} from './basis.js';
export { decideBeside } from './beside.js';
export * as policyBodies from './bodies.js';
export type { SignalInfo } from './check.js';
export {
  asksAuthorRemoved,
  type Decision,
  decide,
  type Found,
  type Judged,
  ownPrefix,
  type Policy,
  ruleMet,
  severity,
  spokenIn,
} from './decide.js';
export { driftSchema, scoreDriftsTable, startDrift } from './drift/index.js';
export * from './evidence/index.js';
export { followPolicies, type InForce, keptVersion, overlaid, single } from './force.js';
export {
  type Hold,
  holdSchema,
  holdTables,
  liftApproval,
  liftSchema,
  newHoldSchema,
  type RunningHolds,
  ruleDecision,
  ruleStandingSchema,
  startHolds,
  withHolds,
} from './holds/index.js';
export * from './incidents/index.js';
export {
  followModelForce,
  type ModelForce,
  makeModelMove,
  modelApproval,
  modelMoves,
  planModelMove,
  planModelRollBack,
  promoteModel,
  readModelForce,
  standingOf,
} from './models.js';
export { namedBy, versionIn } from './named.js';
export { couldChange, severerRule, withoutAnswer } from './open.js';
export { loadPolicy, PolicyError, type PolicyProblem, parsePolicy, policyText } from './parse.js';
export { policyApproval } from './promote.js';
export { policyRoutes } from './routes.js';
export type { Rule } from './schema.js';
export { followCanary } from './trials/follow.js';
export { type Made, type MadeOf, restoredStage, reviewedStage } from './trials/outcomes.js';
export { compareShadow } from './trials/read.js';
export { hourOf, Tally } from './trials/tally.js';
export { seenStopped, tellStopped } from './trials/tell.js';
export { Trials, type Tried } from './trials/watch.js';
export { findVersion } from './versions.js';

export const policyTables = [
  policyVersionsTable,
  policyMovesTable,
  policyForceTable,
  policyTalliesTable,
  shadowSamplesTable,
] as const;
