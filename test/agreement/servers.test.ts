import { freshDatabase, freshRedis, freshTopicPrefix, startKafka, withServers } from '../servers/index.js';
import { agreement } from './suite.js';

const groups = [
  ['ingest', 'console'],
  ['classify'],
  ['enforce'],
  ['enforce'],
  ['clocks'],
  ['clocks', 'probe'],
  ['ledger', 'orders'],
] as const;

withServers(
  ['kafka', 'postgres', 'redis'],
  'a process for each group of services, on Kafka, PostgreSQL and Redis',
  () => {
    agreement(async () => {
      const [{ brokers }, DATABASE_URL, REDIS_URL] = await Promise.all([startKafka(), freshDatabase(), freshRedis()]);
      const settings = {
        KAFKA_BROKERS: brokers.join(','),
        KAFKA_TOPIC_PREFIX: freshTopicPrefix(),
        DATABASE_URL,
        REDIS_URL,
      };
      return { settings, groups, posts: 1_500, kills: 1, victims: 3, killsLast: false };
    });
  },
);
