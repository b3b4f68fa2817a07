import { rmSync } from 'node:fs';
import { openPostgres } from '../../services/runtime/index.js';
import { freshDatabase, freshRedis, freshTopicPrefix, startKafka, withServers } from '../servers/index.js';
import { type Crash, checkPost, checkWhole, openFate, recovered, survives, told, type When } from './lives.js';

/** Installations that live and die beside each other: most of the time each waits for Kafka to notice that a consumer is dead. */
const beside = 6;

async function open() {
  const { brokers } = await startKafka();
  const url = await freshDatabase();
  const fate = await openFate({
    DATABASE_URL: url,
    DATABASE_POOL: '4',
    KAFKA_BROKERS: brokers.join(),
    KAFKA_TOPIC_PREFIX: freshTopicPrefix(),
    REDIS_URL: await freshRedis(),
    REMOVAL_LEASE: '10s',
  });
  const db = openPostgres(url, 2, error => told(error.message));
  const close = async (): Promise<void> => {
    await db.stop();
    await fate.end();
    rmSync(fate.folder, { recursive: true, force: true });
  };
  return { fate, db, close };
}

/** Takes a post, dies at a step of its way, is started again. @returns the steps before the death, or all where it lived. */
async function dieOnce(crash: Crash | undefined): Promise<string[]> {
  const { fate, db, close } = await open();
  try {
    const id = crash?.post ?? 'whole';
    let life = await fate.begin(crash ?? { post: id, at: 0, when: 'after' });
    const acknowledged = await fate.send(life, id);
    const { steps } = life;
    const survived = await survives(db, life, id, 40_000);
    if (!survived) {
      life = await fate.begin();
      if (!acknowledged) expect(await fate.send(life, id)).toBe(true);
      await recovered(db, id, 60_000);
    }
    told(`${id}: ${steps.at(-1)}${survived ? ', and lived' : ''}`);
    await life.stop();
    await checkPost(db, fate.platform, id);
    await checkWhole(db, 1);
    return steps;
  } finally {
    await close();
  }
}

withServers(['kafka', 'postgres', 'redis'], 'on Kafka, PostgreSQL and Redis', () => {
  test('killed at steps all along the way of a post, it loses nothing, repeats nothing and leaves no clock running', async () => {
    const whole = await dieOnce(undefined);
    told(whole.join('\n'));
    for (const seam of [/commit posts/, /publish posts/, /publish assessments/, /call remove/, /publish evidence/])
      expect(whole.join('\n')).toMatch(seam);
    const whens: When[] = ['after', 'before', 'during'];
    const every = process.env.SANSDELAI_TEST_SEAMS === 'all' ? 1 : 2;
    const crashes = whole.flatMap((_, n): Crash[] => {
      const at = n + 1;
      if (every === 1) return whens.map(when => ({ post: `${when}-${at}`, at, when }));
      const when = whens[n % whens.length]!;
      return n % every === 0 ? [{ post: `${when}-${at}`, at, when }] : [];
    });
    const left = [...crashes];
    const worker = async (): Promise<void> => {
      for (let crash = left.shift(); crash; crash = left.shift()) await dieOnce(crash);
    };
    await Promise.all(Array.from({ length: beside }, worker));
  }, 900_000);
});
