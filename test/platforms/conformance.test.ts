import { type Call, type Connector, type Item, judge, look, seen } from '../../services/platforms/index.js';
import { realTime } from '../../services/runtime/index.js';
import { freshDatabase, freshRedis, withServers } from '../servers/index.js';
import { acme, acmeFile, secret } from './acme.js';
import { dropFolder, type Installation, newFolder, start } from './installation.js';
import { postText } from './site.js';

/** A platform with its connector, as the suite needs it. */
interface Subject {
  connector: Connector;
  /** Publishes on the platform, as its users do. */
  publish(text: string): Promise<Item>;
  stop(): Promise<void>;
}

type Settings = Record<string, string>;

async function sandbox(platform: 'sandbox' | 'sandbox-probe', settings: Settings = {}): Promise<Subject> {
  const folder = newFolder();
  const here: Installation = await start(folder, settings);
  return {
    connector: here.connectors.get(platform)!,
    async publish(text) {
      const answer = await fetch(`${here.url}/${platform}/posts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text }),
      });
      const { id, url } = (await answer.json()) as { id: string; url: string };
      return { platform, id, version: 1, url, authorId: 'visitor', text };
    },
    async stop() {
      await here.stop();
      dropFolder(folder);
    },
  };
}

async function webhook(settings: Settings = {}): Promise<Subject> {
  const folder = newFolder();
  const site = await acme();
  process.env.ACME_SECRET = secret;
  const here = await start(folder, { ...settings, SANSDELAI_PLATFORMS: acmeFile(folder, site.origin) });
  let count = 0;
  return {
    connector: here.connectors.get('acme')!,
    async publish(text) {
      const id = `post ${++count}/é`;
      site.write(id, text);
      const url = `${site.origin}/posts/${encodeURIComponent(id)}`;
      return { platform: 'acme', id, version: 1, url, authorId: 'alice', text };
    },
    async stop() {
      await here.stop();
      await site.close();
      dropFolder(folder);
    },
  };
}

const deps = { time: realTime, timeout: 2_000, vantage: 'test' };
let calls = 0;
const call = (fence = 1, idempotencyKey = `call-${++calls}`): Call => ({
  idempotencyKey,
  fence,
  territory: 'all',
  reason: 'a test',
});

function conforms(make: () => Promise<Subject>): void {
  let subject: Subject;
  let connector: Connector;
  beforeAll(async () => {
    subject = await make();
    connector = subject.connector;
  });
  afterAll(() => subject.stop());

  const verdict = async (item: Item) => judge(await look(connector, item, deps));
  const isSeen = async (item: Item) => seen(await look(connector, item, deps));

  test('shows what was published at every public address', async () => {
    const item = await subject.publish(postText);
    for (const path of connector.readPaths(item)) {
      const looks = await look({ ...connector, readPaths: () => [path] }, item, deps);
      expect(looks.map(one => one.verdict)).toEqual(['readable']);
      expect(seen(looks)).toBe(true);
    }
  });

  test('removes: seen before, gone from every public address after', async () => {
    const item = await subject.publish(postText);
    expect(await isSeen(item)).toBe(true);
    expect(await connector.remove(item, call())).toMatchObject({ kind: 'accepted' });
    expect(await verdict(item)).toMatchObject({ verdict: 'gone' });
  });

  test('removes one item and no other', async () => {
    const [item, other] = [await subject.publish(postText), await subject.publish(postText)];
    await connector.remove(item, call());
    expect(await verdict(item)).toMatchObject({ verdict: 'gone' });
    expect(await isSeen(other)).toBe(true);
  });

  test('restores what was removed', async () => {
    const item = await subject.publish(postText);
    await connector.remove(item, call());
    expect(await connector.restore(item, call())).toMatchObject({ kind: 'accepted' });
    expect(await verdict(item)).toMatchObject({ verdict: 'readable' });
    expect(await isSeen(item)).toBe(true);
  });

  test('the same key twice has one effect, also after something else was done', async () => {
    const item = await subject.publish(postText);
    const first = call();
    expect(await connector.remove(item, first)).toMatchObject({ kind: 'accepted' });
    expect(await connector.remove(item, first)).toMatchObject({ kind: 'accepted' });
    await connector.restore(item, call());
    expect(await connector.remove(item, first)).toMatchObject({ kind: 'accepted' });
    expect(await verdict(item)).toMatchObject({ verdict: 'readable' });
  });

  test('two calls at the same moment with one key have one effect, and both are accepted', async () => {
    const item = await subject.publish(postText);
    const one = call();
    const answers = await Promise.all([connector.remove(item, one), connector.remove(item, one)]);
    expect(answers.map(({ kind }) => kind)).toEqual(['accepted', 'accepted']);
    expect(await verdict(item)).toMatchObject({ verdict: 'gone' });
  });

  test('a holder that was paused past its lease changes nothing', async () => {
    const item = await subject.publish(postText);
    await connector.remove(item, call(7));
    expect(await connector.restore(item, call(6))).toMatchObject({ kind: 'refused' });
    expect(await verdict(item)).toMatchObject({ verdict: 'gone' });
  });

  test('an item that never was is refused, and looks gone without having been seen', async () => {
    const item = await subject.publish(postText);
    const never = { ...item, id: '00000000000000000000000000', url: item.url.replace(/[^/]+$/, '0'.repeat(26)) };
    expect(await connector.remove(never, call())).toMatchObject({ kind: 'refused' });
    expect(await isSeen(never)).toBe(false);
    expect(await verdict(never)).toMatchObject({ verdict: 'gone' });
  });

  test('its public addresses need no credentials and hold none', async () => {
    const item = await subject.publish(postText);
    for (const path of [...connector.readPaths(item), connector.controlPath()]) {
      const url = new URL(path.url);
      expect([url.protocol, url.username, url.password]).toEqual(['http:', '', '']);
      expect((await fetch(path.url)).status).toBe(200);
    }
  });

  test('its control answers the same whatever is removed', async () => {
    const control = connector.controlPath();
    const item = await subject.publish(postText);
    const before = await (await fetch(control.url)).text();
    await connector.remove(item, call());
    expect(await (await fetch(control.url)).text()).toBe(before);
    expect(before).toContain(control.contains);
  });
}

describe('the connector of the sandbox', () => conforms(() => sandbox('sandbox')));
describe('the connector of the hidden sandbox', () => conforms(() => sandbox('sandbox-probe')));
describe('the connector by webhook', () => conforms(() => webhook()));

withServers(['postgres', 'redis'], 'on PostgreSQL and Redis', () => {
  const shared = async (): Promise<Settings> => ({
    DATABASE_URL: await freshDatabase(),
    REDIS_URL: await freshRedis(),
  });
  describe('the connector of the sandbox', () => conforms(async () => sandbox('sandbox', await shared())));
  describe('the connector by webhook', () => conforms(async () => webhook(await shared())));
});
