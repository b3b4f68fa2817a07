import type { Topic } from '../../services/contracts/index.js';
import { type Bus, type Incoming, UnavailableError } from '../../services/runtime/index.js';
import { until } from '../until.js';
import { event, nameOf, pause } from './parts.js';

export interface OpenedBus {
  bus: Bus;
  /** Ends it, and opens it again on what it kept. */
  reopen(): Promise<Bus>;
  stop(): Promise<void>;
}

const range = (prefix: string, count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}-${from + i}`);

/** Hears what a group is given, of those events whose name begins with `prefix`. */
export async function hear(
  bus: Bus,
  group: string,
  prefix: string,
  { topic = 'posts' as Topic, batch = 100, before = async (_: Incoming[]): Promise<void> => undefined } = {},
): Promise<{ heard: Incoming[]; names(): string[]; stop(): Promise<void> }> {
  const heard: Incoming[] = [];
  const subscription = await bus.subscribe({
    topic,
    group,
    batch,
    handle: async events => {
      const mine = events.filter(({ data }) => nameOf({ data }).startsWith(`${prefix}-`));
      await before(mine);
      heard.push(...mine);
    },
  });
  return { heard, names: () => heard.map(nameOf), stop: subscription.stop };
}

/** What every bus does. */
export function busSuite(name: string, open: () => Promise<OpenedBus>): void {
  describe(`${name} as the bus`, () => {
    let opened: OpenedBus;
    let bus: Bus;
    const stops: (() => Promise<void>)[] = [];
    const listen = async (...args: Parameters<typeof hear> extends [Bus, ...infer Rest] ? Rest : never) => {
      const hearing = await hear(bus, ...args);
      stops.push(hearing.stop);
      return hearing;
    };

    beforeAll(async () => {
      opened = await open();
      bus = opened.bus;
    }, 120_000);
    afterEach(async () => {
      await Promise.all(stops.splice(0).map(stop => stop()));
    });
    afterAll(() => opened.stop());

    test('brings each event as it was published', async () => {
      const hearing = await listen('whole', 'whole');
      const sent = {
        ...event('whole-1', 'a key / with é'),
        time: 1_700_000_000_123,
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
        data: { name: 'whole-1', text: 'Ünïcødé 👩‍👩‍👧 \u0000 "quoted"', nested: [{ a: null, b: 1.5, c: true }] },
      };
      await bus.publish('posts', [sent]);
      await until(() => hearing.heard.length === 1, 'the event');
      expect(hearing.heard[0]).toEqual({ ...sent, topic: 'posts', position: expect.stringMatching(/\d/) });
    });

    test('keeps the order within a key, however many are published at once', async () => {
      const hearing = await listen('order', 'order', { batch: 7 });
      const keys = ['a', 'b', 'c', 'd', 'e'];
      const all = range('order', 500).map((name, i) => event(name, keys[i % keys.length]));
      for (let i = 0; i < 500; i += 50) await bus.publish('posts', all.slice(i, i + 50));
      await until(() => hearing.heard.length >= 500, 'all of them');
      for (const key of keys) {
        const names = hearing.heard.filter(heard => heard.key === key).map(nameOf);
        expect(names).toEqual(all.filter(sent => sent.key === key).map(nameOf));
      }
    });

    test('several publishers at once lose nothing', async () => {
      const hearing = await listen('several', 'several');
      await Promise.all(range('several', 200).map(name => bus.publish('posts', [event(name)])));
      await until(() => hearing.heard.length >= 200, 'all of them');
      expect(new Set(hearing.names())).toEqual(new Set(range('several', 200)));
    });

    test('gives every group all events, also those from before it came', async () => {
      await bus.publish(
        'posts',
        range('groups', 20).map(name => event(name)),
      );
      const groups = await Promise.all(['one', 'two', 'three'].map(group => listen(`groups-${group}`, 'groups')));
      await bus.publish(
        'posts',
        range('groups', 20, 20).map(name => event(name)),
      );
      for (const { heard, names } of groups) {
        await until(() => heard.length >= 40, 'all of them');
        expect(new Set(names())).toEqual(new Set(range('groups', 40)));
      }
    });

    test('gives batches of at most the size that was asked for', async () => {
      let most = 0;
      const hearing = await listen('sizes', 'sizes', {
        batch: 8,
        before: async events => {
          most = Math.max(most, events.length);
        },
      });
      await bus.publish(
        'posts',
        range('sizes', 100).map(name => event(name)),
      );
      await until(() => hearing.heard.length >= 100, 'all of them');
      expect(most).toBeLessThanOrEqual(8);
    });

    test('keeps topics apart', async () => {
      const hearing = await listen('apart', 'apart', { topic: 'removals' });
      await bus.publish('posts', [event('apart-post')]);
      await bus.publish('removals', [event('apart-removal')]);
      await until(() => hearing.heard.length > 0, 'the removal');
      await pause(100);
      expect(hearing.names()).toEqual(['apart-removal']);
    });

    test('brings the same events again after a handler rejects, and those after them later', async () => {
      let failures = 0;
      const tried: string[][] = [];
      const hearing = await listen('again', 'again', {
        batch: 5,
        before: async events => {
          if (events.length === 0) return;
          tried.push(events.map(nameOf));
          if (failures++ < 3) throw new Error('not yet');
        },
      });
      await bus.publish(
        'posts',
        range('again', 10).map(name => event(name, 'same')),
      );
      await until(() => hearing.heard.length >= 10, 'all of them');
      expect(hearing.names()).toEqual(range('again', 10));
      expect(tried.slice(1, 4)).toEqual([tried[0], tried[0], tried[0]]);
    });

    test('says how far a group is behind', async () => {
      const total = await bus.lag('assessments', 'nobody');
      await bus.publish(
        'assessments',
        range('lag', 30).map(name => event(name)),
      );
      expect(await bus.lag('assessments', 'nobody')).toBe(total + 30);
      const hearing = await listen('lagging', 'lag', { topic: 'assessments' });
      await until(() => hearing.heard.length >= 30, 'all of them');
      await until(async () => (await bus.lag('assessments', 'lagging')) === 0, 'no lag');
      expect(await bus.lag('assessments', 'nobody')).toBe(total + 30);
    });

    test('takes large events, and many of them at once', async () => {
      const hearing = await listen('large', 'large', { topic: 'evidence' });
      const text = 'x'.repeat(250_000);
      const large = range('large', 24).map(name => event(name, name, { name, text }));
      await bus.publish('evidence', [
        ...large,
        event('large-huge', 'k', { name: 'large-huge', text: 'y'.repeat(3_900_000) }),
      ]);
      await until(() => hearing.heard.length >= 25, 'all of them');
      const huge = hearing.heard.find(heard => nameOf(heard) === 'large-huge')?.data as { text?: string } | undefined;
      expect(huge?.text).toHaveLength(3_900_000);
      expect(new Set(hearing.names()).size).toBe(25);
    }, 60_000);

    test('publishing nothing is nothing', async () => {
      await bus.publish('posts', []);
    });

    test('finishes the batch under way when it is stopped', async () => {
      let begun = false;
      let ended = false;
      const hearing = await hear(bus, 'finishing', 'finishing', {
        before: async events => {
          if (events.length === 0) return;
          begun = true;
          await pause(300);
          ended = true;
        },
      });
      await bus.publish('posts', [event('finishing-1')]);
      await until(() => begun, 'the batch');
      await hearing.stop();
      expect(ended).toBe(true);
    });

    test('a group goes on where it was after the bus was closed and opened again', async () => {
      const first = await hear(bus, 'reopened', 'reopened');
      await bus.publish(
        'posts',
        range('reopened', 50).map(name => event(name)),
      );
      await until(() => first.heard.length >= 50, 'the first half');
      await first.stop();
      await bus.publish(
        'posts',
        range('reopened', 50, 50).map(name => event(name)),
      );
      bus = await opened.reopen();
      const second = await listen('reopened', 'reopened');
      await bus.publish(
        'posts',
        range('reopened', 50, 100).map(name => event(name)),
      );
      await until(() => second.heard.length >= 100, 'the second half');
      await pause(300);
      expect(new Set(second.names())).toEqual(new Set(range('reopened', 100, 50)));
      expect(second.heard).toHaveLength(100);
    }, 90_000);
  });
}

/** What every bus does when what it stands on goes away: refuses, and afterwards works again by itself. */
export async function awayAndBack(bus: Bus, away: () => Promise<void>, back: () => Promise<void>): Promise<void> {
  const hearing = await hear(bus, 'away', 'away');
  await bus.publish(
    'posts',
    range('away', 3).map(name => event(name)),
  );
  await until(() => hearing.heard.length >= 3, 'those before');
  await away();
  // What is refused may have arrived all the same; it must not be told as durable when it is not.
  await expect(
    bus.publish(
      'posts',
      range('refused', 5).map(name => event(name, name, { name, text: 'x'.repeat(20_000) })),
    ),
  ).rejects.toBeInstanceOf(UnavailableError);
  await back();
  await until(
    () =>
      bus.publish('posts', [event('away-after')]).then(
        () => true,
        () => false,
      ),
    'it takes events again',
    60_000,
  );
  await until(() => hearing.names().includes('away-after'), 'the event after it came back', 60_000);
  expect(new Set(hearing.names())).toEqual(new Set([...range('away', 3), 'away-after']));
  await hearing.stop();
}
