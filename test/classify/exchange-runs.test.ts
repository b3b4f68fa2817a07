import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ExchangesError } from '../../services/classify/exchange/index.js';
import { loadExchanges } from '../../services/classify/exchange/settings.js';
import { confirmBankEntry } from '../../services/classify/signals/bank/index.js';
import { freshDatabase, withServers } from '../servers/index.js';
import { until } from '../until.js';
import {
  entriesOf,
  GraphPeer,
  hash,
  openSite,
  type Peer,
  type Site,
  type Started,
  startSite,
  update,
} from './exchange-site.js';

const token = '12345678|a-token-that-nobody-may-see';
const graph = (peer: Peer, more: object = {}) => ({
  kind: 'threatexchange',
  name: 'gifct',
  bank: 'imported',
  privacyGroup: '99',
  tokenEnv: 'GIFCT_TOKEN',
  url: `${peer.url}/v21.0`,
  ...more,
});
const environment = { GIFCT_TOKEN: token };

describe('sources that run', () => {
  let site: Site;
  let peer: GraphPeer;
  let running: Started | undefined;
  beforeEach(async () => {
    site = await openSite();
    peer = await new GraphPeer(token).start();
    peer.updates = [1, 2, 3].map(n => update(n, 100 + n));
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    await peer.stop();
    await site.stop();
  });

  test('are pulled at once, and shown with what they hold and could not take', async () => {
    peer.updates.push(update(4, 200, { type: 'TREND_QUERY' }));
    running = await startSite(site, { sources: [graph(peer)] }, environment);
    const shown = await until(async () => {
      const one = await running!.status('gifct');
      return one.state === 'ok' && Date.parse(String(one.nextAt)) > Date.now() ? one : undefined;
    });
    expect(shown).toMatchObject({
      kind: 'threatexchange',
      bank: 'imported',
      entries: 3,
      everyMinutes: 60,
      held: 0,
      failures: 0,
      unknown: { TREND_QUERY: 1 },
    });
    expect(Date.parse(String(shown.nextAt)) - Date.parse(String(shown.lastPullAt))).toBeGreaterThan(59 * 60_000);
    const text = await until(async () => {
      const metrics = await (await fetch(`${running!.url}/metrics`)).text();
      return metrics.includes('exchange_entries{source="gifct"} 3') ? metrics : undefined;
    });
    expect(text).toMatch(/exchange_pull_age_seconds\{source="gifct"\} \d/);
    expect(text).toContain('exchange_removals_held{source="gifct"} 0');
    expect((await fetch(`${running.url}/v1/exchange`)).status).toBe(401);
    expect((await running.call('POST', '/v1/exchange/gifct/pull')).status).toBe(202);
    await until(() => peer.since().length >= 2);
    expect(peer.since()[1]).toBe('199');
  });

  test('that are told to wait do so, and no secret is in the log, the database or an answer', async () => {
    peer.next.push({
      status: 429,
      headers: { 'retry-after': '7200' },
      body: { error: { message: `slow down, ${token}` } },
    });
    running = await startSite(site, { sources: [graph(peer, { everyMinutes: 1 })] }, environment);
    const shown = await until(async () => {
      const one = await running!.status('gifct');
      return one.state === 'failing' ? one : undefined;
    });
    expect(shown.error).toMatch(/answered 429: slow down, …$/);
    expect(Date.parse(String(shown.nextAt)) - Date.now()).toBeGreaterThan(7_100_000);
    expect(await (await fetch(`${running.url}/metrics`)).text()).toContain('exchange_failures_total{source="gifct"} 1');
    await running.call('POST', '/v1/exchange/gifct/pull');
    await until(async () => (await running!.status('gifct')).state === 'ok');
    const { db } = site.runtime;
    const rows = await db.tables<{ exchange_sources: object }>().selectFrom('exchange_sources').selectAll().execute();
    for (const text of [JSON.stringify(shown), site.logged(), JSON.stringify(rows)]) {
      expect(text).toContain('gifct');
      expect(text).not.toContain('a-token-that-nobody-may-see');
    }
  });

  test('that would lose more than half wait for a person, who names the number', async () => {
    running = await startSite(site, {
      sources: [{ kind: 'csv', name: 'list', bank: 'imported', path: join(site.folder, 'l.csv') }],
    });
    const write = (...numbers: number[]) => {
      writeFileSync(join(site.folder, 'l.csv'), `kind,value\n${numbers.map(n => `pdq,${hash(n)}`).join('\n')}\n`);
      return running!.call('POST', '/v1/exchange/list/pull');
    };
    await write(1, 2, 3, 4);
    await until(async () => (await running!.status('list')).entries === 4);
    await write(9);
    expect(
      await until(async () => ((await running!.status('list')).state === 'held' ? running!.status('list') : undefined)),
    ).toMatchObject({ held: 4, entries: 5 });
    expect(site.logged()).toContain('a person has to let it go on');
    expect((await running.call('POST', '/v1/exchange/list/go-on', { removals: 3 })).status).toBe(409);
    expect((await running.call('POST', '/v1/exchange/nobody/go-on', { removals: 3 })).status).toBe(404);
    expect((await running.call('POST', '/v1/exchange/list/go-on', {})).status).toBe(422);
    expect(await entriesOf(site, 'imported')).toHaveLength(5);
    expect((await running.call('POST', '/v1/exchange/list/go-on', { removals: 4 })).status).toBe(202);
    await until(async () => (await running!.status('list')).state === 'ok');
    expect((await entriesOf(site, 'imported')).map(({ content }) => content)).toEqual([hash(9)]);
  });
});

