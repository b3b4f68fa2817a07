import { Redis } from 'ioredis';
import { UnavailableError } from '../database/types.js';
import type { Log } from '../log/index.js';
import type { Cache } from './types.js';

/** The first count starts the window; later ones leave its end alone. */
const incrementScript = `local n = redis.call('incr', KEYS[1])
if n == 1 then redis.call('pexpire', KEYS[1], ARGV[1]) end
return n`;

/**
 * Hot state between processes: Redis 7.
 * @param prefix put before every key and channel.
 * @throws UnavailableError where it can't be reached.
 */
export async function openRedisCache(url: string, prefix: string, log: Log): Promise<Cache> {
  const options = { maxRetriesPerRequest: 1, connectTimeout: 3_000, commandTimeout: 3_000, lazyConnect: true };
  const commands = new Redis(url, options);
  const listener = new Redis(url, { ...options, commandTimeout: undefined, maxRetriesPerRequest: null });
  for (const connection of [commands, listener]) connection.on('error', error => log.warn({ err: error }, 'redis'));
  try {
    await Promise.all([commands.connect(), listener.connect()]);
  } catch (error) {
    for (const connection of [commands, listener]) connection.disconnect();
    throw new UnavailableError(`Redis: ${(error as Error).message}`);
  }
  const hearers = new Map<string, { hear: Set<(message: string) => void>; subscribed: Promise<unknown> }>();
  listener.on('message', (channel: string, message: string) => {
    for (const hear of hearers.get(channel)?.hear ?? []) hear(message);
  });
  const named = (key: string) => prefix + key;
  const ask = <T>(command: Promise<T>): Promise<T> =>
    command.catch(error => {
      throw new UnavailableError(`Redis: ${(error as Error).message}`);
    });
  return {
    kind: 'redis',
    get: async key => (await ask(commands.get(named(key)))) ?? undefined,
    set: async (key, value, ttl) => void (await ask(commands.set(named(key), value, 'PX', ttl))),
    setIfAbsent: async (key, value, ttl) => (await ask(commands.set(named(key), value, 'PX', ttl, 'NX'))) === 'OK',
    delete: async key => void (await ask(commands.del(named(key)))),
    increment: async (key, ttl) => Number(await ask(commands.eval(incrementScript, 1, named(key), ttl))),
    publish: async (channel, message) => void (await ask(commands.publish(named(channel), message))),
    async subscribe(channel, hear) {
      const name = named(channel);
      const known = hearers.get(name) ?? { hear: new Set(), subscribed: listener.subscribe(name) };
      hearers.set(name, known);
      known.hear.add(hear);
      await known.subscribed;
      return {
        stop: async () => {
          known.hear.delete(hear);
          if (known.hear.size > 0 || hearers.get(name) !== known) return;
          hearers.delete(name);
          await listener.unsubscribe(name);
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
