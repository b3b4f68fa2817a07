import {
  commitDetail,
  commitOpening,
  hashLeaf,
  parseNote,
  parseVerifier,
  signedBy,
  unpackEntries,
} from '../../services/ledger/log/index.js';
import type { LedgerRows } from '../../services/ledger/tables.js';
import { sha256 } from '../../services/orders/intake.js';
import type { OrderRows } from '../../services/orders/tables.js';
import { until } from '../until.js';
import { openScene, type Scene } from './running.js';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.end());

const clock = (obligation: string, subject: string) =>
  scene.db
    .tables<{
      clocks: Record<string, string | number | null> & { obligation: string; subject: string; state: string };
    }>()
    .selectFrom('clocks')
    .selectAll()
    .where('obligation', '=', obligation)
    .where('subject', '=', subject)
    .executeTakeFirst();
const base = () => scene.runtime.url;
const attempts = () =>
  scene.db.tables<OrderRows>().selectFrom('order_attempts').selectAll().orderBy('at', 'desc').execute();

test('a signed order is executed, seen gone and answered without a person, and its promise is kept', async () => {
  const id = await scene.post();
  const { status, body } = await scene.send(scene.order(id));
  expect({ status, phase: body.phase, doubts: body.doubts }).toEqual({ status: 202, phase: 'executing', doubts: [] });
  expect(body).toMatchObject({ automatic: true, findings: [], notice: 'missing', route: 'api' });
  expect(Date.parse(body.dueAt) - Date.parse(body.receivedAt)).toBe(3600_000);

  const done = await scene.phase(body.id, 'executed');
  expect(scene.platform.pages.get(id)?.removed).toBe(true);
  expect(done.items).toMatchObject([{ phase: 'gone', evidence: 'seen gone from here' }]);
  // The desk sees it at once, with the 48 hours and the court.
  expect(done.cases.map((one: { about: string }) => one.about).sort()).toEqual(['executed', 'scrutiny']);
  expect(Date.parse(done.scrutinyRequestDueAt) - Date.parse(body.receivedAt)).toBe(48 * 3600_000);
  expect(done.redress).toMatchObject({ court: 'Paris' });

  const answer = await until(
    () => scene.box.taken.find(({ form }) => (form.references as { provider: string }).provider === body.id),
    'Annex II',
  );
  expect(answer.form).toMatchObject({
    form: 'II',
    template: '2021/784',
    number: `${body.id}/1`,
    addressee: { name: 'Acme', homeState: 'DE' },
    authority: { name: 'One', issuingState: 'FR', contact: 'one@example.org' },
    receivedAt: body.receivedAt,
    measure: {
      kind: 'disabled',
      where: 'all Member States',
      items: [{ n: 1, url: scene.address(id), outcome: 'gone' }],
    },
  });
  await until(async () => (await clock('tco-feedback', body.id))?.state === 'stopped', 'the feedback clock');
  expect(await clock('tco-removal', body.id)).toMatchObject({ state: 'stopped', late: 0, route: 'api' });
  const { file, ...values } = answer.form as { file: Record<string, string> };
  expect((await scene.call('GET', `/v1/removal-orders/${body.id}/feedback`)).body.forms).toEqual([values]);

  // The form goes out as a PDF too, in the order's language, and can be had again in others.
  const sent = Buffer.from(file.content ?? '', 'base64');
  expect(file).toMatchObject({ type: 'application/pdf', language: 'en', sha256: sha256(sent) });
  const path = `/v1/removal-orders/${body.id}`;
  const get = (what: string) =>
    fetch(`${base()}${path}/${what}`, { headers: { authorization: `Bearer ${scene.adminKey}` } });
  expect(Buffer.from(await (await get('forms/1.pdf')).arrayBuffer()).equals(sent)).toBe(true);
  const german = await scene.call('GET', `${path}/forms/1.json?language=de`);
  expect(german.body).toMatchObject({ language: 'de', annex: 'Anhang II' });
  expect(JSON.stringify(german.body)).not.toMatch(/seen gone/);
  const shown = await get('order.pdf?language=fr');
  expect({ status: shown.status, type: shown.headers.get('content-type') }).toEqual({
    status: 200,
    type: 'application/pdf',
  });
  expect((await scene.call('GET', `${path}/order.json`)).body).toMatchObject({ annex: 'Annex I', language: 'en' });
  for (const none of ['forms/2.pdf', 'forms/0.pdf', 'forms/1.doc', 'order.txt', 'forms/1.pdf/x'])
    expect((await get(none)).status).toBe(404);
  expect((await get('forms/1.pdf?language=fi')).status).toBe(422);
  expect((await fetch(`${base()}${path}/forms/1.pdf`)).status).toBe(401);

  // What the authority holds leads to the entry in the public log.
  const { promise, entry, salt, opening, detail, detailSalt } = body.acknowledgement;
  expect(commitOpening(Buffer.from(salt, 'base64url'), opening).toString('base64')).toBe(entry);
  expect(commitDetail(Buffer.from(detailSalt, 'base64url'), detail)).toBe(opening.detail);
  expect(detail).toMatchObject({ happened: 'received', order: body.id, authority: 'fr-one' });
  expect(JSON.stringify(detail)).not.toContain(id);
  const keys = await (await fetch(`${base()}/v1/ledger/keys`)).text();
  const note = parseNote(promise);
  expect(signedBy(note, parseVerifier(keys.split('\n')[0] ?? ''))).toBeDefined();
  expect(note.text.split('\n').slice(1, 3)).toEqual(['promise', entry]);
  const size = (await scene.db.tables<LedgerRows>().selectFrom('ledger_state').select('size').executeTakeFirstOrThrow())
    .size;
  const bundle = await fetch(`${base()}/v1/ledger/tile/entries/000.p/${size}`);
  const leaves = unpackEntries(Buffer.from(await bundle.arrayBuffer())).map(leaf => hashLeaf(leaf).toString('hex'));
  expect(leaves.filter(leaf => leaf === hashLeaf(Buffer.from(entry, 'base64')).toString('hex'))).toHaveLength(1);
  // The clock's end is entered under the name that was promised.
  const removal = opening.moves.find((move: { obligation: string }) => move.obligation === 'tco-removal');
  const entries = await scene.db.tables<LedgerRows>().selectFrom('ledger_entries').select('opening').execute();
  const moves = entries.flatMap(row => JSON.parse(row.opening).moves as { clock: string; kind: string }[]);
  expect(moves.filter(move => move.clock === removal.clock).map(move => move.kind)).toEqual(['start', 'stop']);
});