withServers(['postgres'], 'two processes of one installation', () => {
  test('one of them pulls; where it ends, the other goes on from the same place', async () => {
    const database = await freshDatabase();
    const peer = await new GraphPeer(token).start();
    const first = await openSite({ database });
    const second = await openSite({ database });
    peer.updates = [1, 2, 3].map(n => update(n, 100 + n));
    const sources = { sources: [graph(peer, { feedback: true })] };
    const one = await startSite(first, sources, environment);
    const two = await startSite(second, sources, environment);
    try {
      for (const running of [one, two]) await until(async () => (await running.status('gifct')).entries === 3);
      await one.call('POST', '/v1/exchange/gifct/pull');
      await until(() => peer.since().length >= 2);
      expect(peer.since()).toEqual([null, '102']);
      const [entry] = await entriesOf(second, 'imported');
      await confirmBankEntry(second.runtime, 'imported', entry!.id, 'Ada');
      const told = () => peer.asked.filter(({ method }) => method === 'POST').length;
      await until(() => told() > 0);
      const { db } = first.runtime;
      const lease = async () =>
        (
          await db
            .tables<{ leases: { name: string; owner: string } }>()
            .selectFrom('leases')
            .selectAll()
            .where('name', '=', 'exchange')
            .executeTakeFirst()
        )?.owner;
      const [holder, other] = (await lease()) === first.runtime.instance ? [one, two] : [two, one];
      await holder.stop();
      peer.updates.push(update(4, 200));
      await other.call('POST', '/v1/exchange/gifct/pull');
      await until(async () => (await other.status('gifct')).entries === 4);
      expect(peer.since()).toEqual([null, '102', '102']);
      expect(await entriesOf(first, 'imported')).toHaveLength(4);
      expect(told()).toBe(1);
    } finally {
      await two.stop().catch(() => undefined);
      await one.stop().catch(() => undefined);
      await first.stop();
      await second.stop();
      await peer.stop();
    }
  });
});

describe('the file of exchanges', () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  });
  afterAll(() => site.stop());
  const load = (text: string, variables: Record<string, string> = {}) => {
    const file = join(site.folder, 'given.yaml');
    writeFileSync(file, text);
    return loadExchanges(file, variables);
  };

  test('may be left out, or say little', () => {
    expect(loadExchanges(undefined, {})).toMatchObject({ sources: [], partners: [] });
    expect(load('sources: []')).toMatchObject({ sources: [], partners: [] });
    const { sources, secret } = load('sources: [{kind: tcap, name: tcap, bank: tcap, userEnv: U, passwordEnv: P}]', {
      U: 'ada',
      P: 'kept-out',
    });
    expect(sources[0]).toMatchObject({ everyMinutes: 60, ideology: 'all', url: 'https://app.terrorismanalytics.org' });
    expect(JSON.stringify(sources)).not.toContain('kept-out');
    expect(secret('P')).toBe('kept-out');
  });

  test.each([
    [
      'an unset secret',
      'sources: [{kind: tcap, name: t, bank: b, userEnv: U, passwordEnv: P}]',
      /t: the variable P is not set/,
    ],
    [
      'a secret in the file',
      'sources: [{kind: tcap, name: t, bank: b, user: ada, passwordEnv: P, userEnv: U}]',
      /sources\[0\].*"user"/,
    ],
    [
      'plain http elsewhere',
      'sources: [{kind: csv, name: l, bank: b, url: "http://lists.example/a.csv"}]',
      /sources\[0\]\.url: must be https/,
    ],
    [
      'a password in an address',
      'sources: [{kind: csv, name: l, bank: b, url: "https://a:b@lists.example/"}]',
      /no user name and password/,
    ],
    [
      'both a path and an address',
      'sources: [{kind: csv, name: l, bank: b, path: a, url: "https://lists.example/"}]',
      /either a path or a url/,
    ],
    [
      'a name twice',
      'sources: [{kind: csv, name: l, bank: b, path: a}, {kind: csv, name: l, bank: b, path: c}]',
      /sources\[1\]\.name: "l" is there twice/,
    ],
    ['an unknown kind', 'sources: [{kind: ftp, name: l, bank: b}]', /sources\[0\]\.kind/],
    [
      'a private key of a partner',
      `partners: [{name: p, bank: b, keys: [{kid: k, key: {kty: OKP, crv: Ed25519, x: "${'A'.repeat(43)}", d: secret}}]}]`,
      /keys\[0\]\.key/,
    ],
    ['no YAML', 'sources: [', /can't be used/],
  ])('%s is told by its field', (_, text, message) => {
    const read = () => load(text, { U: 'ada' });
    expect(read).toThrow(ExchangesError);
    expect(read).toThrow(message);
  });

  test('is as the documentation shows it', () => {
    const page = readFileSync(fileURLToPath(new URL('../../../docs/exchange.md', import.meta.url)), 'utf8');
    const [, example = ''] = /^```yaml exchanges\n([\s\S]*?)^```$/m.exec(page) ?? [];
    const named = [...example.matchAll(/Env: (\w+)/g)].map(([, name]) => [name, 'x']);
    const { sources, partners } = load(example, Object.fromEntries(named));
    expect(sources.map(({ kind }) => kind)).toEqual(['threatexchange', 'tcap', 'csv', 'push']);
    expect(partners).toHaveLength(1);
  });

  test('that is not there says so', () => {
    expect(() => loadExchanges(join(site.folder, 'none.yaml'), {})).toThrow(/ENOENT/);
  });
});
