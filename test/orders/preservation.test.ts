import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import { allTables } from '../../services/cli/services.js';
import { endOfDay, plusMonths } from '../../services/clocks/index.js';
import { eraseDue } from '../../services/enforce/preservation/erase.js';
import { makeFile, openPreservationKeys } from '../../services/enforce/preservation/keys.js';
import { askOpening, openingKind, prolong, readPreserved } from '../../services/enforce/preservation/open.js';
import {
  type PreservedPartRow,
  type PreservedRows,
  preservationKeysTable,
} from '../../services/enforce/preservation/tables.js';
import type { LedgerRows } from '../../services/ledger/tables.js';
import { Browser, passwordOf } from '../accounts/browser.js';
import { until } from '../until.js';
import { type Body, openScene, type Scene } from './running.js';

let scene: Scene;
let erin: Browser;
let olu: Browser;
const minute = 60_000;

beforeAll(async () => {
  scene = await openScene({}, { more: ['console'] });
  const enter = async (name: string, role: string) => {
    const made = await scene.call('POST', '/v1/people', { name, role, password: passwordOf(name) });
    expect(made.status).toBe(201);
    const browser = new Browser(scene.url);
    expect((await browser.post('/v1/session', { name, password: passwordOf(name) })).status).toBe(201);
    return browser;
  };
  erin = await enter('erin', 'legal');
  olu = await enter('olu', 'legal');
  await enter('rae', 'reviewer');
});
afterAll(() => scene.end());

const tables = () => scene.db.tables<PreservedRows & LedgerRows>();
const rowOf = (order: string) =>
  tables().selectFrom('preserved').selectAll().where('order_id', '=', order).executeTakeFirst();
const partsOf = (id: string) =>
  tables().selectFrom('preserved_parts').selectAll().where('preserved_id', '=', id).orderBy('n').execute();
const words = (id: string) => `The words of ${id}, which can be looked for on its page.`;
const remove = (id: string) =>
  scene.call('POST', '/v1/posts', {
    ...{ id, platform: 'acme', version: 2, url: scene.address(id), audience: 'public', author: { id: 'somebody' } },
    createdAt: new Date(scene.time.now() - 1_000).toISOString(),
    deletedAt: new Date(scene.time.now()).toISOString(),
  });
const purpose = { purpose: 'review', reason: 'The court asked for it, in case 4 of this year.' };

/** An order about a post, executed; and what is preserved of it. */
async function ordered(more: Record<string, unknown> = {}) {
  const post = await scene.post(more);
  const { body } = await scene.send(scene.order(post));
  await scene.phase(body.id, 'executed');
  const row = await rowOf(body.id);
  if (!row) throw new Error('nothing was preserved');
  return { post, order: body.id as string, id: row.id, row };
}

/** One asks and another agrees, as the calls do. */
async function opened(id: string, { by = 'erin', what = purpose as { purpose: 'review'; reason: string } } = {}) {
  const asked = await askOpening(scene.runtime, id, what, by);
  const kind = openingKind(scene.runtime);
  const subject = { opening: asked.id, preserved: id, purpose: what.purpose };
  const decided = { decided_by: 'olu', decided_at: scene.time.now() };
  const { writes, events = [] } = await kind.apply(subject, decided as never);
  await scene.runtime.commit(writes, events);
  return asked;
}
const keys = () => openPreservationKeys(scene.runtime);
const read = async (id: string, by = 'erin') => readPreserved(scene.runtime, await keys(), id, by);

/** Every value of every table, as somebody reads it who copies the database. */
async function dump(): Promise<string> {
  const all: string[] = [];
  for (const { name } of allTables)
    all.push(JSON.stringify(await scene.db.tables<Record<string, object>>().selectFrom(name).selectAll().execute()));
  return all.join('\n');
}

