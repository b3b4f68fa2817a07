import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, sql } from '../../services/runtime/index.js';
import {
  freshTopicPrefix,
  type Kafka,
  type Postgres,
  startKafka,
  startPostgres,
  withServers,
} from '../servers/index.js';
import { until } from '../until.js';
import { newPost, type Running, start } from './installation.js';
import { type Line, openStream } from './sender.js';

const line = (post: object) => `${JSON.stringify(post)}\n`;

async function kept(db: Database, ids: readonly string[]): Promise<number> {
  const { count } = await db
    .tables<{ posts: { key: string } }>()
    .selectFrom('posts')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('key', 'in', db.among(ids.map(id => `acme/1/${id}`)))
    .executeTakeFirstOrThrow();
  return count;
}

describe('where the disk is full', () => {
  let running: Running;
  beforeAll(async () => {
    running = await start({}, { services: ['ingest'] });
  });
  afterAll(() => running.stop());
  const pragma = (text: string) =>
    running.db.commit([{ query: sql.raw(`pragma ${text}`).compile(running.db.tables<unknown>()) }]);

  test('posts are refused, and taken again once there is room, without a restart', async () => {
    const [[row]] = (await pragma('page_count')).map(({ rows }) => rows) as [[{ page_count: number }]];
    // What SQLite answers here is what it answers on a disk that is full.
    await pragma(`max_page_count = ${row.page_count + 20}`);
    const text = 'x'.repeat(20_000);
    const acknowledged: string[] = [];
    const refused = await until(async () => {
      const post = newPost({ text });
      const answer = await running.call('POST', '/v1/posts', post);
      if (answer.status === 202) acknowledged.push(post.id);
      return answer.status === 202 ? undefined : { post, answer };
    }, 'the disk to be full');
    expect(refused.answer.status).toBe(503);
    expect(refused.answer.headers.get('retry-after')).toMatch(/^\d+$/);
    const ready = await running.call('GET', '/readyz');
    // A single row may still find its place: what is asked for here is that a stream is refused as well.
    expect([200, 503]).toContain(ready.status);

    const client = await openStream(running.url);
    client.read();
    const streamed = Array.from({ length: 20 }, () => newPost({ text }));
    await client.send(streamed.map(line).join(''));
    await until(() => client.status() !== undefined, 'the stream to be answered');
    expect(client.status()).toBe(503);
    client.socket.destroy();

    await pragma('max_page_count = 1000000');
    for (const post of [refused.post, ...streamed]) {
      const answer = await running.call('POST', '/v1/posts', post);
      expect(answer.status).toBe(202);
      acknowledged.push(post.id);
    }
    expect(await kept(running.db, acknowledged)).toBe(acknowledged.length);
    await until(async () => (await running.call('GET', '/readyz')).status === 200, 'it to be ready again');
  });
});

