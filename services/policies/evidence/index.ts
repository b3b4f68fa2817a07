export type { Cases } from './audit.js';
export type { Assessed } from './collect.js';
export {
  type Estimate,
  type Evidence as Decisions,
  evidenceOf,
  type Judgement,
  merge,
  noEvidence,
  precisionAt,
  precisionCeiling,
  precisionFloor,
  precisionOf,
  recallAt,
  recallOf,
} from './estimate.js';
export { readScored, readSeries, type Scored, type Series } from './histogram.js';
export { readNear } from './read.js';
export { curveQuery, whatIfQuery } from './routes.js';
export { Scores } from './scores.js';
export { type Evidence, startEvidence } from './start.js';
export { evidenceTables } from './tables.js';