test("what an order took down is kept apart, read by two people only, and in nobody else's database", async () => {
  const media = [{ url: 'https://media.acme.example/one.jpg', sha256: 'cd'.repeat(32), type: 'image/jpeg' }];
  const { post, order, id, row } = await ordered({ media });
  expect(row).toMatchObject({ state: 'kept', platform: 'acme', post_id: post, seal: null });
  const zone = scene.runtime.config.LEGAL_ZONE;
  expect(row.keep_until).toBe(endOfDay(zone, plusMonths(zone, row.removed_at ?? 0, 6)));
  expect((statSync(join(scene.folder, 'preservation.key')).mode & 0o777).toString(8)).toBe('600');

  // The platform tells that it is deleted: its words are nowhere else then.
  expect((await remove(post)).status).toBe(202);
  const copy = await dump();
  for (const text of [words(post), 'media.acme.example/one.jpg', 'cd'.repeat(32)]) {
    const told = [text, Buffer.from(text).toString('base64').slice(0, 40), Buffer.from(text).toString('hex')];
    expect(told.map(one => copy.includes(one))).toEqual([false, false, false]);
  }

  const list = await erin.json<Body>(`/v1/preserved?order=${order}`);
  expect(list.preserved).toMatchObject([{ id, order, n: 1, state: 'kept', openings: [] }]);
  expect(JSON.stringify(list)).not.toContain(words(post));
  const rae = new Browser(scene.url);
  await rae.post('/v1/session', { name: 'rae', password: passwordOf('rae') });
  expect((await rae.ask('/v1/preserved')).status).toBe(403);

  // Nobody reads it alone, and no key does.
  const path = `/v1/preserved/${id}`;
  expect((await scene.call('GET', path)).status).toBe(401);
  expect((await scene.call('POST', `${path}/openings`, purpose)).status).toBe(401);
  expect((await erin.ask(path)).status).toBe(403);
  expect((await erin.post(`${path}/openings`, { purpose: 'curiosity', reason: purpose.reason })).status).toBe(422);
  const asked = await erin.post(`${path}/openings`, purpose);
  expect(asked.status).toBe(202);
  const { approval } = (await asked.json()) as Body;
  expect((await erin.ask(path)).status).toBe(403);
  const decide = `/v1/approvals/${approval}/decision`;
  expect((await erin.post(decide, { approve: true })).status).toBe(403);
  expect((await rae.post(decide, { approve: true })).status).toBe(403);
  expect((await olu.post(decide, { approve: true })).status).toBe(200);
  expect((await olu.ask(path)).status).toBe(403);

  const answer = await erin.ask(path);
  expect({ status: answer.status, cache: answer.headers.get('cache-control') }).toEqual({
    status: 200,
    cache: 'no-store',
  });
  const body = (await answer.json()) as Body;
  expect(body.content[0].versions).toMatchObject([{ version: 1, text: words(post), media }]);
  expect(body.related[0].versions).toMatchObject([
    { version: 1, author: { id: 'somebody' }, url: scene.address(post) },
  ]);
  expect(body.related.at(-1).looks.map((look: Body) => look.verdict)).toEqual(['readable', 'gone']);
  // Once.
  expect((await erin.ask(path)).status).toBe(403);

  const entries = () =>
    tables().selectFrom('ledger_entries').select(['detail', 'item']).where('kind', '=', 'data.accessed').execute();
  await until(async () => (await entries()).length === 2, 'the entries of the opening');
  expect((await entries()).map(({ detail }) => JSON.parse(detail ?? '{}'))).toMatchObject([
    { step: 'agreed', preserved: id, order, by: 'erin', second: 'olu', purpose: 'review', reason: purpose.reason },
    { step: 'read', preserved: id, by: 'erin', second: 'olu' },
  ]);
  expect(JSON.stringify(await entries())).not.toContain(post);
});

test("the platform's word that it is deleted comes before anybody saw it gone: it was held already", async () => {
  const post = await scene.post();
  scene.platform.manners.set(post, 'fail');
  const { body } = await scene.send(scene.order(post));
  expect(await rowOf(body.id)).toMatchObject({ state: 'held', keep_until: null });
  const { id } = (await rowOf(body.id)) ?? { id: '' };
  await expect(askOpening(scene.runtime, id, purpose as never, 'erin')).rejects.toMatchObject({ status: 409 });
  await remove(post);
  scene.platform.manners.delete(post);
  await scene.phase(body.id, 'executed');
  expect(await rowOf(body.id)).toMatchObject({ state: 'kept' });
  await opened(id);
  expect((await read(id)).content).toMatchObject([{ versions: [{ version: 1, text: words(post) }] }]);
});

test('what was not there is not kept', async () => {
  const gone = await scene.post();
  scene.platform.pages.delete(gone);
  const { body } = await scene.send(scene.order(gone));
  await scene.phase(body.id, 'nothing-there');
  const row = await rowOf(body.id);
  expect(row).toMatchObject({ state: 'erased' });
  expect((await partsOf(row?.id ?? '')).map(({ wrapped, sealed }) => [wrapped, sealed])).toEqual([
    [null, null],
    [null, null],
  ]);
});