test('the same order again is the order that is there, and tells what was answered', async () => {
  const id = await scene.post();
  const order = scene.order(id);
  const first = await scene.send(order);
  await scene.phase(first.body.id, 'executed');
  const again = await scene.send(order);
  expect(again).toMatchObject({ status: 200, body: { id: first.body.id, phase: 'executed', forms: [{ form: 'II' }] } });
  expect(again.body.acknowledgement).toEqual(first.body.acknowledgement);
  const changed = await scene.send({ ...order, reasons: 'Other reasons, which are as long as they have to be.' });
  expect(changed).toMatchObject({ status: 409, body: { order: first.body.id } });
});

test('a person can not bring back what an order took down; its end does', async () => {
  const id = await scene.post();
  const { body } = await scene.send(scene.order(id));
  await scene.phase(body.id, 'executed');
  const ended = await scene.call('POST', `/v1/removal-orders/${body.id}/events`, {
    type: 'annulled',
    note: 'judgment 4',
  });
  expect(ended).toMatchObject({ status: 201, body: { phase: 'lifted', finality: 'annulled' } });
  await scene.phase(body.id, 'ended');
  expect(scene.platform.pages.get(id)?.removed).toBe(false);
  await until(async () => (await clock('tco-reinstatement', body.id))?.state === 'stopped', 'the reinstatement clock');
});

test('two orders for one post: it comes back with the last of them', async () => {
  const id = await scene.post();
  const first = await scene.send(scene.order(id));
  await scene.phase(first.body.id, 'executed');
  const second = await scene.send(scene.order(id));
  const done = await scene.phase(second.body.id, 'executed');
  expect(done.items).toMatchObject([
    { phase: 'gone', duplicateOf: first.body.id, evidence: expect.stringContaining('since') },
  ]);
  const end = (order: string) =>
    scene.call('POST', `/v1/removal-orders/${order}/events`, { type: 'withdrawn', note: 'letter' });
  expect((await end(first.body.id)).body.phase).toBe('ended');
  expect(scene.platform.pages.get(id)?.removed).toBe(true);
  await end(second.body.id);
  await scene.phase(second.body.id, 'ended');
  expect(scene.platform.pages.get(id)?.removed).toBe(false);
});

