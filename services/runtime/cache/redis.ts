import { Redis } from 'ioredis';
import type { Log } from '../log/index.js';
import type { Cache } from './types.js';

/** The first count starts the window; later ones leave its end alone. */
const incrementScript = `local n = redis.call('incr', KEYS[1])
if n == 1 then redis.call('pexpire', KEYS[1], ARGV[1]) end
return n`;

/**
 * Hot state between processes: Redis 7.
 * @param prefix put before every key and channel.
 */
export async function openRedisCache(url: string, prefix: string, log: Log): Promise<Cache> {
  const options = { maxRetriesPerRequest: 1, connectTimeout: 3_000, commandTimeout: 3_000, lazyConnect: true };
  const commands = new Redis(url, options);
  const listener = new Redis(url, { ...options, commandTimeout: undefined, maxRetriesPerRequest: null });
  for (const connection of [commands, listener]) connection.on('error', error => log.warn({ err: error }, 'redis'));
  await Promise.all([commands.connect(), listener.connect()]);
  const hearers = new Map<string, Set<(message: string) => void>>();
  listener.on('message', (channel: string, message: string) => {
    for (const hear of hearers.get(channel) ?? []) hear(message);
  });
  const named = (key: string) => prefix + key;
  return {
    kind: 'redis',
    get: async key => (await commands.get(named(key))) ?? undefined,
    set: async (key, value, ttl) => void (await commands.set(named(key), value, 'PX', ttl)),
    setIfAbsent: async (key, value, ttl) => (await commands.set(named(key), value, 'PX', ttl, 'NX')) === 'OK',
    delete: async key => void (await commands.del(named(key))),
    increment: async (key, ttl) => Number(await commands.eval(incrementScript, 1, named(key), ttl)),
    publish: async (channel, message) => void (await commands.publish(named(channel), message)),
    async subscribe(channel, hear) {
      const name = named(channel);
      const known = hearers.get(name) ?? new Set();
      hearers.set(name, known.add(hear));
      if (known.size === 1) await listener.subscribe(name);
      return {
        stop: async () => {
          known.delete(hear);
          if (known.size === 0) await listener.unsubscribe(name);
        },
      };
    },
    async problem() {
      try {
        await commands.ping();
        return undefined;
      } catch (error) {
        return `cache: ${(error as Error).message}`;
      }
    },
    stop: async () => {
      commands.disconnect();
      listener.disconnect();
    },
  };
}
