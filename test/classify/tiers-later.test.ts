import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAssessment } from '../../services/classify/index.js';
import type { ClassifyRows, QuestionRow } from '../../services/classify/tables.js';
import { explained } from '../../services/cli/explain.js';
import { readStanding } from '../../services/console/api/describe.js';
import { make, planMove } from '../../services/policies/versions.js';
import { openScene, type Scene } from '../enforce/setup.js';
import { freshDatabase, freshTopicPrefix, startKafka, withServers } from '../servers/index.js';
import { until } from '../until.js';
import { Folder, http, labels, type ModelServer, startModelServer } from './own-models.js';

/** What was assessed at once and is asked later: a whole installation, and a model of its own behind a real HTTP server. */
const policy = `name: tests
rules:
  - name: at-once
    when: { finding: { signal: test-post, label: standard-test-post }, post: { language: en } }
    action: remove
    reason: The test post in English is removed.
  - name: to-people
    when: { post: { language: de } }
    action: review
    reason: What is German is looked at.
  - name: sailing
    when: { finding: { signal: "own/*", label: sailing, over: true } }
    action: review
    priority: score
    reason: It is about sailing.
`;

let folder: Folder;
let server: ModelServer;
let scene: Scene;

const declare = (more: object = {}): void =>
  folder.declare('sailor', {
    kind: 'http',
    url: server.url,
    labels,
    timeoutSeconds: 0.4,
    breaker: { failures: 100, seconds: 1 },
    golden: [{ text: 'a boat', scores: { sailing: 0.9 } }],
    ...more,
  });

async function open(settings: Record<string, string> = {}, more: object = {}): Promise<void> {
  folder = new Folder();
  server = await startModelServer(http);
  declare(more);
  writeFileSync(join(folder.path, 'policy.yml'), policy);
  const SANSDELAI_POLICY = join(folder.path, 'policy.yml');
  scene = await openScene({ SANSDELAI_MODELS: folder.path, SANSDELAI_POLICY, ...settings });
  // The golden post.
  server.requests.length = 0;
}
async function close(): Promise<void> {
  await scene.end();
  await server.close();
  folder.remove();
}

const questions = (id: string): Promise<QuestionRow[]> =>
  scene.db.tables<ClassifyRows>().selectFrom('questions').selectAll().where('item', '=', `acme/${id}`).execute();
const closed = (id: string): Promise<QuestionRow> =>
  until(async () => (await questions(id)).find(({ state }) => state !== 'open'), `an end of the question about ${id}`);
/** As the API tells it, with all that is kept of the assessment. */
async function standing(id: string): Promise<Parameters<typeof explained>[0]> {
  const told = await readStanding(scene.runtime, 'acme', id);
  const [assessment] = await readAssessment(scene.db, 'acme', id);
  const [version] = told?.versions ?? [];
  const whole = { ...version!, assessment: { ...version!.assessment!, ...JSON.parse(assessment?.detail ?? '') } };
  return { ...told!, versions: [whole] };
}
const asked = (): string[] =>
  server.requests.flatMap(({ body }) => body.posts.map(({ text }: { text: string }) => text));

