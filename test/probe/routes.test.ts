import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { derive } from '../../services/clocks/index.js';
import { loadPlatforms, PlatformsError, standardTestPost } from '../../services/platforms/index.js';
import { openPlatform, type Platform, platformsFile, prober, tester } from '../agreement/platform.js';
import { eventually, type Installed, install } from '../console/installation.js';
import { secret } from '../platforms/acme.js';

let folder: string;
let platform: Platform;
let here: Installed;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sansdelai-probe-'));
  platform = await openPlatform();
  process.env.ACME_SECRET = secret;
  here = await install({
    SANSDELAI_PROBE: 'on',
    SANSDELAI_PROBE_EVERY: '500ms',
    SANSDELAI_PLATFORMS: platformsFile(folder, platform.origin),
  });
}, 30_000);

afterAll(async () => {
  delete platform.handOver;
  await here?.stop();
  await platform?.close();
  delete process.env.ACME_SECRET;
  rmSync(folder, { recursive: true, force: true });
});

const metrics = async (): Promise<string[]> => (await (await fetch(`${here.url}/metrics`)).text()).split('\n');

/** The value of a series, by its name and labels as they are written. */
const figure = async (series: string): Promise<number | undefined> => {
  const line = (await metrics()).find(line => line.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
};
const shows = (series: string, is: (value: number) => boolean) =>
  eventually(async () => {
    const value = await figure(series);
    return value !== undefined && is(value) ? true : undefined;
  });

const send = (id: string, author: string, text: string): Promise<Response> =>
  here.ask('/v1/posts', {
    method: 'POST',
    body: JSON.stringify({
      id,
      platform: 'acme',
      url: `${platform.origin}/posts/${id}`,
      audience: 'public',
      author: { id: author },
      text,
      createdAt: new Date().toISOString(),
    }),
  });

const standing = async (id: string) =>
  (await (await here.ask(`/v1/posts/${id}?platform=acme`)).json()) as {
    state: string;
    versions: { flags: string[] }[];
    clocks: { obligation: string; state: string }[];
  };

test('a platform that does not publish what it is asked to is a failure of its own route, and of no other', async () => {
  await shows('takedown_probe_success{route="acme"}', value => value === 0);
  for (const route of ['sandbox', 'api']) await shows(`takedown_probe_success{route="${route}"}`, value => value === 1);
  expect(await figure('takedown_probe_seconds_count{route="acme",stage="gone"}')).toBeUndefined();
});

test('every route is tried to its end: the feed, the API, and a platform that lists an account for it', async () => {
  platform.handOver = (id, text) => void send(id, prober, text);
  await shows('takedown_probe_success{route="acme"}', value => value === 1);
  for (const route of ['sandbox', 'api', 'acme']) {
    for (const stage of ['received', 'assessed', 'called', 'gone'])
      expect(await figure(`takedown_probe_seconds_count{route="${route}",stage="${stage}"}`)).toBeGreaterThan(0);
  }
  expect([...platform.posts.values()].filter(({ removed }) => removed).length).toBeGreaterThan(0);
});

test('what the probe wrote is in no figure, wherever it wrote it; what others wrote on the same platform is', async () => {
  const gone = await eventually(async () => {
    const last = [...platform.posts.keys()].at(-1);
    const found = last === undefined ? undefined : await standing(last);
    // The clocks hear of it a moment later.
    return found?.state === 'gone' && found.clocks.length > 1 ? found : undefined;
  });
  expect(gone.versions[0]?.flags).toContain('probe');
  const clocks = ['posted-to-gone', 'removal'];
  expect(gone.clocks.map(({ obligation }) => obligation).sort()).toEqual(clocks);

  platform.publish('theirs', `${standardTestPost} of somebody who tries it`);
  expect((await send('theirs', tester, `${standardTestPost} of somebody who tries it`)).status).toBe(202);
  await shows('takedown_seconds_count{obligation="removal",route="api"}', value => value === 1);
  const probes = platform.probes;
  await eventually(async () => (platform.probes > probes + 1 ? true : undefined));
  const counts = (await metrics()).filter(line => /^takedown_(long_)?seconds_count\{/.test(line));
  expect(counts.map(line => line.split(' ').at(-1))).toEqual(['1', '1']);
  const { figures } = (await (await here.ask('/v1/sla')).json()) as {
    figures: { obligation: string; count: number }[];
  };
  expect(figures.map(({ obligation, count }) => [obligation, count])).toEqual(clocks.map(name => [name, 1]));
});

test('the key that it sends with is one, however often it starts', async () => {
  const { keys } = (await (await here.ask('/v1/keys')).json()) as { keys: { id: string; scopes: string[] }[] };
  expect(keys.filter(({ id }) => id === 'probe').map(({ scopes }) => scopes)).toEqual([['posts:write']]);
});

test('a case about a post of the probe is kept, and in no figure', () => {
  const data = { platform: 'acme', postId: '1', version: 1, caseId: 'c', at: 0, route: 'api', withheld: false };
  const [probe] = derive({ type: 'case.opened.v1', data: { ...data, flags: ['probe'] } });
  expect(probe).toMatchObject({ obligation: 'review', kind: 'start', uncounted: true });
  const [other] = derive({ type: 'case.opened.v1', data: { ...data, flags: ['backfill'] } });
  expect(other).not.toHaveProperty('uncounted');
});

test('only on the hidden sandbox can somebody else hand a post over', async () => {
  const body = JSON.stringify({ text: 'Written on its page alone.', feed: false });
  const hidden = await here.ask('/sandbox-probe/posts', { method: 'POST', body });
  expect(hidden.status).toBe(201);
  expect((await here.ask('/sandbox/posts', { method: 'POST', body })).status).toBe(422);
});

test('settings that can’t be are refused: an account that is not for tests, a platform that can’t be looked at', () => {
  const file = join(folder, 'wrong.yaml');
  const one = `platforms:
  - name: acme
    removeUrl: http://127.0.0.1:1/calls
    secretEnv: ACME_SECRET
    probe: { account: prober, postUrl: 'http://127.0.0.1:1/calls' }
`;
  writeFileSync(file, one);
  const load = () => loadPlatforms(file);
  expect(load).toThrow(PlatformsError);
  expect(load).toThrow(/platforms\[0\]\.probe\.account: must be among testAccounts/);
  expect(load).toThrow(/platforms\[0\]\.probe: needs readPaths/);
});
