import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { addKey } from '../../services/accounts/index.js';
import { calls } from '../../services/console/api/openapi/calls.js';
import { importRegister, readRegister } from '../../services/orders/register.js';
import type { OrderRows } from '../../services/orders/tables.js';
import { newFolder } from '../ingest/installation.js';
import { until } from '../until.js';
import { type Body, openScene, type Scene } from './running.js';

let scene: Scene;
const inbox = newFolder();
const outbox = newFolder();
beforeAll(async () => {
  scene = await openScene(
    {},
    {
      yaml: `inbox: ${inbox}\noutbox: ${outbox}\nclientCertificateHeader: x-client-certificate-sha256\nthreats:\n  authorities:\n    FR: { name: The French, contact: fr@example.org }\n  europol: { name: Europol, contact: life@example.org }\n`,
    },
  );
});
afterAll(() => scene.end());

const minutesAgo = (n: number) => new Date(scene.time.now() - n * 60_000).toISOString();
const enter = (order: object, more: object = {}) =>
  scene.call('POST', '/v1/removal-orders', { order, receivedAt: minutesAgo(10), ...more });
const say = (id: string, event: object) => scene.call('POST', `/v1/removal-orders/${id}/events`, event);
const clock = (obligation: string, subject: string) =>
  scene.db
    .tables<{ clocks: { obligation: string; subject: string; state: string; due_at: number | null } }>()
    .selectFrom('clocks')
    .selectAll()
    .where('obligation', '=', obligation)
    .where('subject', '=', subject)
    .executeTakeFirst();