withServers(['postgres', 'kafka'], 'where PostgreSQL is away', () => {
  let postgres: Postgres;
  let running: Running;
  beforeAll(async () => {
    const [kafka, own] = await Promise.all([startKafka(), startPostgres({ alone: true })]);
    postgres = own;
    running = await start(
      { DATABASE_URL: own.url, KAFKA_BROKERS: kafka.brokers.join(), KAFKA_TOPIC_PREFIX: freshTopicPrefix() },
      { services: ['ingest'] },
    );
  }, 120_000);
  afterAll(async () => {
    await running.stop();
    await postgres.stop();
  });

  test('nothing is acknowledged: 503, and when to come again', async () => {
    expect((await running.call('POST', '/v1/posts', newPost())).status).toBe(202);
    await postgres.crash();
    for (let n = 0; n < 3; n++) {
      const answer = await running.call('POST', '/v1/posts', newPost());
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(answer.body).toMatchObject({ status: 503, title: 'Not available' });
    }
    const client = await openStream(running.url);
    client.read();
    // More than the connection holds: whoever is refused is read to the end all the same, so that it gets its answer.
    const posts = Array.from({ length: 20_000 }, () => line(newPost()));
    await client.send(posts.join(''));
    await client.finish();
    await client.whole();
    expect(client.status()).toBe(503);
    expect(client.headers()).toMatch(/retry-after: \d+/i);
    client.socket.destroy();
    const ready = await running.call('GET', '/readyz');
    expect(ready.status).toBe(503);
    expect(ready.body.problems.database).toBeDefined();
    await postgres.restart();
    await until(async () => (await running.call('POST', '/v1/posts', newPost())).status === 202, 'posts to be taken');
  }, 60_000);

  test('a stream waits a while, and goes on where the database comes back', async () => {
    const posts = Array.from({ length: 40 }, () => newPost());
    const client = await openStream(running.url);
    client.read();
    await client.send(posts.slice(0, 20).map(line).join(''));
    await until(() => client.lines().length === 20, 'the first receipts');
    await postgres.crash();
    await client.send(posts.slice(20).map(line).join(''));
    await sleep(300);
    expect(client.lines()).toHaveLength(20);
    await postgres.restart();
    await client.finish();
    await client.whole();
    expect(client.lines().map((answer: Line) => answer.id)).toEqual(posts.map(post => post.id));
    expect(
      await kept(
        running.db,
        posts.map(post => post.id),
      ),
    ).toBe(posts.length);
    client.socket.destroy();
  }, 60_000);

  test('after a longer outage the stream ends with the line to go on from, and nothing is lost', async () => {
    const posts = Array.from({ length: 3_000 }, () => newPost());
    const client = await openStream(running.url);
    client.read();
    let sent = 0;
    const send = async (count: number) => {
      await client.send(
        posts
          .slice(sent, sent + count)
          .map(line)
          .join(''),
      );
      sent += count;
    };
    await send(1_000);
    await until(() => client.lines().length >= 500, 'receipts');
    await postgres.crash();
    await send(1_000);
    await send(1_000);
    await client.finish();
    await client.whole();
    const answers = client.lines();
    const { resumeFrom, error } = answers.at(-1);
    expect(error).toMatchObject({ status: 503 });
    expect(answers.slice(0, -1).map((answer: Line) => answer.id)).toEqual(
      posts.slice(0, resumeFrom - 1).map(post => post.id),
    );
    expect(resumeFrom).toBeLessThan(3_000);
    client.socket.destroy();

    await postgres.restart();
    await until(async () => (await running.call('GET', '/readyz')).status === 200, 'it to be ready');
    const again = await openStream(running.url);
    again.read();
    await again.send(
      posts
        .slice(resumeFrom - 1)
        .map(line)
        .join(''),
    );
    await again.finish();
    await again.whole();
    expect(again.lines().every((answer: Line) => answer.receipt)).toBe(true);
    expect(answers.length - 1 + again.lines().length).toBe(posts.length);
    expect(
      await kept(
        running.db,
        posts.map(post => post.id),
      ),
    ).toBe(posts.length);
    again.socket.destroy();
  }, 90_000);
});

withServers(['kafka'], 'where Kafka is away', () => {
  let kafka: Kafka;
  let running: Running;
  beforeAll(async () => {
    kafka = await startKafka({ alone: true });
    running = await start(
      { KAFKA_BROKERS: kafka.brokers.join(), KAFKA_TOPIC_PREFIX: freshTopicPrefix() },
      { services: ['ingest'] },
    );
  }, 180_000);
  afterAll(async () => {
    await kafka.stop();
    await running.stop();
  }, 60_000);

  test('503 with Retry-After once that is known; what was acknowledged before is published when it is back', async () => {
    const acknowledged: string[] = [];
    const send = async () => {
      const post = newPost();
      const answer = await running.call('POST', '/v1/posts', post);
      if (answer.status === 202) acknowledged.push(post.id);
      return answer;
    };
    expect((await send()).status).toBe(202);
    await kafka.crash();
    const refused = await until(async () => {
      const answer = await send();
      return answer.status === 202 ? undefined : answer;
    }, 'the bus to be noticed');
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await running.call('GET', '/readyz')).body.problems.bus).toBeDefined();
    // It stays so, as long as Kafka is away.
    for (let n = 0; n < 8; n++) {
      expect((await send()).status).toBe(503);
      await sleep(500);
    }
    await kafka.restart();
    await until(async () => (await send()).status === 202, 'posts to be taken again', 40_000);
    await until(
      async () => (await running.runtime.bus.lag('posts', 'classify')) >= acknowledged.length,
      'all of them to be published',
      30_000,
    );
    expect(await kept(running.db, acknowledged)).toBe(acknowledged.length);
  }, 120_000);
});
