export { compareDay, type Drift, type Histogram } from './compare.js';
export { scoreDriftsTable } from './tables.js';
export { driftSchema, driftsOf, startDrift } from './watch.js';
