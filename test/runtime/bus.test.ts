import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import {
  type Bus,
  type Database,
  type Incoming,
  migrate,
  openEmbeddedBus,
  openKafkaBus,
  openSqlite,
  realTime,
  sql,
} from '../../services/runtime/index.js';
import { freshTopicPrefix, type KafkaVersion, startKafka, withServers } from '../servers/index.js';
import { until } from '../until.js';
import { awayAndBack, busSuite, hear } from './bus-suite.js';
import { event, events, folder, nameOf, ownTables, pause, silent } from './parts.js';

const home = folder();

async function openFile(name: string): Promise<{ db: Database; bus: Bus }> {
  const db = await openSqlite(join(home, name));
  await migrate(db, ownTables);
  return { db, bus: await openEmbeddedBus(db, realTime, silent) };
}

busSuite('SQLite', async () => {
  let { db, bus } = await openFile('suite.db');
  const stop = async () => {
    await bus.stop();
    await db.stop();
  };
  return {
    bus,
    stop: () => stop(),
    reopen: async () => {
      await stop();
      ({ db, bus } = await openFile('suite.db'));
      return bus;
    },
  };
});

describe('the embedded bus', () => {
  test('refuses while the disk is full, and goes on by itself', async () => {
    const { db, bus } = await openFile('full.db');
    const pages = (most: number) => async () => {
      await db.commit([{ query: sql`pragma max_page_count = ${sql.lit(most)}`.compile(db.tables<unknown>()) }]);
    };
    await awayAndBack(bus, pages(1), pages(1_000_000));
    await bus.stop();
    await db.stop();
  });

  test('a consumer that is behind reads from the disk, then goes over to what is in memory: nothing lost, nothing twice', async () => {
    const { db, bus } = await openFile('behind.db');
    const total = 14_000;
    let published = 0;
    const publish = async (upTo: number) => {
      for (; published < upTo; published += 500) await bus.publish('posts', events(published, 500));
    };
    await publish(9_000);
    const seen: number[] = [];
    const subscription = await bus.subscribe({
      topic: 'posts',
      group: 'slow',
      batch: 300,
      handle: async batch => {
        seen.push(...batch.map(heard => Number(nameOf(heard).slice(1))));
        await pause(5);
      },
    });
    await publish(total);
    await until(() => seen.length >= total, 'all of them');
    await pause(100);
    expect(seen).toEqual(Array.from({ length: total }, (_, i) => i));
    expect(await until(async () => (await bus.lag('posts', 'slow')) === 0, 'no lag')).toBe(true);
    await subscription.stop();
    await bus.stop();
    await db.stop();
  }, 60_000);

  test('a publishing that fails leaves no gap for those around it', async () => {
    const { db, bus } = await openFile('gaps.db');
    const hearing = await hear(bus, 'gaps', 'gap');
    const table = { name: 'once', columns: { id: 'text' }, primaryKey: ['id'] } as const;
    await migrate(db, [...ownTables, table]);
    const together = (name: string, id: string) =>
      bus.publishWith?.(new Map([['posts', [event(name)]]]), publishing =>
        db.commit([db.insert(table, [{ id }]), ...publishing]),
      );
    const results = await Promise.allSettled(
      Array.from({ length: 90 }, (_, i) => together(`gap-${i}`, i % 3 === 1 ? 'same' : `own-${i}`)),
    );
    const kept = results.flatMap((result, i) => (result.status === 'fulfilled' ? [`gap-${i}`] : []));
    expect(kept).toHaveLength(61);
    await bus.publish('posts', [event('gap-last')]);
    await until(() => hearing.names().includes('gap-last'), 'the last');
    expect(hearing.names()).toEqual([...kept, 'gap-last']);
    await until(async () => (await bus.lag('posts', 'gaps')) === 0, 'no lag');
    await bus.stop();
    await db.stop();
  });

  test('an event that is published while a consumer looks is not left lying until the next', async () => {
    const { db, bus: before } = await openFile('looking.db');
    await before.publish(
      'posts',
      Array.from({ length: 10 }, (_, i) => event(`old-${i}`)),
    );
    const first = await hear(before, 'first', 'old');
    await until(() => first.heard.length === 10, 'all of them');
    await before.stop();
    await db.commit([{ query: sql`delete from bus_records`.compile(db.tables<unknown>()) }]);

    // A look for records that finds none takes its time.
    let looked: (() => Promise<void>) | undefined;
    const looks = new WeakSet<object>();
    const slow: Database = {
      ...db,
      tables: <T>() =>
        db.tables<T>().withPlugin({
          transformQuery: ({ node, queryId }) => {
            if (JSON.stringify(node).includes('bus_records')) looks.add(queryId);
            return node;
          },
          transformResult: async ({ result, queryId }) => {
            if (looks.has(queryId) && result.rows.length === 0) await looked?.();
            return result;
          },
        }),
    };
    const bus = await openEmbeddedBus(slow, realTime, silent);
    const second = await bus.lag('posts', 'second').then(() => {
      looked = async () => {
        looked = undefined;
        await bus.publish('posts', [event('looking-1')]);
        await pause(20);
      };
      return hear(bus, 'second', 'looking');
    });
    await until(() => second.heard.length === 1, 'the event', 3_000);
    await bus.stop();
    await db.stop();
  });

  test('positions do not start again below those of consumers when retention has emptied a topic', async () => {
    let { db, bus } = await openFile('emptied.db');
    const first = await hear(bus, 'emptied', 'emptied');
    await bus.publish(
      'posts',
      Array.from({ length: 10 }, (_, i) => event(`emptied-${i}`)),
    );
    await until(() => first.heard.length === 10, 'all of them');
    await bus.stop();
    await db.commit([{ query: sql`delete from bus_records`.compile(db.tables<unknown>()) }]);
    await db.stop();
    ({ db, bus } = await openFile('emptied.db'));
    const late = await hear(bus, 'late', 'emptied');
    await until(async () => (await bus.lag('posts', 'late')) === 0, 'no lag: there is nothing left to hear');
    const second = await hear(bus, 'emptied', 'emptied');
    await bus.publish('posts', [event('emptied-new')]);
    await until(() => second.heard.length > 0, 'the new one');
    expect(second.names()).toEqual(['emptied-new']);
    await until(() => late.heard.length > 0, 'the new one, also for the late one');
    expect(Number(second.heard[0]?.position)).toBeGreaterThan(10);
    await bus.stop();
    await db.stop();
  });

  test('a consumer far behind skips what retention has deleted', async () => {
    const { db, bus } = await openFile('skips.db');
    await bus.publish('posts', events(0, 6_000));
    await db.commit([{ query: sql`delete from bus_records where seq <= 5500`.compile(db.tables<unknown>()) }]);
    const hearing = await hear(bus, 'skips', 'skips');
    await bus.publish('posts', [event('skips-new')]);
    await until(() => hearing.heard.length > 0, 'the new one');
    await until(async () => (await bus.lag('posts', 'skips')) === 0, 'no lag');
    await bus.stop();
    await db.stop();
  });
});

