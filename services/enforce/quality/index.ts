import { goldenItemsTable, madeDecisionsTable, qualitySettingsTable, testCasesTable } from './tables.js';

export { findTest } from './answer.js';
export { realPost, withoutTests } from './apart.js';
export { type Dimension, type Quality, type QualityLine, readQuality } from './figures.js';
export { addGolden, listGolden, retireGolden } from './golden.js';
export { enoughDecisions, enoughPairs } from './kappa.js';
export { overturn } from './log.js';
export { type Made, type Model, readMade, searchedBy } from './made.js';
export { mixIn, readTestFindings, withoutOthersTests } from './put.js';
export { changeSettings, type QualitySettings, readSettings } from './settings.js';
export { listDisagreements, settleDisagreement } from './settle.js';
export type { GoldenItemRow, TestCaseRow } from './tables.js';
export { markTold, readTold, type Told } from './told.js';
export const qualityTables = [qualitySettingsTable, goldenItemsTable, testCasesTable, madeDecisionsTable];
