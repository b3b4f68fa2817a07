import { Kafka, logLevel, type Message, type Producer } from 'kafkajs';
import { readVersions } from '../../services/ingest/index.js';
import { type DeadLetter, listDeadLetters, replayDeadLetter } from '../../services/runtime/index.js';
import { freshTopicPrefix, startKafka, withServers } from '../servers/index.js';
import { until } from '../until.js';
import { newPost, type Running, start } from './installation.js';

withServers(['kafka'], 'posts that a platform writes to Kafka', () => {
  let running: Running;
  let producer: Producer;
  let topic: string;

  beforeAll(async () => {
    const { brokers } = await startKafka();
    const prefix = freshTopicPrefix();
    topic = `${prefix}platform-posts`;
    running = await start({ KAFKA_BROKERS: brokers.join(), KAFKA_TOPIC_PREFIX: prefix }, { services: ['ingest'] });
    producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
  }, 60_000);
  afterAll(async () => {
    await producer.disconnect();
    await running.stop();
  });

  const write = (...messages: Message[]) => producer.send({ topic, acks: -1, messages });
  const record = (post: { id: string }): Message => ({ key: post.id, value: JSON.stringify(post) });
  const versions = (id: string) => readVersions(running.db, 'acme', id);
  const letters = (): Promise<DeadLetter[]> => listDeadLetters(running.db);

  test('are taken in as those of the HTTP door are', async () => {
    const post = newPost();
    await write(record(post));
    const [stored] = await until(
      async () => {
        const found = await versions(post.id);
        return found.length > 0 && found;
      },
      'the post',
      30_000,
    );
    expect(stored).toMatchObject({ route: 'kafka', flags: [], post: { ...post, version: 1 } });
    // It is the same post, by whichever door it comes again.
    expect((await running.call('POST', '/v1/posts', post)).status).toBe(202);
    expect((await running.call('POST', '/v1/posts', { ...post, text: 'other' })).status).toBe(409);
  }, 60_000);

  test('need no key; what is wrong with one holds up no other', async () => {
    const [good, conflicting] = [newPost(), newPost()];
    await running.call('POST', '/v1/posts', conflicting);
    await write(
      { key: null, value: '{"id":' },
      { key: null, value: JSON.stringify({ ...newPost(), author: { name: 'x' } }) },
      { key: null, value: JSON.stringify({ ...conflicting, text: 'other' }) },
      { key: null, value: JSON.stringify(good) },
    );
    await until(async () => (await versions(good.id)).length > 0, 'the good one', 30_000);
    const found = await until(async () => {
      const all = await letters();
      return all.length === 3 && all;
    }, 'three dead letters');
    const reasons = found.map(letter => letter.reason).join('\n');
    expect(reasons).toMatch(/^not JSON/m);
    expect(reasons).toMatch(/author\.id: /);
    expect(reasons).toMatch(/Version 1 of this post was taken in with other content/);
    expect(found.every(letter => letter.topic === 'platform-posts' && /^\d+:\d+$/.test(letter.position))).toBe(true);
  }, 60_000);

  test('twice in the topic are one post', async () => {
    const post = newPost();
    await write(record(post), record(post));
    await write(record(post));
    await until(async () => (await versions(post.id)).length > 0, 'the post', 30_000);
    await until(async () => (await running.runtime.bus.lag('platform-posts', 'intake')) === 0, 'all to be read');
    expect(await versions(post.id)).toHaveLength(1);
    expect((await letters()).filter(letter => letter.event.includes(post.id))).toEqual([]);
  }, 60_000);

  test('go from the dead letters to their place when they are sent again', async () => {
    const post = newPost();
    // Refused while another content stands under the version; that was a mistake of ours, say, and is taken back.
    await running.call('POST', '/v1/posts', { ...post, text: 'a mistake' });
    await write(record(post));
    const letter = await until(async () => (await letters()).find(one => one.event.includes(post.id)), 'it', 30_000);
    const rows = running.db.tables<{ posts: { key: string } }>();
    await running.db.commit([{ query: rows.deleteFrom('posts').where('key', '=', `acme/1/${post.id}`) }]);
    expect(await replayDeadLetter(running.db, running.runtime, running.runtime.time, letter.id)).toBe(true);
    await until(async () => (await versions(post.id)).length > 0, 'the post', 30_000);
  }, 60_000);
});
