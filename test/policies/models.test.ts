import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAssessment } from '../../services/classify/index.js';
import { besideRule } from '../../services/classify/later/beside.js';
import { questionsTable } from '../../services/classify/tables.js';
import { type ModelForce, makeModelMove, planModelMove, standingOf } from '../../services/policies/index.js';
import { modelMoved, modelRolledBack } from '../../services/policies/models.js';
import { Folder, http, labels, type ModelServer, startModelServer } from '../classify/own-models.js';
import { openScene, type Scene } from '../enforce/setup.js';
import { until } from '../until.js';

/** A model that could take the place of another: asked beside it, compared, promoted, rolled back. */
const policy = `name: tests
rules:
  - name: sailing
    when: { finding: { signal: "own/*", label: sailing, over: true } }
    action: review
    priority: score
    reason: It is about sailing.
`;

let folder: Folder;
let server: ModelServer;
let scene: Scene;
const declare = (name: string, more: object): void =>
  folder.declare(name, {
    kind: 'http',
    url: server.url,
    labels,
    golden: [{ text: 'a boat', scores: { sailing: 0.9 } }],
    ...more,
  });

beforeAll(async () => {
  folder = new Folder();
  server = await startModelServer(http);
  declare('sailor', {});
  // The same scores, and a threshold above them: what differs is what follows.
  declare('next', { instead: 'sailor', labels: { ...labels, sailing: { threshold: 0.95 } } });
  writeFileSync(join(folder.path, 'policy.yml'), policy);
  scene = await openScene({
    SANSDELAI_MODELS: folder.path,
    SANSDELAI_POLICY: join(folder.path, 'policy.yml'),
    CLASSIFY_PATIENCE: '2s',
  });
});
afterAll(async () => {
  await scene?.end();
  await server?.close();
  folder?.remove();
});

const models = async () => (await scene.call('GET', '/v1/models')).body.models;
const asked = async (id: string) => {
  const [row] = await readAssessment(scene.db, 'acme', id);
  return row && { action: row.action, ...JSON.parse(row.detail) };
};
/** What was made of a new post about boats, once every model that was asked about it has answered. */
const post = async (signals: readonly string[]) => {
  const id = await scene.post('pt', { text: 'My boat is for sale.' });
  return until(async () => {
    const row = await asked(id);
    const answered = row?.asked?.filter(({ state }: { state: string }) => state === 'answered');
    return answered?.length === signals.length ? row : undefined;
  }, `the answers of ${signals}`);
};

test('a draft is asked nothing; in shadow it is asked and compared, and no rule sees it; promoted it speaks; rolled back it is silent', async () => {
  expect(await models()).toMatchObject([
    { name: 'next', instead: 'sailor', standing: 'draft', state: 'live' },
    { name: 'sailor', standing: 'live', state: 'live' },
  ]);
  expect(await post(['own/sailor'])).toMatchObject({ action: 'review', asked: [{ signal: 'own/sailor' }] });
  expect((await scene.call('POST', '/v1/models/sailor/shadow', { why: 'x' })).status).toBe(409);
  expect((await scene.call('POST', '/v1/models/other/shadow', { why: 'x' })).status).toBe(404);

  const shadow = await scene.call('POST', '/v1/models/next/shadow', { why: 'to see' });
  expect([shadow.status, shadow.body.standing]).toEqual([200, 'shadow']);
  const compared = await until(async () => {
    const id = await scene.post('pt', { text: 'My boat is for sale.' });
    await scene.openCase(id);
    const { body } = await scene.call('GET', '/v1/models/next/comparison');
    return body.differing > 0 ? body : undefined;
  }, 'the comparison');
  expect(compared.counts).toContainEqual({
    language: 'pt',
    label: 'sailing',
    live: true,
    shadow: false,
    posts: compared.differing,
  });
  const beside = await post(['own/next', 'own/sailor']);
  expect(beside.action).toBe('review');
  expect(beside.asked).toMatchObject([{ signal: 'own/next', rule: '(shadow)' }, { signal: 'own/sailor' }]);
  expect(beside.findings.map(({ signal }: { signal: string }) => signal)).toEqual(['own/sailor']);
  expect(Object.keys(beside.versions.signals)).not.toContain('own/next');

  const version = (await models())[0].version;
  const change = await planModelMove(scene.runtime, { name: 'next', instead: 'sailor', version }, 'live', {
    by: 'Otto',
    why: 'fewer false alarms',
  });
  await makeModelMove(scene.runtime, change);
  await until(async () => {
    const made = await post(['own/sailor']);
    return made.action === 'allow';
  }, 'the other model to speak');
  expect(await models()).toMatchObject([{ standing: 'live' }, { name: 'sailor', standing: 'retired' }]);

  const back = await scene.call('POST', '/v1/models/next/roll-back', { why: 'too many misses' });
  expect(back.body).toMatchObject({
    standing: 'draft',
    history: [{ to: 'shadow' }, { to: 'live' }, { to: 'draft' }],
  });
  await until(async () => (await post(['own/sailor'])).action === 'review', 'the first model to speak again');
});

test('a question to a shadow that nobody answers leads nobody to look', async () => {
  const id = await scene.post('pt', { text: 'Nothing of that.' });
  await until(async () => (await asked(id)) !== undefined, 'its assessment');
  const at = scene.time.now() - 60_000;
  const question = { key: `acme/1/${id}`, signal: 'own/gone', item: `acme/${id}`, rule: besideRule, findings: '[]' };
  const times = { asked_at: at, next_at: at, lease_until: 0, attempts: 0, answered_at: null };
  const row = { ...question, ...times, state: 'open', answer: null, version: null };
  await scene.db.commit([scene.db.insert(questionsTable, [row])]);
  const ended = async () =>
    (await asked(id))?.asked?.find(
      ({ signal, state }: { signal: string; state: string }) => signal === 'own/gone' && state !== 'open',
    );
  expect(await until(ended, 'the end of the question')).toMatchObject({ state: 'unanswered' });
  expect((await asked(id))?.action).toBe('allow');
  expect((await scene.item(id)).cases).toEqual([]);
});

test('moves of models: three in shadow at the most, and back through all that spoke before', () => {
  let force: ModelForce = { revision: 0, slots: {} };
  const model = (name: string) => ({ name, instead: 'a' });
  const move = (name: string, to: 'draft' | 'shadow' | 'live') => {
    const next = modelMoved(force, model(name), to);
    if (next) force = next;
    return next !== undefined;
  };
  expect(['b', 'c', 'd', 'e'].map(name => move(name, 'shadow'))).toEqual([true, true, true, false]);
  expect(move('b', 'live')).toBe(true);
  expect(move('b', 'shadow')).toBe(false);
  expect(move('e', 'shadow')).toBe(true);
  expect(move('c', 'live')).toBe(true);
  const standings = () => ['b', 'c', 'd'].map(name => standingOf(force, model(name)));
  expect([standingOf(force, { name: 'a' }), ...standings()]).toEqual(['retired', 'retired', 'live', 'shadow']);
  force = modelRolledBack(force, 'a')!;
  expect(standings()).toEqual(['live', 'draft', 'shadow']);
  force = modelRolledBack(force, 'a')!;
  expect(standingOf(force, { name: 'a' })).toBe('live');
  expect(modelRolledBack(force, 'a')).toBeUndefined();
  expect(force.revision).toBe(8);
});
