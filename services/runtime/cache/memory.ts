import { EventEmitter } from 'node:events';
import { LRUCache } from 'lru-cache';
import type { Cache } from './types.js';

/** Hot state of one process. Bounded: the least used goes first. */
export function openMemoryCache(): Cache {
  const values = new LRUCache<string, string>({ max: 100_000, ttlResolution: 0 });
  const channels = new EventEmitter().setMaxListeners(0);
  return {
    kind: 'memory',
    get: async key => values.get(key),
    set: async (key, value, ttl) => void values.set(key, value, { ttl }),
    async setIfAbsent(key, value, ttl) {
      if (values.has(key)) return false;
      values.set(key, value, { ttl });
      return true;
    },
    delete: async key => void values.delete(key),
    async increment(key, ttl) {
      const left = values.getRemainingTTL(key);
      const count = Number(values.get(key) ?? 0) + 1;
      // A time of 0 would mean for ever.
      values.set(key, String(count), { ttl: count === 1 ? ttl : Math.max(left, 1) });
      return count;
    },
    publish: async (channel, message) => void queueMicrotask(() => channels.emit(channel, message)),
    async subscribe(channel, hear) {
      channels.on(channel, hear);
      return { stop: async () => void channels.off(channel, hear) };
    },
    problem: async () => undefined,
    stop: async () => {
      values.clear();
      channels.removeAllListeners();
    },
  };
}
