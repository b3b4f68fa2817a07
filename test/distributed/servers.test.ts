import { Kafka, logLevel } from 'kafkajs';
import { ask } from '../../services/cli/client.js';
import { freshDatabase, freshRedis, freshTopicPrefix, startKafka, withServers } from '../servers/index.js';
import { eventually, outcomes } from './client.js';
import { readPostgres } from './record.js';
import { scenarios } from './scenarios.js';
import { acmePost } from './traffic.js';

const groups = [
  ['ingest', 'console'],
  ['classify'],
  ['classify'],
  ['enforce'],
  ['enforce'],
  ['clocks'],
  // The clocks have a second process, so that electing one means something.
  ['probe', 'clocks'],
  ['ledger'],
] as const;

async function open() {
  const [{ brokers }, DATABASE_URL, REDIS_URL] = await Promise.all([startKafka(), freshDatabase(), freshRedis()]);
  const settings = {
    KAFKA_BROKERS: brokers.join(','),
    KAFKA_TOPIC_PREFIX: freshTopicPrefix(),
    DATABASE_URL,
    REDIS_URL,
  };
  return { settings, groups, record: () => readPostgres(DATABASE_URL) };
}

withServers(['kafka', 'postgres', 'redis'], 'a process for each group of services, two of some', () => {
  scenarios(open, scenario => {
    scenario('posts that a platform puts into Kafka are taken, and told where they are not valid', async stage => {
      const { on, acme, mode } = stage;
      const { KAFKA_BROKERS = '', KAFKA_TOPIC_PREFIX } = mode.settings;
      const kafka = new Kafka({ brokers: KAFKA_BROKERS.split(','), logLevel: logLevel.NOTHING });
      const producer = kafka.producer();
      await producer.connect();
      const posts = Array.from({ length: 60 }, (_, n) => acmePost(acme, n % 10 === 0));
      const { author: _, ...nameless } = acmePost(acme, false);
      try {
        await producer.send({
          topic: `${KAFKA_TOPIC_PREFIX}platform-posts`,
          messages: [
            ...posts.map(post => ({ key: post.id, value: JSON.stringify(post) })),
            { key: 'nameless', value: JSON.stringify(nameless) },
            { key: 'broken', value: '{"id":' },
          ],
        });
      } finally {
        await producer.disconnect();
      }
      const found = await outcomes(
        on,
        'acme',
        posts.map(({ id }) => id),
      );
      for (const { id, action, state } of found) {
        expect({ id, action, state }).toEqual(
          acme.posts.has(id) ? { id, action: 'remove', state: 'gone' } : { id, action: 'allow', state: undefined },
        );
      }
      const letters = await eventually(async () => {
        const { deadLetters } = await ask<{ deadLetters: { key: string; topic: string; reason: string }[] }>(
          on,
          '/v1/dead-letters',
        );
        expect(deadLetters).toHaveLength(2);
        return deadLetters;
      });
      expect(letters.map(({ key, topic, reason }) => [key, topic, reason]).sort()).toEqual([
        ['broken', 'platform-posts', expect.stringContaining('not JSON')],
        ['nameless', 'platform-posts', expect.stringMatching(/^author: /)],
      ]);
    });
  });
});
