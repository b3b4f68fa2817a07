import { freshDatabase, freshTopicPrefix, startKafka, startPostgres, startRedis } from '../servers/index.js';

/** What an installation of this mode runs on, and which services share a process. The first process is the front. */
export async function startServers(
  mode: 'embedded' | 'servers',
): Promise<{ environment: Record<string, string>; groups: string[][]; stop(): Promise<void> }> {
  if (mode === 'embedded') return { environment: {}, groups: [[]], stop: async () => undefined };
  const [kafka, postgres, redis] = await Promise.all([startKafka(), startPostgres(), startRedis()]);
  return {
    environment: {
      KAFKA_BROKERS: kafka.brokers.join(','),
      KAFKA_TOPIC_PREFIX: freshTopicPrefix(),
      DATABASE_URL: await freshDatabase(),
      REDIS_URL: redis.url,
    },
    groups: [['ingest', 'console'], ['classify'], ['enforce'], ['clocks'], ['ledger']],
    stop: async () => void (await Promise.all([kafka.stop(), postgres.stop(), redis.stop()])),
  };
}
