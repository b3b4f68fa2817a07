import { approvalsTable, keysTable, peopleTable, sessionsTable } from './tables.js';

export { type ApprovalKind, type Approved, askApproval } from './approvals.js';
export * as accountBodies from './bodies.js';
export { type Caller, callerName, callerOf, may, requireLogin, requirePerson, requireScope } from './caller.js';
export { commandsKeyFile, ensureFirst, type FirstSecrets } from './first.js';
export { accountRoutes } from './http.js';
export { addKey, replaceKey } from './keys.js';
export { peopleWho } from './people.js';
export { type Role, roles, scopesOf } from './roles.js';
export { type Scope, scopeSchema } from './scopes.js';
export { hasSecondPerson } from './second-person.js';
export type { ApprovalRow } from './tables.js';
export const accountTables = [keysTable, peopleTable, sessionsTable, approvalsTable];
