export { sql } from 'kysely';
export { migrate } from './migrate.js';
export { openPostgres } from './postgres.js';
export { openSqlite } from './sqlite/index.js';
export * from './types.js';