withServers(['kafka'], 'Kafka', () => {
  describe.each<KafkaVersion>(['3.9.1', '4.1.0'])('%s', version => {
    busSuite(`Kafka ${version}`, async () => {
      const { brokers } = await startKafka({ version });
      const options = { brokers, prefix: freshTopicPrefix(), replication: 1, clientId: 'suite' };
      let bus = await openKafkaBus(options, realTime, silent);
      return {
        bus,
        stop: () => bus.stop(),
        reopen: async () => {
          await bus.stop();
          bus = await openKafkaBus(options, realTime, silent);
          return bus;
        },
      };
    });
  });

  describe('the bus on it', () => {
    let prefix = '';
    let brokers: string[] = [];
    let bus: Bus;
    const options = () => ({ brokers, prefix, replication: 1, clientId: 'test' });
    beforeAll(async () => {
      ({ brokers } = await startKafka());
      prefix = freshTopicPrefix();
      bus = await openKafkaBus(options(), realTime, silent);
    }, 60_000);
    afterAll(() => bus.stop());

    test('several members of a group share the work, and take over from one that leaves', async () => {
      const others = await Promise.all([1, 2].map(() => openKafkaBus(options(), realTime, silent)));
      const members = await Promise.all(others.map(other => hear(other, 'shared', 'shared')));
      // Both have partitions before anything is sent.
      await pause(3_000);
      const names = Array.from({ length: 120 }, (_, i) => `shared-${i}`);
      await bus.publish(
        'posts',
        names.map(name => event(name)),
      );
      const all = () => members.flatMap(member => member.names());
      await until(() => all().length >= 120, 'all of them');
      for (const { heard } of members) expect(heard.length).toBeGreaterThan(0);
      expect(new Set(all())).toEqual(new Set(names));
      await others[0]?.stop();
      const more = Array.from({ length: 60 }, (_, i) => `shared-more-${i}`);
      await bus.publish(
        'posts',
        more.map(name => event(name)),
      );
      await until(() => more.every(name => members[1]?.names().includes(name)), 'all by the other', 40_000);
      await others[1]?.stop();
    }, 90_000);

    test('what others write to a topic arrives: theirs by its place, what is no event as broken', async () => {
      const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
      const producer = kafka.producer();
      await producer.connect();
      const topic = `${prefix}platform-posts`;
      await producer.send({
        topic,
        messages: [
          { value: JSON.stringify({ name: 'theirs' }), timestamp: '1700000000000' },
          { key: 'k', value: 'this is not JSON' },
          { key: 'k', value: Buffer.from([0x22, 0xff, 0xfe, 0x22]) },
          { key: 'k', value: null },
        ],
      });
      await producer.disconnect();
      const heard: Incoming[] = [];
      const subscription = await bus.subscribe({
        topic: 'platform-posts',
        group: 'theirs',
        batch: 10,
        handle: async batch => void heard.push(...batch),
      });
      await until(() => heard.length >= 4, 'all of them');
      const theirs = heard.find(({ broken }) => !broken);
      expect(theirs).toMatchObject({ type: '', data: { name: 'theirs' }, time: 1_700_000_000_000 });
      expect(theirs?.id).toMatch(/^.{20,}$/);
      // Without a key it waits for nobody.
      expect(theirs?.key).toBe(theirs?.id);
      const broken = heard.filter(({ key }) => key === 'k').map(({ broken }) => broken);
      expect(broken).toEqual([expect.stringMatching(/^not JSON/), 'not UTF-8', expect.stringMatching(/^not JSON/)]);
      expect(new Set(heard.map(({ id }) => id)).size).toBe(4);
      await subscription.stop();
    }, 60_000);

    test("topics that an operator made, with Kafka's own limits, take many large events at once", async () => {
      const own = { ...options(), prefix: freshTopicPrefix() };
      const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      await admin.createTopics({ topics: [{ topic: `${own.prefix}removals`, numPartitions: 1 }] });
      await admin.disconnect();
      const other = await openKafkaBus(own, realTime, silent);
      const text = 'é'.repeat(120_000);
      await other.publish(
        'removals',
        Array.from({ length: 20 }, (_, i) => event(`many-${i}`, 'same', { name: `many-${i}`, text })),
      );
      const hearing = await hear(other, 'many', 'many', { topic: 'removals' });
      await until(() => hearing.heard.length >= 20, 'all of them');
      expect(hearing.names()).toEqual(Array.from({ length: 20 }, (_, i) => `many-${i}`));
      await other.stop();
    }, 60_000);

    test('a consumer that ends by a fault of its own starts again', async () => {
      let faults = 0;
      const log = Object.assign(Object.create(silent), {
        error: () => {
          // kafkajs takes a TypeError for beyond hope, and ends.
          if (faults++ === 0) throw new TypeError('a fault');
        },
      });
      const own = await openKafkaBus(options(), realTime, log);
      let failed = false;
      const hearing = await hear(own, 'faulty', 'faulty', {
        before: async mine => {
          if (mine.length === 0 || failed) return;
          failed = true;
          throw new Error('once');
        },
      });
      await bus.publish('posts', [event('faulty-1')]);
      await until(() => hearing.heard.length > 0, 'the event, after all', 60_000);
      expect(faults).toBeGreaterThan(1);
      await own.stop();
    }, 90_000);

    test('opening fails where no broker answers', async () => {
      await expect(openKafkaBus({ ...options(), brokers: ['127.0.0.1:1'] }, realTime, silent)).rejects.toMatchObject({
        name: 'UnavailableError',
      });
    }, 60_000);
  });

  test('while the broker is away publishing is refused; afterwards all goes on by itself', async () => {
    const own = await startKafka({ alone: true });
    const bus = await openKafkaBus(
      { brokers: own.brokers, prefix: 'own.', replication: 1, clientId: 'own' },
      realTime,
      silent,
    );
    expect(await bus.problem()).toBeUndefined();
    await awayAndBack(
      bus,
      async () => {
        await own.crash();
        expect(await bus.problem()).toMatch(/^bus: /);
      },
      () => own.restart(),
    );
    expect(await bus.problem()).toBeUndefined();
    await bus.stop();
    await own.stop();
  }, 180_000);
});