test('two orders for one post: the first keeps it as long as the second needs it', async () => {
  const first = await ordered();
  scene.time.forward(2 * minute);
  const { body } = await scene.send(scene.order(first.post));
  await scene.phase(body.id, 'executed');
  const second = await until(() => rowOf(body.id), 'the second');
  expect(second).toMatchObject({ state: 'kept', bytes: expect.any(Number) });
  const again = await rowOf(first.order);
  expect(again?.keep_until).toBeGreaterThanOrEqual(second.keep_until ?? 0);
});

describe('what can not be read', () => {
  const change = (part: PreservedPartRow, to: Partial<PreservedPartRow>) =>
    scene.db.commit([
      {
        query: tables()
          .updateTable('preserved_parts')
          .set(to)
          .where('preserved_id', '=', part.preserved_id)
          .where('n', '=', part.n)
          .where('part', '=', part.part),
      },
    ]);

  test('changed ciphertext, a changed key, and a part from elsewhere are told apart from content, and use up no opening', async () => {
    const { id, post } = await ordered();
    const other = await ordered();
    const [part] = await partsOf(id);
    const [foreign] = await partsOf(other.id);
    if (!part || !foreign) throw new Error('no parts');
    await opened(id);
    const { iv, tag, text } = JSON.parse(part.sealed ?? '{}');
    const flipped = (text[0] === 'A' ? 'B' : 'A') + text.slice(1);
    const wrapped = JSON.parse(part.wrapped ?? '{}');
    for (const to of [
      { sealed: JSON.stringify({ iv, tag, text: flipped }) },
      { sealed: JSON.stringify({ iv, tag, text: text.slice(4) }) },
      { wrapped: JSON.stringify({ ...wrapped, key: JSON.parse(foreign.wrapped ?? '{}').key }) },
      { wrapped: foreign.wrapped, sealed: foreign.sealed },
    ]) {
      await change(part, to);
      await expect(read(id)).rejects.toMatchObject({ status: 500, detail: expect.stringContaining('changed') });
      await change(part, { wrapped: part.wrapped, sealed: part.sealed });
    }
    expect((await read(id)).content).toMatchObject([{ versions: [{ text: words(post) }] }]);
  });

  test('without its file nothing can be opened, orders are executed all the same, and a new file is not the old one', async () => {
    const file = join(scene.folder, 'preservation.key');
    const before = await ordered();
    await opened(before.id);
    const away = `${file}.away`;
    renameSync(file, away);
    const { kid } = (await (await keys()).current()) ?? { kid: '' };
    await expect(read(before.id)).rejects.toMatchObject({
      status: 503,
      detail: expect.stringMatching(new RegExp(`${kid}.*PRESERVATION_KEY_FILE`)),
    });
    const during = await ordered();
    renameSync(away, file);
    await opened(during.id);
    expect((await read(during.id)).content).toHaveLength(1);
    expect((await read(before.id)).content).toHaveLength(1);
    const broken = join(scene.folder, 'broken.key');
    writeFileSync(broken, '{"kid":"x"}\n');
    const at = (path: string) => ({
      ...scene.runtime,
      config: { ...scene.runtime.config, PRESERVATION_KEY_FILE: path },
    });
    await expect(openPreservationKeys(at(broken))).rejects.toThrow(/PRESERVATION_KEY_FILE.*no secret key/);

    // A new key before the old one: what is kept from now on is for the new, and the old is read all the same.
    const { privateKey } = await generateKeyPair('ECDH-ES+A256KW', { extractable: true });
    const newer = join(scene.folder, 'newer.key');
    const old = readFileSync(file, 'utf8');
    writeFileSync(newer, `${JSON.stringify({ ...(await exportJWK(privateKey)), kid: 'newer' })}\n${old}`);
    const both = await openPreservationKeys(at(newer));
    expect((await both.current())?.kid).toBe('newer');
    const after = await ordered();
    const [part] = await partsOf(after.id);
    expect(part?.kid).toBe('newer');
    await opened(after.id);
    expect((await readPreserved(scene.runtime, both, after.id, 'erin')).content).toHaveLength(1);
    expect(await both.secret(kid)).toBeDefined();
    expect((await (await keys()).current())?.kid).toBe(kid);
  });

  test('an order that comes before there is any key waits for none', async () => {
    const all = await tables().selectFrom('preservation_keys').selectAll().execute();
    await scene.db.commit([{ query: tables().deleteFrom('preservation_keys') }]);
    const post = await scene.post();
    scene.platform.manners.set(post, 'fail');
    const { body } = await scene.send(scene.order(post));
    const { id, state } = (await rowOf(body.id)) ?? { id: '' };
    expect([state, await partsOf(id)]).toEqual(['held', []]);
    await scene.db.commit([scene.db.insert(preservationKeysTable, all)]);
    scene.platform.manners.delete(post);
    await scene.phase(body.id, 'executed');
    expect((await partsOf(id)).map(({ part }) => part)).toEqual(['content', 'related']);
  });

  test('two processes that begin at once have one key', async () => {
    const folder = join(scene.folder, 'fresh');
    const file = join(folder, 'preservation.key');
    const made = await Promise.all([makeFile(file, 'a'), makeFile(file, 'b')]);
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(['preservation.key']);
  });
});

