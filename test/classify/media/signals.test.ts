import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';
import { addKey } from '../../../services/accounts/index.js';
import { addBankEntry, type Banks, followBanks, type NewEntry } from '../../../services/classify/signals/bank/index.js';
import {
  fetchedMediaSignal,
  type Hasher,
  lookupAnswerSchema,
  lookupRoutes,
  startHasher,
} from '../../../services/classify/signals/media/index.js';
import type { Signal } from '../../../services/classify/signals/signal.js';
import type { Post } from '../../../services/contracts/index.js';
import { type HttpServer, listen, realTime } from '../../../services/runtime/index.js';
import { flipped, hashOf, type Json, openSite, type Site, until } from '../bank-site.js';
import { drawn } from './pictures.js';

const context = { now: 0, testAccounts: {} };
const key = 'a-key-of-tests-that-reads-banks';
const caravan = 'The caravan leaves the old town at dawn and nobody who sees it will ever forget the drums';

let site: Site;
let banks: Banks;
let signal: Signal;
let hasher: Hasher;
let server: Server;
let origin: string;
let http: HttpServer;
const files = new Map<string, Buffer>();
const asked: string[] = [];
const ids: Record<string, string> = {};

beforeAll(async () => {
  site = await openSite();
  hasher = startHasher();
  server = createServer((req, res) => {
    asked.push(req.url ?? '');
    const file = files.get(req.url ?? '');
    res.writeHead(file ? 200 : 404).end(file);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const picture = drawn(1, 200, 150);
  files.set('/picture.jpg', await picture.clone().jpeg().toBuffer());
  files.set('/again.webp', await picture.clone().resize(300, 200, { fit: 'fill' }).webp({ quality: 40 }).toBuffer());
  files.set('/other.png', await drawn(2, 200, 150).png().toBuffer());
  files.set(
    '/flat.png',
    await sharp({ create: { width: 90, height: 90, channels: 3, background: '#777' } })
      .png()
      .toBuffer(),
  );
  files.set('/cut.jpg', files.get('/picture.jpg')!.subarray(0, 3_000));
  files.set('/drawing.svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'));
  files.set('/film.mp4', Buffer.from('not really a film'));

  const { pdq = '' } = await hasher.hash(files.get('/picture.jpg')!);
  const { sha256 } = await hasher.hash(files.get('/film.mp4')!);
  const add = async (name: string, entry: NewEntry, by?: string) => {
    ids[name] = (await addBankEntry(site.runtime, by ? 'ours' : 'theirs', entry, by)).entry.id;
  };
  await add('picture', { kind: 'pdq', hash: pdq, source: 'here', actsWithin: 20, tags: ['one', 'two'] }, 'Ada');
  await add('hash', { kind: 'pdq', hash: hashOf('x'), source: 'a list', sourceId: '7' });
  await add('film', { kind: 'sha256', hash: sha256, source: 'here' }, 'Ada');
  await add('text', { kind: 'text', text: caravan, source: 'here' }, 'Ada');
  await add('link', { kind: 'link', link: 'https://bad.example/a', scope: 'prefix', source: 'here' });
  banks = await followBanks(site.runtime);
  await until(() => banks.version() >= 5);
  signal = fetchedMediaSignal(banks, { time: realTime, sources: { acme: { origins: [origin] } } });

  http = await listen(site.runtime, () => site.runtime.problems());
  http.mount([lookupRoutes(site.runtime, banks)]);
  await site.runtime.db.commit([addKey(site.runtime, key, 'k', 'Ada', ['banks:read'])]);
}, 60_000);
afterAll(async () => {
  await http?.stop();
  await signal?.stop();
  await hasher?.stop();
  await banks?.stop();
  server?.closeAllConnections();
  await new Promise(resolve => server?.close(resolve));
  await site?.stop();
});

const post = (media: NonNullable<Post['media']>, platform = 'acme'): Post => ({
  id: 'p',
  platform,
  version: 1,
  url: 'https://acme.example/p',
  audience: 'public',
  author: { id: 'a' },
  createdAt: '2026-11-01T00:00:00Z',
  media,
});
const at = (path: string, type = 'image/jpeg') => ({ type, url: `${origin}${path}` });
const assess = async (...posts: Post[]) => signal.assess(posts, context);

describe('media that come without a hash', () => {
  test('are fetched and recognised, also when they were made anew', async () => {
    const [same, again, film] = await assess(
      post([at('/other.png'), at('/picture.jpg')]),
      post([at('/again.webp', 'image/webp')]),
      post([at('/film.mp4', 'video/mp4')]),
    );
    const entry = { bank: 'ours', id: ids.picture, confirmed: true };
    expect(same).toEqual([
      {
        signal: 'fetched-media',
        label: 'known-media',
        score: 1,
        reason: 'media 2 (image/jpeg) is 0 of 256 bits from a picture of bank ours',
        entry,
      },
    ]);
    expect(again).toEqual([expect.objectContaining({ label: 'known-media', entry })]);
    expect(film).toEqual([
      expect.objectContaining({ label: 'known-media', score: 1, entry: { ...entry, id: ids.film } }),
    ]);
  });

  test('what can’t be fetched or hashed is told with its reason, and speaks against nobody', async () => {
    const [found] = await assess(
      post([
        at('/cut.jpg'),
        at('/flat.png'),
        at('/drawing.svg', 'image/svg+xml'),
        { type: 'image/png', url: 'http://169.254.169.254/latest/meta-data' },
        { type: 'video/mp4' },
      ]),
    );
    expect(found!.map(({ label, score, reason }) => [label, score, reason])).toEqual([
      ['media-unread', 0, expect.stringMatching(/^media 1 \(image\/jpeg\) was not looked at: it can't be decoded: /)],
      ['media-unread', 0, expect.stringMatching(/^media 2 .* it shows too little \(quality 0 of 100/)],
      ['media-unread', 0, expect.stringMatching(/^media 3 .* it is no JPEG, PNG, WebP or GIF picture$/)],
      [
        'media-unread',
        0,
        expect.stringMatching(/^media 4 .* it is on http:\/\/169\.254\.169\.254, which is not listed/),
      ],
      ['media-unread', 0, expect.stringMatching(/^media 5 .* it came without address and hash$/)],
    ]);
  });

  test('it asks only for what is needed: pictures without PDQ hash, other files without any', async () => {
    const needed = [at('/picture.jpg'), { ...at('/picture.jpg'), sha256: hashOf('y') }, at('/film.mp4', 'video/mp4')];
    const enough = [
      { ...at('/picture.jpg'), pdq: hashOf('z') },
      { ...at('/film.mp4', 'video/mp4'), md5: hashOf('z', 32) },
    ];
    for (const media of needed) expect(signal.wants!(post([media]))).toBe(true);
    for (const media of enough) expect(signal.wants!(post([media]))).toBe(false);
    expect(signal.wants!(post(needed, 'another'))).toBe(false);
    asked.length = 0;
    await assess(post([...enough, at('/film.mp4', 'video/mp4')]), post(needed, 'another'));
    expect(asked).toEqual(['/film.mp4']);
  });

  test('fifty in a post are all looked at', async () => {
    const [found] = await assess(post([...Array(49).fill(at('/other.png')), at('/picture.jpg')]));
    expect(found).toEqual([expect.objectContaining({ reason: expect.stringMatching(/^media 50 /) })]);
  });
});

describe('POST /v1/banks/lookup', () => {
  async function lookUp(body: Json, headers: Record<string, string> = { authorization: `Bearer ${key}` }) {
    const res = await fetch(`${http.url}/v1/banks/lookup`, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: res.status, body: (await res.json()) as Json };
  }

  test('says of a hash, text or link which entries it is like, how near, who lists them, and whether they act', async () => {
    const [picture, hash, film, text, changed, link, nothing] = (
      await lookUp([
        { pdq: flipped(banksPdq(), 21) },
        { pdq: flipped(hashOf('x'), 31).toUpperCase() },
        { sha256: (await hasher.hash(files.get('/film.mp4')!)).sha256 },
        { text: caravan },
        { text: caravan.replace('drums', 'flutes') },
        { link: 'http://www.bad.example/a/b?utm_source=x' },
        { md5: hashOf('x', 32) },
      ])
    ).body.map((answer: Json) => lookupAnswerSchema.parse(answer)) as Json[];
    expect(picture).toEqual({
      matches: [
        {
          id: ids.picture,
          bank: 'ours',
          kind: 'pdq',
          distance: 21,
          confirmed: true,
          acts: false,
          tags: ['one', 'two'],
          sources: ['here'],
        },
      ],
      total: 1,
    });
    expect(hash.matches).toMatchObject([
      { id: ids.hash, distance: 31, confirmed: false, acts: false, sources: ['a list'] },
    ]);
    expect(film.matches).toMatchObject([{ id: ids.film, kind: 'sha256', distance: 0, confirmed: true, acts: true }]);
    expect(text.matches).toMatchObject([{ id: ids.text, kind: 'text', similarity: 1, acts: true }]);
    expect(changed.matches).toMatchObject([{ id: ids.text, similarity: expect.any(Number) }]);
    expect(changed.matches[0].similarity).toBeLessThan(1);
    expect(link.matches).toMatchObject([{ id: ids.link, kind: 'link', bank: 'theirs', confirmed: false, acts: false }]);
    expect(nothing).toEqual({ matches: [], total: 0 });
  });

  test('one is answered as one, many as many in their order', async () => {
    expect((await lookUp({ pdq: banksPdq() })).body).toMatchObject({
      matches: [{ id: ids.picture, acts: true }],
      total: 1,
    });
    const many = Array.from({ length: 1_000 }, (_, n) => ({ pdq: n % 10 === 0 ? banksPdq() : hashOf(n) }));
    const { body } = await lookUp(many);
    expect(body.map(({ total }: { total: number }) => total)).toEqual(many.map((_, n) => (n % 10 === 0 ? 1 : 0)));
  });

  test('of many entries the fifty nearest are shown, and all are counted', async () => {
    const hash = hashOf('crowd');
    for (let n = 0; n < 60; n++) {
      await addBankEntry(site.runtime, 'crowd', { kind: 'pdq', hash: flipped(hash, n % 30), source: `s${n}` });
      await addBankEntry(site.runtime, `crowd-${n}`, { kind: 'pdq', hash, source: 'test' });
    }
    await until(async () => (await lookUp({ pdq: hash })).body.total === 90);
    const { matches } = (await lookUp({ pdq: hash })).body;
    expect(matches).toHaveLength(50);
    expect(matches.every(({ distance }: { distance: number }) => distance === 0)).toBe(true);
  });

  test('what is not asked rightly is refused with its place, and nobody asks without a key', async () => {
    for (const body of [
      {},
      { pdq: 'x' },
      { pdq: hashOf('x'), md5: hashOf('x', 32) },
      [],
      [{ text: '' }],
      { url: 'x' },
      7,
    ]) {
      expect((await lookUp(body)).status).toBe(422);
    }
    expect((await lookUp(Array(1_001).fill({ link: 'a.example' }))).status).toBe(422);
    expect((await lookUp({ pdq: hashOf('x') }, {})).status).toBe(401);
    const large = await lookUp(Array(50).fill({ text: 'x'.repeat(100_000) }));
    expect(large.status).toBe(413);
  });

  let stored: string | undefined;
  beforeAll(async () => {
    stored = (await hasher.hash(files.get('/picture.jpg')!)).pdq;
  });
  const banksPdq = (): string => stored!;
});