describe('what does not verify', () => {
  test.each([
    ['a bad signature', {}, { with: 'other' as const }, 401],
    ['a key that nobody has', {}, { header: { kid: 'nobody' } }, 401],
    ['a revoked authority', {}, { with: 'other' as const, header: { kid: 'key-2' } }, 403],
    ['somebody else as addressee', {}, { claims: { aud: 'other' } }, 403],
    ['an expired signature', {}, { claims: { exp: 1_000_000 } }, 422],
    ['a signature of the future', {}, { claims: { iat: 4_000_000_000, exp: 4_000_000_001 } }, 422],
    ['a field of another shape', { items: [{ url: 7 }] }, {}, 422],
    ['a field that no order has', { urgent: true }, {}, 422],
  ])('%s is answered and written down, and starts no clock', async (_, change, how, status) => {
    const id = await scene.post();
    const before = (await attempts()).length;
    const answer = await scene.send(scene.order(id, change), how);
    expect(answer).toMatchObject({ status, body: { status, detail: expect.any(String) } });
    expect((await attempts()).length).toBe(before + 1);
    expect((await attempts())[0]).toMatchObject({
      status,
      channel: 'api',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(scene.platform.callsFor(id)).toEqual([]);
  });

  test('no JWS at all, and ten megabytes of reasons', async () => {
    const before = (await attempts()).length;
    expect(await scene.sendRaw('x.y')).toMatchObject({ status: 401 });
    expect(await scene.sendRaw('x'.repeat(10 * 1024 ** 2))).toMatchObject({ status: 413 });
    expect((await attempts()).length).toBe(before + 2);
  });

  test.each([
    ['a missing element', { redress: undefined }, ['form'], 'redress'],
    ['a date of the future', { issuedAt: '2199-01-01T00:00:00Z' }, ['form'], 'issuedAt'],
    ['a language that is not read here', { language: 'fi' }, ['form'], 'language'],
    ['an address that is not ours', { items: [{ url: 'https://elsewhere.example/posts/1' }] }, ['item'], undefined],
    ['another State than the register has', { issuingState: 'ES' }, ['authority'], undefined],
    ['no address at all', { items: [] }, ['form', 'item'], 'items'],
  ])('%s: received, the hour runs, and a person decides', async (_, change, doubts, path) => {
    const id = await scene.post();
    const { status, body } = await scene.send(scene.order(id, change));
    expect({ status, phase: body.phase, doubts: body.doubts }).toEqual({ status: 202, phase: 'deciding', doubts });
    if (path) expect(body.findings).toMatchObject([{ path, article: expect.stringContaining('Art. 3(4)') }]);
    await until(async () => (await clock('tco-removal', body.id))?.state === 'running', 'the clock');
    expect(await clock('order-desk', body.id)).toMatchObject({ state: 'running' });
    expect(scene.platform.callsFor(id)).toEqual([]);
  });

  test('a post that is not public is a question for the desk', async () => {
    const id = await scene.post({ audience: 'restricted' });
    const { body } = await scene.send(scene.order(id));
    expect(body).toMatchObject({ phase: 'deciding', doubts: ['not-public'] });
    const { body: shown } = await scene.call('GET', `/v1/removal-orders/${body.id}`);
    expect(shown.cases.map((one: { about: string }) => one.about)).toContain('scope');
  });
});

test('an answer that the authority does not take is sent again, under the same name', async () => {
  const id = await scene.post();
  scene.box.state.away = true;
  const { body } = await scene.send(scene.order(id));
  await scene.phase(body.id, 'executed');
  await until(
    async () => (await scene.call('GET', `/v1/removal-orders/${body.id}`)).body.forms[0].attempts > 0,
    'a try',
  );
  await until(async () => (await clock('tco-feedback', body.id))?.state === 'running', 'the feedback clock');
  scene.box.state.away = false;
  await until(async () => (await clock('tco-feedback', body.id))?.state === 'stopped', 'the answer', 20_000);
});

test('a secret order is only counted in the ledger until that ends', async () => {
  const id = await scene.post();
  const until_ = new Date(scene.time.now() + 3_000).toISOString();
  const { body } = await scene.send(scene.order(id, { nonDisclosure: { until: until_, reasons: 'an inquiry' } }));
  const seals = () =>
    scene.db.tables<LedgerRows>().selectFrom('ledger_seals').selectAll().where('seal', '=', body.id).execute();
  expect(body.sealed).toBe(true);
  await scene.phase(body.id, 'executed');
  expect(await seals()).toEqual([]);
  // What is entered of the removal would tell of the order: it is closed with it.
  const entries = () =>
    scene.db
      .tables<LedgerRows>()
      .selectFrom('ledger_entries')
      .select(['kind', 'seal'])
      .where('item', '=', `acme/${id}`)
      .where('kind', 'not like', 'order.%')
      .execute();
  await until(async () => (await entries()).length >= 3, 'the entries of the removal');
  expect((await entries()).map(entry => entry.kind).sort()).toEqual([
    'duty.moved',
    'removal.ended',
    'removal.requested',
  ]);
  expect(new Set((await entries()).map(entry => entry.seal))).toEqual(new Set([body.id]));
  await until(async () => (await seals()).length === 1, 'the end of the secrecy');
  expect((await scene.call('GET', `/v1/removal-orders/${body.id}`)).body.sealed).toBe(false);
});
