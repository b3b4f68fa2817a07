import { openMemoryCache, openRedisCache, UnavailableError } from '../../services/runtime/index.js';
import { freshRedis, startRedis, withServers } from '../servers/index.js';
import { until } from '../until.js';
import { cacheSuite } from './cache-suite.js';
import { silent } from './parts.js';

cacheSuite('memory', async () => {
  const cache = openMemoryCache();
  return { cache, other: cache };
});

test('memory is bounded: what was used least goes first', async () => {
  const cache = openMemoryCache();
  await cache.set('used', 'x', 60_000);
  for (let i = 0; i < 150_000; i++) {
    await cache.set(`k${i}`, 'x', 60_000);
    if (i % 1_000 === 0) await cache.get('used');
  }
  expect(await cache.get('k0')).toBeUndefined();
  expect(await cache.get('k149999')).toBe('x');
  expect(await cache.get('used')).toBe('x');
  await cache.stop();
});

withServers(['redis'], 'Redis', () => {
  cacheSuite('Redis', async () => {
    const url = await freshRedis();
    const prefix = `suite-${Date.now()}.`;
    return { cache: await openRedisCache(url, prefix, silent), other: await openRedisCache(url, prefix, silent) };
  });

  test('installations with other prefixes see nothing of each other', async () => {
    const url = await freshRedis();
    const [a, b] = await Promise.all(['a.', 'b.'].map(prefix => openRedisCache(url, prefix, silent)));
    await a!.set('key', 'mine', 60_000);
    expect(await b!.get('key')).toBeUndefined();
    await Promise.all([a!.stop(), b!.stop()]);
  });

  test('while it is away it says so; afterwards it works again by itself, subscriptions too', async () => {
    const own = await startRedis({ alone: true });
    const cache = await openRedisCache(own.url, 'p.', silent);
    const heard: string[] = [];
    await cache.subscribe('channel', message => heard.push(message));
    await own.crash();
    await expect(cache.get('key')).rejects.toBeInstanceOf(UnavailableError);
    await expect(cache.increment('key', 1_000)).rejects.toBeInstanceOf(UnavailableError);
    expect(await cache.problem()).toMatch(/^cache: /);
    await own.restart();
    await until(async () => (await cache.problem()) === undefined, 'Redis is back');
    await until(async () => {
      await cache.publish('channel', 'hello');
      return heard.length > 0;
    }, 'the channel is heard again');
    await cache.stop();
    await own.stop();
  }, 60_000);

  test('opening fails where nothing answers, and leaves nothing running', async () => {
    await expect(openRedisCache('redis://127.0.0.1:1', 'p.', silent)).rejects.toBeInstanceOf(UnavailableError);
  });
});
