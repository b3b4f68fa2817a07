import type { Post } from '../../services/contracts/index.js';
import { judge, listDeliveries, look } from '../../services/platforms/index.js';
import { realTime } from '../../services/runtime/index.js';
import { freshDatabase, freshRedis, withServers } from '../servers/index.js';
import { until } from '../until.js';
import { acme, acmeFile, secret } from './acme.js';
import { dropFolder, type Installation, newFolder, start } from './installation.js';

withServers(['postgres', 'redis'], 'platforms in two processes', () => {
  let folders: string[];
  let one: Installation;
  let two: Installation;
  let settings: Record<string, string>;
  beforeEach(async () => {
    folders = [newFolder(), newFolder()];
    settings = { DATABASE_URL: await freshDatabase(), REDIS_URL: await freshRedis() };
    one = await start(folders[0]!, settings);
    two = await start(folders[1]!, { ...settings, SANSDELAI_URL: one.url });
  });
  afterEach(async () => {
    await one.stop();
    await two.stop();
    for (const folder of folders) dropFolder(folder);
  });

  const publish = async (at: Installation, text: string) => {
    const answer = await fetch(`${at.url}/sandbox/posts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text }),
    });
    return (await answer.json()) as { id: string; url: string };
  };
  const feed = (at: Installation) => {
    const taken: Post[] = [];
    const abort = new AbortController();
    const done = at.connectors.get('sandbox')!.feed!(async posts => void taken.push(...posts), abort.signal);
    const stop = async () => {
      abort.abort();
      await done;
    };
    return { taken, stop };
  };

  test('a post made through one is handed over by the other, at once', async () => {
    const there = feed(two);
    await until(async () => {
      await publish(one, 'warm-up');
      return there.taken.length > 0;
    });
    const before = there.taken.length;
    const { id } = await publish(one, 'Hello.');
    await until(() => there.taken.length > before && there.taken.some(post => post.id === id));
    await there.stop();
  });

  test('written through both at once, every post is handed over, and once', async () => {
    const there = feed(two);
    const ids: string[] = [];
    const writer = async (at: Installation) => {
      for (let n = 0; n < 60; n++) ids.push((await publish(at, `Post ${n}`)).id);
    };
    await Promise.all([one, two, one, two].map(writer));
    await until(() => there.taken.length >= ids.length);
    await there.stop();
    expect(there.taken.map(post => post.id).sort()).toEqual(ids.sort());
  });

  test('one removes what the other serves: they share the token', async () => {
    const { id, url } = await publish(one, 'Words that go away.');
    const item = { platform: 'sandbox', id, version: 1, url, authorId: 'visitor', text: 'Words that go away.' };
    const connector = two.connectors.get('sandbox')!;
    const call = { idempotencyKey: 'k', fence: 1, territory: 'all', reason: 'test' } as const;
    expect(await connector.remove(item, call)).toMatchObject({ kind: 'accepted' });
    expect((await fetch(url)).status).toBe(410);
    const looks = await look(connector, item, { time: realTime, timeout: 2_000, vantage: 'test' });
    expect(judge(looks).verdict).toBe('gone');
    expect(new Set(looks.map(seen => new URL(seen.url).origin))).toEqual(new Set([one.url]));
  });

  test('a delivery made by one is seen by the other', async () => {
    const there = await acme();
    process.env.ACME_SECRET = secret;
    await one.stop();
    one = await start(folders[0]!, { ...settings, SANSDELAI_PLATFORMS: acmeFile(folders[0]!, there.origin) });
    there.write('x', 'Words.');
    const item = { platform: 'acme', id: 'x', version: 1, url: `${there.origin}/posts/x`, authorId: 'a' };
    await one.connectors.get('acme')!.remove(item, { idempotencyKey: 'k', fence: 1, territory: 'all', reason: 'test' });
    expect(await listDeliveries(two.runtime)).toMatchObject([
      { item: 'x', state: 'accepted', attempts: [{ status: 202 }] },
    ]);
    await there.close();
  });
});
