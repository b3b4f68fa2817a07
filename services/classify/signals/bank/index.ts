export { clearUnconfirmed, tallySince } from './clear.js';
export {
  addBankEntry,
  type BankEntry,
  confirmBankEntry,
  listBankEntries,
  readBankChanges,
  readBankEntry,
  readSourceIds,
  removeBankEntry,
} from './entries.js';
export {
  digestOf,
  EntryError,
  type EntryKind,
  entryKinds,
  type ListedEntry,
  type NewEntry,
  pdqRadius,
} from './entry.js';
export type { KnownEntry } from './entry-table.js';
export { type Banks, followBanks } from './follow.js';
export {
  type Applied,
  applyChanges,
  type Imported,
  type ImportRow,
  importEntries,
  type SourceChange,
} from './import.js';
export { bankRoutes } from './routes.js';
export { csvRecords } from './rows.js';
export { distinct, shinglesOf } from './shingles.js';
export { knownTextSignal } from './signal.js';
export { stayDownStage } from './stay-down.js';
export { bankTables } from './tables.js';
export { togetherKind, togetherSchema } from './together.js';
