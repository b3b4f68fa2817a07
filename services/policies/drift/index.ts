export { compareDay, type Drift, type Histogram } from './compare.js';
export { scoreDriftsTable } from './tables.js';
export { driftSchema, driftsOf, type ReadScores, type Scored, startDrift } from './watch.js';
