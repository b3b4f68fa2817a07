import { CompactSign, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { addBankEntry, confirmBankEntry, removeBankEntry } from '../../services/classify/signals/bank/index.js';
import { until } from '../until.js';
import { entriesOf, forget, hash, openSite, type Site, type Started, startSite } from './exchange-site.js';

interface Pair {
  own: JWK;
  open: { kty: string; crv: string; x: string };
}
async function newPair(): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const { kty, crv, x } = await exportJWK(publicKey);
  return { own: await exportJWK(privateKey), open: { kty: kty!, crv: crv!, x: x! } };
}

let pair: Pair;
let sender: Site;
let receiver: Site;
let sending: Started;
let receiving: Started;

const startReceiver = async (): Promise<void> => {
  const partners = [
    { name: 'sister', bank: 'from-sister', tags: ['sister'], keys: [{ kid: 'sister-1', key: pair.open }] },
  ];
  receiving = await startSite(receiver, { partners });
};
const startSender = async (more: object = {}): Promise<void> => {
  const push = {
    kind: 'push',
    name: 'to-brother',
    bank: 'own',
    url: `${receiving.url}/v1/exchange/hashes`,
    kid: 'sister-1',
    keyEnv: 'KEY',
    kinds: ['pdq', 'md5', 'sha256', 'link'],
    ...more,
  };
  sending = await startSite(sender, { sources: [push] }, { KEY: JSON.stringify(pair.own) });
};
const add = (n: number, confirmedBy?: string, more: object = {}) =>
  addBankEntry(sender.runtime, 'own', { kind: 'pdq', hash: hash(n), source: 'our people', ...more }, confirmedBy);
const taken = async (): Promise<string[]> =>
  (await entriesOf(receiver, 'from-sister')).map(({ content }) => content).sort();
const nudge = () => sending.call('POST', '/v1/exchange/to-brother/pull');

describe('two installations', () => {
  beforeEach(async () => {
    pair = await newPair();
    sender = await openSite();
    receiver = await openSite();
  });
  afterEach(async () => {
    await sending?.stop();
    await receiving?.stop();
    await sender.stop();
    await receiver.stop();
  });

  test('confirmed entries reach another installation, where they begin in review; removals and withdrawn confirmations too', async () => {
    const { entry: first } = await add(1, 'Ada', { tags: ['seen', 'case:abc'] });
    const { entry: second } = await add(2, 'Ada', { expiresAt: Date.now() + 3600_000 });
    const { entry: third } = await add(3);
    await addBankEntry(
      sender.runtime,
      'own',
      { kind: 'text', text: 'The caravan leaves the old town at dawn', source: 'x' },
      'Ada',
    );
    await addBankEntry(sender.runtime, 'other', { kind: 'pdq', hash: hash(8), source: 'x' }, 'Ada');
    await addBankEntry(
      sender.runtime,
      'own',
      { kind: 'link', link: 'https://listed.example/a', scope: 'prefix', source: 'x' },
      'Ada',
    );
    await startReceiver();
    await startSender();
    await until(async () => (await taken()).length === 3);
    const entries = await entriesOf(receiver, 'from-sister');
    expect(entries.map(({ content }) => content).sort()).toEqual([hash(1), hash(2), 'https://listed.example/a'].sort());
    expect(entries.every(({ confirmedBy, source }) => confirmedBy === undefined && source === 'sister')).toBe(true);
    const of = (content: string) => entries.find(one => one.content === content);
    expect(of(hash(1))?.tags).toEqual(['sister', 'seen']);
    expect(of(hash(2))?.expiresAt).toBe(second.expiresAt);
    expect(of('https://listed.example/a')?.scope).toBe('prefix');
    await confirmBankEntry(sender.runtime, 'own', third.id, 'Ada');
    await removeBankEntry(sender.runtime, 'own', first.id, 'Ada');
    await nudge();
    await until(async () => (await taken()).includes(hash(3)) && !(await taken()).includes(hash(1)));
    const at = async (status: Promise<{ entries: number; state: string }>) => {
      const { entries, state } = await status;
      return entries === 3 && state === 'ok';
    };
    await until(() => at(receiving.status('sister')));
    expect(await receiving.status('sister')).toMatchObject({ kind: 'partner', badRows: 0 });
    await until(() => at(sending.status('to-brother')));
    expect(await sending.status('to-brother')).toMatchObject({ failures: 0 });
  });

  test('what others list here is not passed on, whoever confirmed it', async () => {
    await addBankEntry(sender.runtime, 'own', { kind: 'pdq', hash: hash(5), source: 'to-brother' }, 'Ada');
    await add(1, 'Ada');
    await startReceiver();
    await startSender();
    await until(async () => (await taken()).length > 0);
    expect(await taken()).toEqual([hash(1)]);
  });

  test('goes on where it was: a sender that restarts sends only what is new, and one whose answer was lost is told the place', async () => {
    await add(1, 'Ada');
    await startReceiver();
    await startSender();
    await until(async () => (await taken()).length === 1);
    await sending.stop();
    await sender.stop(true);
    sender = await openSite({ folder: sender.folder });
    await add(2, 'Ada');
    await startSender();
    await nudge();
    await until(async () => (await taken()).length === 2);
    const { db } = sender.runtime;
    const back = db.tables<{ exchange_sources: { cursor: string | null; followed: number; name: string } }>();
    // As it was before the first answer came.
    await db.commit([
      {
        query: back.updateTable('exchange_sources').set({ cursor: null, followed: 0 }).where('name', '=', 'to-brother'),
      },
    ]);
    await add(3, 'Ada');
    await nudge();
    await until(async () => (await taken()).length === 3);
    // The answer comes behind what it tells of.
    await until(async () => (await sending.status('to-brother')).state === 'ok');
    expect(await sending.status('to-brother')).toMatchObject({ failures: 0 });
  });

  test('a receiver that was set back is sent what it misses', async () => {
    await startReceiver();
    await add(1, 'Ada');
    await startSender();
    await until(async () => (await taken()).length === 1);
    await receiving.stop();
    await receiver.stop();
    receiver = await openSite();
    await startReceiver();
    await sending.stop();
    await sender.stop(true);
    sender = await openSite({ folder: sender.folder });
    await add(2, 'Ada');
    await startSender();
    await nudge();
    await until(async () => (await taken()).length === 2);
    expect(await taken()).toEqual([hash(1), hash(2)]);
  });

  test('a key that is none is a failed push which does not show it', async () => {
    await startReceiver();
    await add(1, 'Ada');
    pair = { ...pair, own: { ...pair.own, d: 'a-private-part-that-nobody-may-see' } };
    await startSender();
    const shown = await until(async () => {
      const one = await sending.status('to-brother');
      return one.state === 'failing' ? one : undefined;
    });
    expect(shown.error).toMatch(/the variable KEY is no Ed25519 key/);
    expect(`${JSON.stringify(shown)}${sender.logged()}`).not.toContain('a-private-part');
  });
});

