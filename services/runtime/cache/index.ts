export { openMemoryCache } from './memory.js';
export { openRedisCache } from './redis.js';
export type { Cache } from './types.js';
