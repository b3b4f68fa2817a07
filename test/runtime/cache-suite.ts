import type { Cache } from '../../services/runtime/index.js';
import { until } from '../until.js';
import { pause } from './parts.js';

/** What every cache does. */
export function cacheSuite(name: string, open: () => Promise<{ cache: Cache; other: Cache }>): void {
  describe(`${name} as the cache`, () => {
    let cache: Cache;
    /** As another service has it. */
    let other: Cache;
    let n = 0;
    const fresh = () => `key é ${++n}`;

    beforeAll(async () => {
      ({ cache, other } = await open());
    });
    afterAll(async () => {
      await cache.stop();
      if (other !== cache) await other.stop();
    });

    test('gives what was set, to everybody, until it is deleted', async () => {
      const key = fresh();
      expect(await cache.get(key)).toBeUndefined();
      await cache.set(key, 'one', 60_000);
      await cache.set(key, 'two 👩‍👩‍👧', 60_000);
      expect(await cache.get(key)).toBe('two 👩‍👩‍👧');
      expect(await other.get(key)).toBe('two 👩‍👩‍👧');
      await cache.delete(key);
      expect(await other.get(key)).toBeUndefined();
      await cache.delete(key);
    });

    test('an empty value is a value', async () => {
      const key = fresh();
      await cache.set(key, '', 60_000);
      expect(await cache.get(key)).toBe('');
      expect(await cache.setIfAbsent(key, 'x', 60_000)).toBe(false);
    });

    test('forgets after the time given', async () => {
      const [short, long] = [fresh(), fresh()];
      await cache.set(short, 'x', 150);
      await cache.set(long, 'x', 60_000);
      expect(await cache.get(short)).toBe('x');
      await pause(250);
      expect(await cache.get(short)).toBeUndefined();
      expect(await cache.get(long)).toBe('x');
    });

    test('setting again starts the time again', async () => {
      const key = fresh();
      await cache.set(key, 'x', 200);
      await pause(120);
      await cache.set(key, 'y', 1_000);
      await pause(200);
      expect(await cache.get(key)).toBe('y');
    });

    test('of many who set what is absent, one does; again once it is forgotten', async () => {
      const key = fresh();
      const tries = () =>
        Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? cache : other).setIfAbsent(key, `by ${i}`, 200)));
      const did = await tries();
      expect(did.filter(Boolean)).toHaveLength(1);
      expect(await cache.get(key)).toBe(`by ${did.indexOf(true)}`);
      await pause(300);
      expect((await tries()).filter(Boolean)).toHaveLength(1);
    });

    test('counts up within a window, which the first count starts and later ones leave alone', async () => {
      const key = fresh();
      const counts = await Promise.all(
        Array.from({ length: 10 }, (_, i) => (i % 2 ? cache : other).increment(key, 400)),
      );
      expect(counts.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      await pause(250);
      expect(await cache.increment(key, 400)).toBe(11);
      await pause(250);
      expect(await cache.increment(key, 400)).toBe(1);
      expect(await cache.get(key)).toBe('1');
    });

    test('tells all who subscribed to a channel, and nobody else', async () => {
      const channel = fresh();
      const heard: string[] = [];
      const subscriptions = await Promise.all([
        cache.subscribe(channel, message => heard.push(`a ${message}`)),
        cache.subscribe(channel, message => heard.push(`b ${message}`)),
        other.subscribe(channel, message => heard.push(`c ${message}`)),
        cache.subscribe(`${channel} other`, message => heard.push(`d ${message}`)),
      ]);
      await other.publish(channel, 'news é');
      await until(() => heard.length >= 3, 'all three');
      await pause(50);
      expect(heard.sort()).toEqual(['a news é', 'b news é', 'c news é']);
      await Promise.all(subscriptions.map(({ stop }) => stop()));
    });

    test('tells nothing more to who has stopped; others and later ones go on', async () => {
      const channel = fresh();
      const heard: string[] = [];
      const first = await cache.subscribe(channel, message => heard.push(`first ${message}`));
      const second = await cache.subscribe(channel, message => heard.push(`second ${message}`));
      await first.stop();
      await cache.publish(channel, '1');
      await until(() => heard.includes('second 1'), 'the second');
      await second.stop();
      await cache.publish(channel, '2');
      const third = await cache.subscribe(channel, message => heard.push(`third ${message}`));
      await cache.publish(channel, '3');
      await until(() => heard.includes('third 3'), 'the third');
      expect(heard).toEqual(['second 1', 'third 3']);
      await third.stop();
    });

    test('publishing to nobody is nothing', async () => {
      await cache.publish(fresh(), 'x');
      expect(await cache.problem()).toBeUndefined();
    });
  });
}
