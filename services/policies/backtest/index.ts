export { type Batch, beginning, type Change, Collector, type Mark } from './batch.js';
export { backtestResultSchema, backtestSchema, changeSchema, newBacktestSchema } from './bodies.js';
export type { Replayer, Spec, Work } from './replayer.js';
export { type Backtests, startBacktests } from './start.js';
export { backtestTables } from './tables.js';
export { readLines } from './upload.js';
