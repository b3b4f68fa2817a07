import { existsSync, readFileSync } from 'node:fs';
import { commandsKeyFile } from '../../services/accounts/index.js';
import { freshDatabase, freshTopicPrefix, startKafka, withServers } from '../servers/index.js';
import { newPost, type Running, start } from './installation.js';

withServers(['kafka', 'postgres'], 'several processes on one database', () => {
  let replicas: Running[];

  beforeAll(async () => {
    const { brokers } = await startKafka();
    const settings = {
      DATABASE_URL: await freshDatabase(),
      KAFKA_BROKERS: brokers.join(),
      KAFKA_TOPIC_PREFIX: freshTopicPrefix(),
      // Made at the first start, by one of them.
      SANSDELAI_API_KEY: '',
      SANSDELAI_ADMIN_PASSWORD: '',
    };
    replicas = await Promise.all([1, 2, 3].map(() => start(settings, { services: ['ingest'] })));
  }, 120_000);
  afterAll(() => Promise.all(replicas.map(replica => replica.stop())));

  const rows = (id: string) =>
    replicas[0]!.db
      .tables<{ posts: { item: string; version: number; body: string | null } }>()
      .selectFrom('posts')
      .selectAll()
      .where('item', '=', `acme/${id}`)
      .execute();

  test('that start at the same moment make the first secrets once', async () => {
    expect(replicas.filter(({ secrets }) => secrets.apiKey)).toHaveLength(1);
    expect(replicas.filter(({ secrets }) => secrets.adminPassword)).toHaveLength(1);
    const key = replicas.find(({ secrets }) => secrets.apiKey)?.secrets.apiKey;
    for (const replica of replicas) {
      const headers = { authorization: `Bearer ${key}` };
      expect((await replica.call('POST', '/v1/posts', newPost(), headers)).status).toBe(202);
    }
  });

  test('that were started before, each with a folder of its own, know the key in it', async () => {
    const [one] = replicas;
    expect(existsSync(commandsKeyFile(one!.folder))).toBe(true);
    expect(readFileSync(commandsKeyFile(one!.folder), 'utf8').trim()).toBe(one!.adminKey);
    for (const replica of replicas)
      expect(
        (await replica.call('POST', '/v1/posts', newPost(), { authorization: `Bearer ${one!.adminKey}` })).status,
      ).toBe(202);
  });

  test('that get the same post at the same moment keep it once, with one receipt', async () => {
    for (let round = 0; round < 5; round++) {
      const posts = Array.from({ length: 50 }, () => newPost());
      const answers = await Promise.all(
        replicas.map(async (replica, n) => {
          // In another order each, so that they also wait for each other.
          const own = n === 1 ? [...posts].reverse() : posts;
          const { body } = await replica.call('POST', '/v1/posts', own.map(post => JSON.stringify(post)).join('\n'), {
            'content-type': 'application/x-ndjson',
          });
          const lines: { id: string; receipt: string }[] = body
            .trim()
            .split('\n')
            .map((line: string) => JSON.parse(line));
          return new Map(lines.map(({ id, receipt }) => [id, receipt]));
        }),
      );
      for (const { id } of posts) {
        expect(new Set(answers.map(answer => answer.get(id))).size).toBe(1);
        expect(answers[0]?.get(id)).toBeDefined();
      }
      expect(await Promise.all(posts.slice(0, 5).map(({ id }) => rows(id)))).toMatchObject(
        Array(5).fill([{ version: 1 }]),
      );
    }
  });

  test('that get a version and its deletion at the same moment keep nothing of it', async () => {
    const posts = Array.from({ length: 60 }, () => newPost({ text: 'Soon deleted.' }));
    await Promise.all(
      posts.flatMap((post, n) => [
        replicas[n % 3]!.call('POST', '/v1/posts', post),
        replicas[(n + 1) % 3]!.call('POST', '/v1/posts', { ...post, version: 2, deletedAt: '2026-05-02T00:00:00Z' }),
      ]),
    );
    for (const { id } of posts) {
      const versions = await rows(id);
      expect(versions).toHaveLength(2);
      expect(JSON.stringify(versions)).not.toContain('Soon deleted');
    }
  });
});