describe('time', () => {
  const due = async (id: string): Promise<number> => {
    const row = await tables().selectFrom('preserved').select('keep_until').where('id', '=', id).executeTakeFirst();
    return row?.keep_until ?? 0;
  };
  const clock = (obligation: string, subject: string) =>
    scene.db
      .tables<{ clocks: { obligation: string; subject: string; state: string } }>()
      .selectFrom('clocks')
      .selectAll()
      .where('obligation', '=', obligation)
      .where('subject', '=', subject)
      .executeTakeFirst();

  test('an opening is good for an hour', async () => {
    const { id } = await ordered();
    await opened(id);
    scene.time.forward(61 * minute);
    await expect(read(id)).rejects.toMatchObject({ status: 403 });
  });

  test('to the last millisecond of the six months, and no longer; what a court asks for is its content only', async () => {
    const short = await ordered();
    const long = await ordered();
    await until(async () => (await clock('tco-preservation', short.id))?.state === 'running', 'its clock');
    const until_ = new Date((await due(long.id)) + 30 * 24 * 60 * minute).toISOString();
    const asked = {
      until: until_,
      authority: 'The court',
      reference: 'case 4',
      reason: 'A review of the order goes on.',
    };
    const path = `/v1/preserved/${long.id}/prolong`;
    expect((await scene.call('POST', path, { ...asked, until: new Date(scene.time.now()).toISOString() })).status).toBe(
      422,
    );
    expect((await scene.call('POST', path, { ...asked, until: '2199-01-01T00:00:00Z' })).status).toBe(422);
    const made = await scene.call('POST', path, asked);
    expect(made).toMatchObject({
      status: 201,
      body: { prolongedUntil: until_, prolonged: [{ authority: 'The court' }] },
    });
    await until(
      async () => (await clock('tco-preservation-extended', `${long.id}/1`))?.state === 'running',
      'its clock',
    );

    scene.time.forward((await due(short.id)) - scene.time.now() - 5_000);
    await eraseDue(scene.runtime);
    expect((await partsOf(short.id)).every(({ wrapped }) => wrapped !== null)).toBe(true);
    const waiting = await opened(short.id);
    scene.time.forward(2 * minute);
    await eraseDue(scene.runtime);
    expect((await partsOf(short.id)).map(({ wrapped, sealed }) => wrapped ?? sealed)).toEqual(
      (await partsOf(short.id)).map(() => null),
    );
    await expect(read(short.id)).rejects.toMatchObject({ status: 410 });
    await expect(askOpening(scene.runtime, short.id, purpose as never, 'erin')).rejects.toMatchObject({ status: 410 });
    expect(waiting.id).toBeDefined();
    await until(async () => (await clock('tco-preservation', short.id))?.state === 'stopped', 'the end of its clock');

    // Of the other its related data are gone, and it is for proceedings only.
    expect((await partsOf(long.id)).filter(({ wrapped }) => wrapped !== null).map(({ part }) => part)).toEqual([
      'content',
    ]);
    const other = { purpose: 'investigation' as const, reason: purpose.reason };
    await expect(askOpening(scene.runtime, long.id, other, 'erin')).rejects.toMatchObject({ status: 409 });
    await opened(long.id);
    expect(await read(long.id)).toMatchObject({ related: [], content: [{ versions: [{ text: words(long.post) }] }] });
    scene.time.forward(Date.parse(until_) - scene.time.now() + 1_000);
    await eraseDue(scene.runtime);
    expect(await rowOf(long.order)).toMatchObject({ state: 'erased' });
    const again = { ...asked, until: '2199-01-01T00:00:00Z' };
    await expect(prolong(scene.runtime, long.id, again, 'erin')).rejects.toMatchObject({ status: 410 });
    await until(
      async () => (await clock('tco-preservation-extended', `${long.id}/1`))?.state === 'stopped',
      'the end of its clock',
    );
  });
});