describe('a message', () => {
  const aud = () => `${receiving.url}/v1/exchange/hashes`;
  const send = (body: string) => fetch(aud(), { method: 'POST', body });
  const signed = async (more: object = {}, header: object = {}, by = pair) => {
    const payload = {
      aud: aud(),
      iat: Math.floor(Date.now() / 1000),
      jti: crypto.randomUUID(),
      stream: 's',
      from: 0,
      to: 5,
      changes: [{ id: 'e1', kind: 'pdq', hash: hash(1), tags: [] }],
      ...more,
    };
    return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
      .setProtectedHeader({ alg: 'EdDSA', kid: 'sister-1', typ: 'sansdelai-hashes+jws', ...header })
      .sign(await importJWK(by.own, 'EdDSA'));
  };
  beforeAll(async () => {
    pair = await newPair();
    receiver = await openSite();
    await startReceiver();
  });
  beforeEach(() => forget(receiver));
  afterAll(async () => {
    await receiving?.stop();
    await receiver?.stop();
  });

  test('is taken once, and only next to the one before', async () => {
    const message = await signed();
    const both = await Promise.all([send(message), send(message)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const again = await send(message);
    expect(again.status).toBe(409);
    expect(await again.json()).toMatchObject({ sequence: 5 });
    const next = await signed({ from: 5, to: 7, changes: [{ id: 'e1', removed: true }] });
    expect((await send(await signed({ from: 6, to: 7 }))).status).toBe(409);
    expect((await send(next)).status).toBe(200);
    // Put in again by who only recorded it, it would bring back what is withdrawn.
    expect((await send(message)).status).toBe(409);
    expect(await taken()).toEqual([]);
  });

  test('keeps its good rows, and names the others', async () => {
    const changes = [
      { id: 'e1', kind: 'pdq', hash: '0'.repeat(64) },
      { id: 'e2', kind: 'md5', hash: hash(2, 32) },
    ];
    const answer = await send(await signed({ changes }));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ sequence: 5, refused: [{ id: 'e1' }] });
    expect(await taken()).toEqual([hash(2, 32)]);
    expect(await receiving.status('sister')).toMatchObject({ badRows: 1, bad: [{ id: 'e1' }] });
  });

  test('that removes nearly all of what a partner listed waits for a person', async () => {
    const changes = [1, 2, 3, 4, 5, 6].map(n => ({ id: `e${n}`, kind: 'pdq', hash: hash(n) }));
    await send(await signed({ changes }));
    const removals = changes.slice(0, 5).map(({ id }) => ({ id, removed: true }));
    expect((await send(await signed({ from: 5, to: 11, changes: removals }))).status).toBe(200);
    expect(await taken()).toHaveLength(6);
    expect(await receiving.status('sister')).toMatchObject({ state: 'held', held: 5 });
    await receiving.call('POST', '/v1/exchange/sister/go-on', { removals: 5 });
    await until(async () => (await receiving.status('sister')).state === 'ok');
    expect(await receiving.status('sister')).toMatchObject({ held: 0, entries: 1 });
    expect(await taken()).toHaveLength(1);
  });

  test.each<[string, () => Promise<string>, number]>([
    ['that is no JWS', async () => 'hello', 401],
    ['of an unknown key', () => signed({}, { kid: 'nobody' }), 401],
    ['signed by somebody else', async () => signed({}, {}, await newPair()), 401],
    ['of another kind', () => signed({}, { typ: 'JWT' }), 401],
    [
      'that was changed on its way',
      async () => (await signed()).replace(/\.[^.]+\./, `.${Buffer.from('{}').toString('base64url')}.`),
      401,
    ],
    ['for another installation', () => signed({ aud: 'https://elsewhere.example/v1/exchange/hashes' }), 403],
    ['that is old', () => signed({ iat: Math.floor(Date.now() / 1000) - 400 }), 401],
    ['from the future', () => signed({ iat: Math.floor(Date.now() / 1000) + 400 }), 401],
    ['with a field too many', () => signed({ more: 1 }), 422],
    ['that goes back', () => signed({ from: 9, to: 5 }), 422],
    [
      'with too many changes',
      () => signed({ changes: Array.from({ length: 501 }, (_, n) => ({ id: `e${n}`, removed: true })) }),
      422,
    ],
    ['that is too large', async () => 'x'.repeat(3 * 1024 ** 2), 413],
  ])('%s is refused, and changes nothing', async (_, make, status) => {
    const answer = await send(await make());
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await taken()).toEqual([]);
  });
});