describe('in one installation', () => {
  beforeAll(() => open());
  afterAll(close);
  beforeEach(() => {
    server.manner = 'ok';
    server.answering = http;
    server.requests.length = 0;
  });

  test('what is allowed at once goes to people when the model finds something; it is said by what', async () => {
    const id = await scene.post('fr', { text: 'My boat is for sale.' });
    await scene.openCase(id);
    const { cases } = await scene.item(id);
    expect(cases).toMatchObject([{ rule: 'sailing', priority: 0.9, state: 'open' }]);
    expect(JSON.parse(cases[0]?.reasons ?? '')).toEqual([
      'It is about sailing.',
      'sailor gives 0.90 for sailing, over its threshold',
    ]);
    expect(await closed(id)).toMatchObject({
      state: 'answered',
      version: expect.stringMatching(/^sailor@/),
      findings: null,
    });
    const [assessment] = await readAssessment(scene.db, 'acme', id);
    expect(assessment).toMatchObject({ action: 'review', rule: 'sailing' });
    const detail = JSON.parse(assessment?.detail ?? '');
    expect(detail).toMatchObject({
      scores: { sailing: 0.9, other: 0.1 },
      versions: {
        policy: expect.stringMatching(/^tests@/),
        model: expect.any(String),
        signals: {
          'test-post': 'test-post-1',
          'known-text': expect.stringMatching(/banks@0/),
          'text-model': detail.versions.model,
          'own/sailor': expect.stringMatching(/^sailor@[0-9a-f]{12} \(2026-11\)$/),
        },
      },
      asked: [{ signal: 'own/sailor', state: 'answered', findings: expect.any(Array) }],
    });
    const text = explained(await standing(id));
    for (const line of [
      `acme/${id}: in review`,
      /^ {2}review, by rule sailing \(/m,
      /^ {4}because sailor gives 0\.90 for sailing, over its threshold$/m,
      /^ {2}Scores {5}sailing 0\.9000, other 0\.1000$/m,
      /^ {2}Asked {6}own\/sailor \(sailor@[0-9a-f]{12} \(2026-11\)\): answered: sailing 0\.9000, other 0\.1000$/m,
      /^ {4}own\/sailor {2}sailor@/m,
      /^ {4}known-text {2}.*banks@0/m,
      /^ {2}\S+Z {2}\+\d+ ms {2}assessed: review \(sailing\)$/m,
    ])
      expect(text).toMatch(line);
  });

  test('what the model has nothing to say about stays allowed, and keeps what it was made with', async () => {
    const id = await scene.post('fr', { text: 'My car is for sale.' });
    expect(await closed(id)).toMatchObject({ state: 'answered' });
    await scene.quiet();
    expect((await scene.item(id)).cases).toEqual([]);
    const [assessment] = await readAssessment(scene.db, 'acme', id);
    expect(assessment).toMatchObject({ action: 'allow' });
    expect(Object.keys(JSON.parse(assessment?.detail ?? '').versions.signals)).toContain('known-link');
  });

  test('a shadow is counted as it judges with the answer too, beside what is done then', async () => {
    const shadow = async (name: string, text: string): Promise<string> => {
      const { body } = await scene.call('POST', '/v1/policies', { text: text.replace('tests', name), note: name });
      const mover = { by: 'Otto', why: 'the tests' };
      await make(scene.runtime, await planMove(scene.runtime, body.id, 'shadow', mover));
      return body.id;
    };
    const other = await shadow('other', policy.replace('name: sailing', 'name: boats'));
    const none = await shadow('none', policy.slice(0, policy.indexOf('  - name: sailing')));
    const compared = async (id: string) => (await scene.call('GET', `/v1/policies/${id}/comparison`)).body;
    await until(async () => {
      await scene.quiet();
      await scene.post('en', { text: 'A car.' });
      return (await compared(other)).posts > 0 && (await compared(none)).posts > 0;
    }, 'the shadows');

    const ids = [await scene.post('fr', { text: 'My boat is for sale.' })];
    expect(await closed(ids[0]!)).toMatchObject({ state: 'answered', beside: null });
    server.manner = 'slow';
    ids.push(await scene.post('fr', { text: 'A boat of nobody.' }));
    expect(await closed(ids[1]!)).toMatchObject({ state: 'unanswered', beside: null });
    const live = { action: 'review', rule: 'sailing' };
    const allowed = { action: 'allow', rule: 'no-rule' };
    const inFrench = async (id: string) =>
      (await compared(id)).counts.filter(({ language }: { language: string }) => language === 'fr');
    expect(await inFrench(other)).toEqual([
      { language: 'fr', live, shadow: { action: 'review', rule: 'boats' }, posts: 2 },
    ]);
    expect(await inFrench(none)).toEqual([{ language: 'fr', live, shadow: allowed, posts: 2 }]);
    const examples = async (id: string) => (await scene.call('GET', `/v1/policies/${id}/examples`)).body.examples;
    expect((await examples(none)).map(({ id }: { id: string }) => id).sort()).toEqual([...ids].sort());
    expect(await examples(other)).toEqual([]);
    for (const id of [other, none])
      await make(scene.runtime, await planMove(scene.runtime, id, 'retired', { by: 'Otto', why: 'done' }));
  });

  test('a model that does not answer holds up nothing, and people look at what it could have found', async () => {
    server.manner = 'slow';
    const slow = await scene.post('fr', { text: 'A boat.' });
    await until(() => server.requests.length > 0, 'the model to be asked');
    const removed = await scene.post('en');
    await scene.stands(removed, 'gone', 'gone');
    await scene.openCase(slow);
    // Twice: in its batch, then by itself.
    expect(server.requests).toHaveLength(2);
    const { cases } = await scene.item(slow);
    expect(JSON.parse(cases[0]?.reasons ?? '')).toEqual([
      'own/sailor gave no answer (model sailor: no whole answer within 400 ms), which by rule sailing could have mattered: It is about sailing.',
    ]);
    expect(await closed(slow)).toMatchObject({ state: 'unanswered', attempts: 1 });
    expect((await scene.item(slow)).removal).toBeUndefined();
  });

  test('one post that breaks a batch takes nobody along', async () => {
    server.answering = (path, body, wrong) => {
      const answer = http(path, body, wrong) as { posts: unknown[] };
      return JSON.stringify(body).includes('poison') ? { posts: [] } : answer;
    };
    server.hold();
    const [good, bad, fine] = [
      await scene.post('fr', { text: 'A boat.' }),
      await scene.post('fr', { text: 'poison' }),
      await scene.post('fr', { text: 'A car.' }),
    ];
    server.release();
    await scene.openCase(good);
    expect((await scene.item(good)).cases[0]?.rule).toBe('sailing');
    expect(await closed(bad)).toMatchObject({ state: 'unanswered' });
    expect(await closed(fine)).toMatchObject({ state: 'answered' });
    await scene.openCase(bad);
  });

  test('a newer version makes the question about the older moot', async () => {
    server.manner = 'slow';
    const id = await scene.post('fr', { text: 'A boat.' });
    await until(() => server.requests.length > 0, 'the model to be asked');
    await scene.sendVersion(id, 2, 'fr', { text: 'A car.' });
    server.manner = 'ok';
    await until(
      async () => (await questions(id)).length === 2 && (await questions(id)).every(({ next_at }) => next_at === null),
      'both',
    );
    expect((await questions(id)).map(({ key, state }) => [key.split('/')[1], state]).sort()).toEqual([
      ['1', 'moot'],
      ['2', 'answered'],
    ]);
    await scene.quiet();
    expect((await scene.item(id)).cases).toEqual([]);
  });

  test('a question outlives the process', async () => {
    server.hold();
    const id = await scene.post('fr', { text: 'A boat.' });
    await until(() => server.requests.length > 0, 'the model to be asked');
    // As a process that died leaves it: asked, under a lease, without an answer.
    await until(async () => (await questions(id))[0]?.attempts === 1, 'the first try to fail');
    const query = scene.db
      .tables<ClassifyRows>()
      .updateTable('questions')
      .set({ attempts: 0, next_at: 0, lease_until: scene.time.now() + 60_000 });
    await scene.db.commit([{ query }]);
    server.release();
    await scene.quiet();
    expect(await questions(id)).toMatchObject([{ state: 'open' }]);
    scene.time.forward(61_000);
    await scene.openCase(id);
    expect(await questions(id)).toMatchObject([{ state: 'answered' }]);
  });
});

describe('in an installation each', () => {
  afterEach(close);

  test('it is asked only where its answer could change what is done', async () => {
    await open();
    const removed = await scene.post('en');
    const looked = await scene.post('de', { text: 'A boat, in German.' });
    await scene.stands(removed, 'gone', 'gone');
    await scene.openCase(looked);
    const other = await scene.post('fr', { text: 'My car.' });
    await closed(other);
    expect(asked()).toEqual(['My car.']);
    expect([...(await questions(removed)), ...(await questions(looked))]).toEqual([]);
    const metrics = await (await fetch(`${scene.url}/metrics`)).text();
    for (const line of [
      'classify_posts_total{tier="cheap"} 3',
      'classify_posts_total{tier="remote"} 1',
      'classify_questions_total{signal="own/sailor",result="answered"} 1',
    ])
      expect(metrics).toContain(line);
  });

  test('an open circuit: nothing is called, people look at once', async () => {
    await open({}, { breaker: { failures: 1, seconds: 3600 } });
    server.manner = 'fails';
    const first = await scene.post('fr', { text: 'A boat.' });
    await scene.openCase(first);
    const calls = server.requests.length;
    const second = await scene.post('fr', { text: 'Another boat.' });
    await scene.openCase(second);
    expect(server.requests).toHaveLength(calls);
    expect((await scene.call('GET', '/v1/models', undefined, { authorization: '' })).status).toBe(401);
    expect((await scene.call('GET', '/v1/models')).body).toMatchObject({
      models: [{ name: 'sailor', state: 'absent', circuit: 'open' }],
    });
  });

  test('a budget by the minute: what is beyond goes to people, and says so', async () => {
    await open({}, { perMinute: 1 });
    const ids = [await scene.post('fr', { text: 'A car.' }), await scene.post('fr', { text: 'A bus.' })];
    const ends = await Promise.all(ids.map(closed));
    // A minute may have turned between them.
    const unanswered = ids.filter((_, n) => ends[n]?.state === 'unanswered');
    expect(asked().length + unanswered.length).toBe(2);
    if (new Date(ends[0]!.asked_at).getMinutes() === new Date(ends[1]!.answered_at!).getMinutes())
      expect(unanswered).toHaveLength(1);
    for (const id of unanswered) {
      await scene.openCase(id);
      expect((await scene.item(id)).cases[0]?.reasons).toContain('its budget of 1 posts a minute is used up');
    }
  });

  test('the setting is the budget of a model that names none', async () => {
    await open({ CLASSIFY_PER_MINUTE: '1' });
    const ids = await Promise.all([1, 2, 3].map(n => scene.post('fr', { text: `Car ${n}.` })));
    const ends = await Promise.all(ids.map(closed));
    expect(ends.filter(({ state }) => state === 'unanswered').length).toBeGreaterThan(0);
  });

  test('what nobody serves any more goes to people when it has waited long enough', async () => {
    await open();
    folder.take('sailor.yaml');
    await until(async () => (await scene.call('GET', '/v1/models')).body.models.length === 0, 'the model to be gone');
    const id = await scene.post('fr', { text: 'A boat.' });
    await until(async () => (await readAssessment(scene.db, 'acme', id)).length > 0, 'the assessment');
    expect(await questions(id)).toEqual([]);
    // As if it had been put while there was a model.
    const row: QuestionRow = {
      key: `acme/1/${id}`,
      signal: 'own/gone',
      item: `acme/${id}`,
      rule: 'sailing',
      findings: '[]',
      asked_at: scene.time.now(),
      next_at: scene.time.now(),
      lease_until: 0,
      attempts: 0,
      state: 'open',
      answer: null,
      version: null,
      answered_at: null,
      beside: null,
    };
    await scene.db.commit([{ query: scene.db.tables<ClassifyRows>().insertInto('questions').values(row) }]);
    scene.time.forward(6 * 60_000);
    await scene.openCase(id);
    expect((await scene.item(id)).cases[0]?.reasons).toContain('own/gone gave no answer (not within 300 s)');
  });
});

withServers(['kafka', 'postgres'], 'on PostgreSQL and Kafka', () => {
  beforeAll(async () => {
    const { brokers } = await startKafka();
    const DATABASE_URL = await freshDatabase();
    await open({ DATABASE_URL, KAFKA_BROKERS: brokers.join(), KAFKA_TOPIC_PREFIX: freshTopicPrefix() });
  }, 120_000);
  afterAll(close);

  test('questions are put and answered, each once', async () => {
    const ids = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(n => scene.post('fr', { text: n % 2 ? `A boat ${n}.` : `Car ${n}.` })),
    );
    const ends = await Promise.all(ids.map(closed));
    expect(ends.map(({ state }) => state)).toEqual(ids.map(() => 'answered'));
    expect(asked().sort()).toEqual([1, 2, 3, 4, 5, 6].map(n => (n % 2 ? `A boat ${n}.` : `Car ${n}.`)).sort());
    for (const [n, id] of ids.entries()) if (n % 2 === 0) await scene.openCase(id);
    await scene.quiet();
    for (const [n, id] of ids.entries()) expect((await scene.item(id)).cases).toHaveLength(n % 2 === 0 ? 1 : 0);
    const [assessment] = await readAssessment(scene.db, 'acme', ids[0]!);
    expect(JSON.parse(assessment?.detail ?? '').versions.signals).toHaveProperty('own/sailor');
  });
});
