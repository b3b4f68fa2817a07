import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Call,
  type Connector,
  deliveryRoutes,
  type Item,
  judge,
  listDeliveries,
  loadPlatforms,
  look,
  replayDelivery,
} from '../../services/platforms/index.js';
import { realTime } from '../../services/runtime/index.js';
import { until } from '../until.js';
import { type Acme, acme, acmeFile, secret } from './acme.js';
import { dropFolder, type Installation, newFolder, start } from './installation.js';
import { site } from './site.js';

describe('calls to a platform', () => {
  let folder: string;
  let there: Acme;
  let here: Installation;
  let connector: Connector;
  let item: Item;
  const text = 'Some words that stay mild.';
  let count = 0;
  beforeAll(async () => {
    folder = newFolder();
    there = await acme();
    process.env.ACME_SECRET = secret;
    here = await start(folder, { SANSDELAI_PLATFORMS: acmeFile(folder, there.origin) });
    connector = here.connectors.get('acme')!;
  });
  beforeEach(() => {
    const id = `post-${++count}`;
    there.write(id, text);
    there.received.length = 0;
    item = { platform: 'acme', id, version: 2, url: `${there.origin}/posts/${id}`, authorId: 'alice', text };
  });
  afterAll(async () => {
    await here.stop();
    await there.close();
    dropFolder(folder);
  });

  const call = (key: string, fence = 1): Call => ({
    idempotencyKey: `${item.id}/${key}`,
    fence,
    territory: ['FR', 'DE'],
    reason: 'policy: test',
  });
  const only = async () => (await listDeliveries(here.runtime, { item: item.id }))[0]!;

  test('say what to remove, why, and where, signed after Standard Webhooks, without the text', async () => {
    expect(await connector.remove(item, call('k'))).toEqual({ kind: 'accepted', detail: '202: will do' });
    expect(there.received).toEqual([
      {
        id: expect.stringMatching(/^msg_[\w-]{27}$/),
        type: 'item.remove',
        timestamp: expect.any(String),
        data: {
          platform: 'acme',
          id: item.id,
          version: 2,
          url: item.url,
          authorId: 'alice',
          territory: ['FR', 'DE'],
          reason: 'policy: test',
          fence: 1,
        },
      },
    ]);
  });

  test('are refused by a platform that was given another secret', async () => {
    const path = join(folder, 'wrong.yaml');
    writeFileSync(path, `platforms:\n  - { name: acme, removeUrl: "${there.origin}/calls", secretEnv: WRONG }\n`);
    process.env.WRONG = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const wrong = await start(join(folder, 'wrong'), { SANSDELAI_PLATFORMS: path });
    expect(await wrong.connectors.get('acme')!.remove(item, call('k'))).toMatchObject({ kind: 'refused' });
    expect(there.posts.get(item.id)!.removed).toBe(false);
    await wrong.stop();
  });

  test('carry the same webhook-id for the same key, and another for another', async () => {
    const ids: string[] = [];
    for (const key of ['a', 'a', 'b']) {
      there.instead.push(res => {
        ids.push(String(res.req.headers['webhook-id']));
        res.writeHead(500).end();
      });
      await connector.remove(item, call(key));
    }
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  test('are kept before they are made, and each try after it', async () => {
    let within: unknown;
    there.instead.push(async res => {
      within = await only();
      res.writeHead(503, { 'retry-after': '7' }).end('<p>not now</p>');
    });
    expect(await connector.remove(item, call('k'))).toEqual({
      kind: 'failed',
      detail: '503: <p>not now</p>',
      retryAfter: 7_000,
    });
    expect(within).toMatchObject({ state: 'pending', attempts: [], request: { type: 'item.remove' } });
    expect(await only()).toMatchObject({
      state: 'failed',
      attempts: [{ status: 503, outcome: 'failed', replay: false }],
    });

    await connector.remove(item, call('k', 2));
    const after = await only();
    expect(after).toMatchObject({ state: 'accepted', kind: 'remove', item: item.id, version: 2 });
    expect(after.attempts.map(one => one.outcome)).toEqual(['failed', 'accepted']);
    expect(after.request).toMatchObject({ data: { fence: 2 } });
  });

  test('that get no answer are shown as pending, then as failed', async () => {
    there.instead.push(() => new Promise(() => {}));
    const asked = connector.remove(item, call('k'));
    await until(async () => (await listDeliveries(here.runtime, { item: item.id, state: 'pending' })).length === 1);
    expect(await asked).toMatchObject({ kind: 'failed', detail: expect.stringContaining('within 1000 ms') });
    expect(await only()).toMatchObject({ state: 'failed', attempts: [{ outcome: 'failed' }] });
  });

  test.each([
    [200, 'accepted'],
    [204, 'accepted'],
    [301, 'failed'],
    [400, 'refused'],
    [403, 'refused'],
    [404, 'refused'],
    [408, 'failed'],
    [425, 'failed'],
    [429, 'failed'],
    [500, 'failed'],
    [502, 'failed'],
  ])('answered %i count as %s', async (status, kind) => {
    there.instead.push(res => res.writeHead(status, { location: item.url }).end());
    expect((await connector.remove(item, call('k'))).kind).toBe(kind);
    expect((await only()).attempts).toHaveLength(1);
  });

  test('follow no redirect', async () => {
    const elsewhere = await site((_, res) => void res.end());
    there.instead.push(res => res.writeHead(307, { location: elsewhere.origin }).end());
    expect(await connector.remove(item, call('k'))).toMatchObject({ kind: 'failed' });
    expect(elsewhere.asked).toHaveLength(0);
    await elsewhere.close();
  });

  test('honour Retry-After as a date, and never for more than a day', async () => {
    there.instead.push(res => res.writeHead(429, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() }).end());
    there.instead.push(res => res.writeHead(429, { 'retry-after': '99999999' }).end());
    const dated = await connector.remove(item, call('k'));
    expect(dated.kind === 'failed' && dated.retryAfter).toBeGreaterThan(55_000);
    expect(await connector.remove(item, call('k'))).toMatchObject({ retryAfter: 24 * 3_600_000 });
  });

  test('keep no more than the beginning of a long answer', async () => {
    there.instead.push(res => res.writeHead(500).end('x'.repeat(5_000_000)));
    await connector.remove(item, call('k'));
    expect((await only()).attempts[0]!.detail.length).toBeLessThan(600);
  });

  test('to a platform that is away fail, and come again', async () => {
    const path = join(folder, 'away.yaml');
    const away = await site(() => {});
    await away.close();
    writeFileSync(path, `platforms:\n  - { name: acme, removeUrl: "${away.origin}/", secretEnv: ACME_SECRET }\n`);
    const elsewhere = await start(join(folder, 'away'), { SANSDELAI_PLATFORMS: path });
    const answer = await elsewhere.connectors.get('acme')!.remove(item, call('k'));
    expect(answer).toMatchObject({ kind: 'failed', detail: 'ECONNREFUSED' });
    await elsewhere.stop();
  });

  test('of an older holder are not made', async () => {
    await connector.remove(item, call('k', 5));
    const before = there.asked.length;
    expect(await connector.remove(item, call('k', 4))).toMatchObject({ kind: 'refused' });
    expect(there.asked).toHaveLength(before);
  });

  test('can be replayed: the platform that never heard of it acts', async () => {
    there.instead.push(res => res.writeHead(500).end());
    await connector.remove(item, call('k'));
    const { id } = await only();
    const replayed = await replayDelivery(here.runtime, id);
    expect(replayed.state).toBe('accepted');
    expect(replayed.attempts.map(one => [one.outcome, one.replay])).toEqual([
      ['failed', false],
      ['accepted', true],
    ]);
    expect(there.received[0]!.id).toBe(id);
    expect(there.posts.get(item.id)!.removed).toBe(true);
  });

  test('are not replayed where that would undo a later one', async () => {
    await connector.remove(item, call('a', 1));
    await connector.restore(item, call('b', 2));
    const [, removal] = await listDeliveries(here.runtime, { item: item.id });
    await expect(replayDelivery(here.runtime, removal!.id)).rejects.toMatchObject({ status: 409 });
    await expect(replayDelivery(here.runtime, 'msg_unknown')).rejects.toMatchObject({ status: 404 });
    expect(there.posts.get(item.id)!.removed).toBe(false);
  });

  test('are listed by platform, item and state, newest first, with a limit, over HTTP too', async () => {
    const [one, two, three] = [item.id, `${item.id}-two`, `${item.id}-three`];
    there.write(two, 'Other words.');
    for (const id of [one, two, three]) {
      await connector.remove({ ...item, id }, call(id));
      await new Promise(resolve => setTimeout(resolve, 5));
    }
    const items = async (filter: Parameters<typeof listDeliveries>[1]) =>
      (await listDeliveries(here.runtime, filter)).map(found => found.item);
    expect((await items({})).slice(0, 3)).toEqual([three, two, one]);
    expect(await items({ item: two })).toEqual([two]);
    expect((await items({ state: 'refused' }))[0]).toBe(three);
    expect(await items({ state: 'accepted' })).not.toContain(three);
    expect(await items({ platform: 'other' })).toEqual([]);
    expect(await items({ limit: 1 })).toEqual([three]);
    const before = (await listDeliveries(here.runtime))[1]!.createdAt;
    expect((await items({ before }))[0]).toBe(one);

    here.mount(deliveryRoutes(here.runtime));
    const get = (query: string) => fetch(`${here.url}/v1/deliveries${query}`);
    const { deliveries } = (await (await get(`?item=${two}`)).json()) as { deliveries: { id: string; item: string }[] };
    expect(deliveries.map(found => found.item)).toEqual([two]);
    expect((await get('?state=lost')).status).toBe(422);
    const replay = await fetch(`${here.url}/v1/deliveries/${deliveries[0]!.id}/replay`, { method: 'POST' });
    expect(await replay.json()).toMatchObject({ item: two, attempts: [{ replay: false }, { replay: true }] });
  });

  test('without public addresses: nothing is looked at, and nothing counts as gone', async () => {
    const path = join(folder, 'bare.yaml');
    writeFileSync(path, `platforms:\n  - { name: acme, removeUrl: "${there.origin}/calls", secretEnv: ACME_SECRET }\n`);
    const elsewhere = await start(join(folder, 'bare'), { SANSDELAI_PLATFORMS: path });
    const bare = elsewhere.connectors.get('acme')!;
    expect(bare.readable).toBe(false);
    const looks = await look(bare, item, { time: realTime, timeout: 500, vantage: 'test' });
    expect(judge(looks).verdict).toBe('unclear');
    await elsewhere.stop();
  });
});

describe('the file of platforms', () => {
  let folder: string;
  beforeEach(() => {
    folder = newFolder();
  });
  afterEach(() => dropFolder(folder));

  const load = (yaml: string, environment: Record<string, string> = { S: secret }) => {
    const path = join(folder, 'platforms.yaml');
    writeFileSync(path, yaml);
    return loadPlatforms(path, environment);
  };
  const entry = (more: string, removeUrl = 'https://acme.example/calls') =>
    `platforms:\n  - name: acme\n    removeUrl: ${removeUrl}\n    secretEnv: S\n${more}`;
  const control = '    control: { url: https://acme.example/about, contains: About }\n';

  test('fills in what is unset', () => {
    expect(load(entry(''))).toEqual([
      {
        name: 'acme',
        removeUrl: 'https://acme.example/calls',
        secretEnv: 'S',
        secret,
        readPaths: [],
        testAccounts: [],
        territorial: false,
        timeoutSeconds: 15,
      },
    ]);
  });

  test('fills addresses with what names the item, encoded', async () => {
    process.env.S = secret;
    const path = join(folder, 'platforms.yaml');
    const paths = `    readPaths:
      - { name: page, url: "https://acme.example/p/{id}?v={version}" }
      - { name: author, url: "https://acme.example/u/{author}", kind: listing, byId: true, looks: 5 }
      - { name: own, url: "{url}", origins: ["https://acme.example"] }
`;
    writeFileSync(path, entry(paths + control));
    const here = await start(join(folder, 'data'), { SANSDELAI_PLATFORMS: path });
    const item = { platform: 'acme', id: 'a/b?c', version: 3, url: 'https://acme.example/x', authorId: 'é&' };
    expect(here.connectors.get('acme')!.readPaths(item)).toEqual([
      { name: 'page', kind: 'item', url: 'https://acme.example/p/a%2Fb%3Fc?v=3' },
      { name: 'author', kind: 'listing', byId: true, looks: 5, url: 'https://acme.example/u/%C3%A9%26' },
      { name: 'own', kind: 'item', origins: ['https://acme.example'], url: 'https://acme.example/x' },
    ]);
    await here.stop();
  });

  test.each([
    ['a file that is not there', undefined, 'no such file'],
    ['no YAML', 'platforms: [', 'line 1'],
    ['no platforms', 'other: 1', 'platforms: '],
    ['a missing address', 'platforms:\n  - name: acme\n    secretEnv: S\n', 'platforms[0].removeUrl: '],
    ['an unknown field', entry('    colour: red\n'), 'platforms[0]: Unrecognized key: "colour"'],
    ['another scheme', entry('', 'file:///etc/passwd'), 'platforms[0].removeUrl: '],
    ['credentials in an address', entry('', 'https://me:pw@acme.example/'), 'must hold no user name and password'],
    ['a name in capitals', entry('').replace('acme', 'Acme'), 'platforms[0].name: '],
    ['the name of a sandbox', entry('').replace('name: acme', 'name: sandbox-two'), 'must not begin with "sandbox"'],
    [
      'the same name twice',
      entry('') + entry('').replace('platforms:\n', ''),
      'platforms[1].name: "acme" is there twice',
    ],
    [
      'addresses without a control',
      entry('    readPaths: [{ name: p, url: "https://acme.example/{id}" }]\n'),
      'platforms[0].control: is needed',
    ],
    [
      'an unknown word in an address',
      entry(`${control}    readPaths: [{ name: p, url: "https://acme.example/{slug}" }]\n`),
      'platforms[0].readPaths[0].url: {slug} is unknown',
    ],
    [
      "an address whose host is the item's",
      entry(`${control}    readPaths: [{ name: p, url: "https://{author}.example/x" }]\n`),
      'must name its host itself',
    ],
    [
      "the post's own address without origins",
      entry(`${control}    readPaths: [{ name: p, url: "{url}" }]\n`),
      'platforms[0].readPaths[0].origins: is needed',
    ],
    [
      'two addresses of one name',
      entry(
        `${control}    readPaths: [{ name: p, url: "https://a.example/{id}" }, { name: p, url: "https://a.example/2" }]\n`,
      ),
      'platforms[0].readPaths[1].name: "p" is there twice',
    ],
    [
      'too few looks',
      entry(`${control}    readPaths: [{ name: p, url: "https://a.example/{id}", looks: 2 }]\n`),
      'platforms[0].readPaths[0].looks: ',
    ],
  ])('with %s is refused, and the field is named', (_what, yaml, message) => {
    const attempt = () => (yaml === undefined ? loadPlatforms(join(folder, 'none.yaml'), {}) : load(yaml));
    expect(attempt).toThrow(message);
  });

  test('names the variable of a secret that is missing or no secret, never the secret', () => {
    expect(() => load(entry(''), {})).toThrow('platforms[0].secretEnv: the variable S is not set');
    for (const wrong of ['hunter2hunter2hunter2', 'whsec_short', 'whsec_!!!']) {
      expect(() => load(entry(''), { S: wrong })).toThrow('the variable S must be a Standard Webhooks secret');
      expect(() => load(entry(''), { S: wrong })).not.toThrow(wrong);
    }
  });
});
