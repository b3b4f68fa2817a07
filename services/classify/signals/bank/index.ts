export {
  addBankEntry,
  type BankEntry,
  EntryError,
  listBankEntries,
  type NewEntry,
  removeBankEntry,
} from './entries.js';
export { type Banks, followBanks } from './follow.js';
export { bankRoutes } from './routes.js';
export { knownTextSignal } from './signal.js';
export { bankTables } from './tables.js';
