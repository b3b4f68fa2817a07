export { startErasing } from './erase.js';
export { preservationRoutes } from './http.js';
export { Preservation, type ToPreserve } from './keep.js';
export { openPreservationKeys } from './keys.js';
export { openingKind, openingSchema, prolongSchema, purposes } from './open.js';
export { preservationTables } from './tables.js';