test('what came as a letter: true time of receipt, a file that is kept and never opened, a decision, an answer', async () => {
  const id = await scene.post();
  const bomb = Buffer.from('PK\u0003\u0004 not really a file of any kind');
  const { status, body } = await enter(scene.order(id), {
    file: { name: 'order.zip', type: 'application/zip', content: bomb.toString('base64') },
  });
  expect({ status, phase: body.phase, doubts: body.doubts }).toEqual({
    status: 202,
    phase: 'deciding',
    doubts: ['authority', 'signature'],
  });
  expect(scene.time.now() - Date.parse(body.receivedAt)).toBeGreaterThanOrEqual(600_000);
  const { body: shown } = await scene.call('GET', `/v1/removal-orders/${body.id}`);
  expect(shown.files).toMatchObject([
    { name: 'order.zip', bytes: bomb.length, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
  ]);
  const file = await fetch(`${scene.runtime.url}/v1/removal-orders/${body.id}/files/${shown.files[0].id}`, {
    headers: { authorization: `Bearer ${scene.adminKey}` },
  });
  expect(file.headers.get('content-type')).toBe('application/octet-stream');
  expect(file.headers.get('content-disposition')).toContain('attachment');
  expect(Buffer.from(await file.arrayBuffer())).toEqual(bomb);

  expect(
    await say(body.id, {
      type: 'hold',
      ground: 'impossibility',
      explanation: 'The platform does not answer us today.',
    }),
  ).toMatchObject({
    status: 422,
    body: { errors: [{ path: 'notAnOutageAlone' }] },
  });
  const held = await say(body.id, {
    type: 'hold',
    ground: 'insufficient-information',
    explanation: 'The address leads to a list of many posts: which of them?',
  });
  expect(held.body).toMatchObject({ phase: 'unclear', forms: [{ form: 'III' }] });
  await until(async () => (await clock('tco-removal', body.id))?.state === 'suspended', 'the clock to stand');
  await until(async () => (await clock('tco-inability', `${body.id}/1`))?.state === 'stopped', 'Annex III to be sent');
  const answered = readdirSync(outbox).filter(name => name.startsWith('annex-III'));
  expect(answered.map(name => name.replace(/.*\./, '')).sort()).toEqual(['json', 'pdf']);
  const pdf = answered.find(name => name.endsWith('.pdf')) ?? '';
  expect(readFileSync(join(outbox, pdf)).subarray(0, 5).toString()).toBe('%PDF-');
  await say(body.id, { type: 'release', note: 'they named the first' });
  const executing = await say(body.id, { type: 'execute' });
  expect(executing.body.phase).toBe('executing');
  await scene.phase(body.id, 'executed');
  const feedback = await scene.call('GET', `/v1/removal-orders/${body.id}/feedback`);
  expect(feedback.body.forms).toMatchObject([
    { form: 'III', inability: { article: '3(8)' } },
    { form: 'II', measure: { items: [{ outcome: 'gone' }] } },
  ]);
  expect(await say(body.id, { type: 'refuse', note: 'no' })).toMatchObject({ status: 409 });
});

test('a time of receipt in the future, a name that is a path, five megabytes and more: answered and written down', async () => {
  const id = await scene.post();
  const count = async () =>
    (await scene.db.tables<OrderRows>().selectFrom('order_attempts').selectAll().execute()).length;
  const before = await count();
  const file = { name: 'a.pdf', type: 'application/pdf', content: 'AAAA' };
  expect(await enter(scene.order(id), { receivedAt: '2199-01-01T00:00:00Z' })).toMatchObject({ status: 422 });
  expect(await enter(scene.order(id), { file: { ...file, name: '../a.pdf' } })).toMatchObject({ status: 422 });
  expect(await enter(scene.order(id), { file: { ...file, content: 'A'.repeat(7_500_000) } })).toMatchObject({
    status: 422,
  });
  expect(await enter(scene.order(id), { file: { ...file, content: 'A'.repeat(9_000_000) } })).toMatchObject({
    status: 413,
  });
  expect(await count()).toBe(before + 4);
});

test('a person names the post that an address is not found by', async () => {
  const id = await scene.post();
  const order = scene.order(id, { items: [{ url: `https://old.example/${id}` }] });
  const { body } = await enter(order);
  expect(await say(body.id, { type: 'execute' })).toMatchObject({
    status: 409,
    body: { detail: expect.stringContaining('Item 1') },
  });
  expect(await say(body.id, { type: 'item-named', n: 1, target: { platform: 'acme', post: 'nobody' } })).toMatchObject({
    status: 422,
  });
  await say(body.id, { type: 'item-named', n: 1, target: { platform: 'acme', post: id }, moved: true });
  await say(body.id, { type: 'execute' });
  const done = await scene.phase(body.id, 'executed');
  expect(done.items).toMatchObject([{ phase: 'gone', moved: true, target: { postId: id } }]);
  expect(done.takenBy).toBe('commands on this machine');
});

test('far more orders than usual wait until a person confirms them once', async () => {
  scene.writeRegister({ usualOrdersADay: 1 });
  await importRegister(scene.runtime, join(scene.folder, 'register.json'));
  const ids = [];
  for (let i = 0; i < 14; i++) ids.push(await scene.post());
  const answers = await Promise.all(ids.map(id => scene.send(scene.order(id))));
  const waiting = answers.filter(({ body }) => body.doubts.includes('volume')).map(({ body }) => body.id as string);
  expect(waiting.length).toBeGreaterThanOrEqual(4);
  expect(await scene.call('POST', '/v1/authorities/nobody/confirm', {})).toMatchObject({ status: 404 });
  expect(await scene.call('POST', '/v1/authorities/fr-one/confirm', {})).toMatchObject({ status: 202 });
  for (const id of waiting) await scene.phase(id, 'executed');
});

test('a client certificate counts where the settings name its header', async () => {
  const id = await scene.post();
  const send = (print: string) =>
    scene.call('POST', '/v1/removal-orders', scene.order(id), {
      'x-client-certificate-sha256': print,
      authorization: '',
    });
  expect((await send('cd'.repeat(32))).status).toBe(403);
  expect(await send('ab'.repeat(32))).toMatchObject({ status: 202, body: { authority: 'fr-cert', doubts: [] } });
});

test('orders in a folder: signed or not, each once, with an answer beside it', async () => {
  const id = await scene.post();
  mkdirSync(inbox, { recursive: true });
  const put = (name: string, content: string) => {
    writeFileSync(join(inbox, name), content);
    const at = new Date(Date.now() - 120_000);
    utimesSync(join(inbox, name), at, at);
  };
  put('one.json', JSON.stringify(scene.order(id)));
  put('two.json', '{"instrument":');
  put('three.jws', 'no.jws.atall');
  await until(
    () => readdirSync(inbox).filter(name => /\.(json|jws)$/.test(name)).length === 0,
    'the folder to be empty',
  );
  expect(readdirSync(join(inbox, 'done')).sort()).toEqual(['one.json', 'one.json.answer.json']);
  expect(
    readdirSync(join(inbox, 'refused'))
      .filter(name => !name.endsWith('answer.json'))
      .sort(),
  ).toEqual(['three.jws', 'two.json']);
  const { orders } = (await scene.call('GET', '/v1/removal-orders?limit=200')).body as Body;
  const taken = orders.filter((one: Body) => one.route === 'folder');
  expect(taken).toMatchObject([{ phase: 'deciding' }]);
  expect(scene.time.now() - Date.parse(taken[0].receivedAt)).toBeGreaterThan(110_000);
});

test('a threat to life: the right addressee, a clock of its own, and a receipt that ends it', async () => {
  const id = await scene.post();
  const report = (more: object) =>
    scene.call('POST', '/v1/threats', { platform: 'acme', post: id, why: 'He names a school and tomorrow.', ...more });
  const { status, body } = await report({ states: ['FR'] });
  expect({ status, tell: body.tell }).toEqual({
    status: 201,
    tell: [{ who: 'State FR', name: 'The French', contact: 'fr@example.org' }],
  });
  expect((await report({ states: ['FR'] })).body.id).toBe(body.id);
  await until(async () => (await clock('threat-to-life', body.id))?.state === 'running', 'the clock');
  expect(await scene.call('POST', `/v1/threats/${body.id}/told`, { receipt: '' })).toMatchObject({ status: 422 });
  expect(await scene.call('POST', `/v1/threats/${body.id}/told`, { receipt: 'reference 12' })).toMatchObject({
    status: 201,
  });
  await until(async () => (await clock('threat-to-life', body.id))?.state === 'stopped', 'the clock to stop');
  expect(await scene.call('POST', `/v1/threats/${body.id}/told`, { receipt: 'again' })).toMatchObject({ status: 409 });
  const unknown = await report({});
  expect(unknown.body.tell.map((one: Body) => one.who)).toEqual(['home State DE', 'Europol']);
});

test('what each may do: writing is not deciding, and reading is not either', async () => {
  const id = await scene.post();
  const { body } = await scene.send(scene.order(id, { redress: undefined }));
  await scene.db.commit([addKey(scene.runtime, 'a-key-that-only-reads', 'reads', 'reader', ['orders:read'])]);
  const as = { authorization: 'Bearer a-key-that-only-reads' };
  expect((await scene.call('GET', `/v1/removal-orders/${body.id}`, undefined, as)).status).toBe(200);
  expect((await scene.call('POST', `/v1/removal-orders/${body.id}/events`, { type: 'execute' }, as)).status).toBe(403);
  expect((await scene.call('POST', '/v1/removal-orders', {}, as)).status).toBe(403);
});

test('a register with a private key, or two keys of one name, is refused as a whole', () => {
  const folder = newFolder();
  const write = (entries: unknown) => {
    writeFileSync(join(folder, 'r.json'), JSON.stringify(entries));
    return join(folder, 'r.json');
  };
  const one = {
    id: 'a',
    name: 'A',
    state: 'FR',
    instruments: ['tco'],
    keys: [{ kid: 'k', kty: 'OKP', crv: 'Ed25519', x: 'x' }],
  };
  expect(readRegister(write([one]))).toHaveLength(1);
  expect(() => readRegister(write([one, { ...one, id: 'b' }]))).toThrow(/two keys/);
  expect(() => readRegister(write([{ ...one, keys: [{ ...one.keys[0], d: 'secret' }] }]))).toThrow(/private/);
  expect(() => readRegister(write([{ ...one, state: 'US' }]))).toThrow(/state/);
});

test('what the calls answer is what is described of them', async () => {
  const described = async (method: 'get' | 'post', template: string, path: string, body?: object) => {
    const answer = await scene.call(method.toUpperCase(), path, body);
    const call = calls.find(one => one.method === method && one.path === template);
    const schema = call?.answers[answer.status]?.body?.['application/json'] as z.ZodType;
    expect([template, schema.parse(answer.body)]).toEqual([template, answer.body]);
    return answer.body as Body;
  };
  const id = await scene.post();
  const order = {
    order: scene.order(id, { nonDisclosure: { until: '2199-01-01T00:00:00Z' } }),
    receivedAt: minutesAgo(1),
  };
  const taken = await described('post', '/v1/removal-orders', '/v1/removal-orders', order);
  await described('post', '/v1/removal-orders', '/v1/removal-orders', order);
  const one = `/v1/removal-orders/${taken.id}`;
  const hold = { type: 'hold', ground: 'manifest-errors', explanation: 'It names two different addresses as one.' };
  await described('post', '/v1/removal-orders/{id}/events', `${one}/events`, hold);
  await described('post', '/v1/removal-orders/{id}/events', `${one}/events`, { type: 'execute' });
  await scene.phase(taken.id, 'executed');
  await described('get', '/v1/removal-orders/{id}', one);
  await described('get', '/v1/removal-orders/{id}/feedback', `${one}/feedback`);
  await described('get', '/v1/removal-orders', '/v1/removal-orders');
  await described('get', '/v1/authorities', '/v1/authorities');
  await described('post', '/v1/authorities/{id}/confirm', '/v1/authorities/fr-one/confirm', {});
  const threat = await described('post', '/v1/threats', '/v1/threats', { platform: 'acme', post: id, why: 'because' });
  await described('post', '/v1/threats/{id}/told', `/v1/threats/${threat.id}/told`, { receipt: 'r' });
  await described('get', '/v1/threats', '/v1/threats');
  await described('get', '/v1/obligations', '/v1/obligations');
  await described('get', '/v1/clocks', '/v1/clocks');
});
