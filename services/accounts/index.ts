import { keysTable, peopleTable } from './tables.js';

export { commandsKeyFile, ensureFirst, type FirstSecrets } from './first.js';
export { addKey, type Caller, requireScope } from './keys.js';
export { requireLogin } from './pages.js';
export { type Scope, scopeSchema } from './scopes.js';
export const accountTables = [keysTable, peopleTable];
