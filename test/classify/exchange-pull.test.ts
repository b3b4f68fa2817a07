import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pull, readSource } from '../../services/classify/exchange/pull.js';
import type { SourceSettings } from '../../services/classify/exchange/settings.js';
import { PullError } from '../../services/classify/exchange/source.js';
import { sourceOf } from '../../services/classify/exchange/sources/index.js';
import { newSource, sourcesTable } from '../../services/classify/exchange/tables.js';
import { confirmBankEntry, removeBankEntry } from '../../services/classify/signals/bank/index.js';
import { realTime, UnavailableError } from '../../services/runtime/index.js';
import { changesOf, entriesOf, forget, GraphPeer, hash, openSite, Peer, type Site, update } from './exchange-site.js';

const token = '12345678|a-token-that-nobody-may-see';
const secrets: Record<string, string> = { TOKEN: token, USER: 'ada', PASSWORD: 'a-password-that-nobody-may-see' };

let site: Site;
const peers: Peer[] = [];
beforeAll(async () => {
  site = await openSite();
});
beforeEach(() => forget(site));
afterEach(() => Promise.all(peers.splice(0).map(peer => peer.stop())));
afterAll(() => site.stop());
const started = async <P extends Peer>(peer: P): Promise<P> => {
  peers.push(peer);
  return peer.start();
};

type Pulled = Exclude<SourceSettings, { kind: 'push' }>;
const common = { bank: 'imported', everyMinutes: 60, tags: ['shared'] };
const graph = (peer: Peer): Pulled => ({
  kind: 'threatexchange',
  name: 'gifct',
  ...common,
  privacyGroup: '99',
  tokenEnv: 'TOKEN',
  url: `${peer.url}/v21.0`,
  feedback: false,
});
const tcap = (peer: Peer): Pulled => ({
  kind: 'tcap',
  name: 'tcap',
  ...common,
  userEnv: 'USER',
  passwordEnv: 'PASSWORD',
  url: peer.url,
  ideology: 'all',
});
const columns = { value: 'value', kind: 'kind', id: 'id', tags: 'tags', expires: 'expires' };
const csv = (more: { path?: string; url?: string; type?: 'md5' }): Pulled => ({
  kind: 'csv',
  name: 'list',
  ...common,
  columns,
  ...more,
});

/** One pull, as the holder of the lease does it. */
async function once(settings: Pulled, { runtime } = site) {
  const { db } = runtime;
  await db.commit([
    db.insert(sourcesTable, [newSource(settings.name, settings.kind, settings.bank)], { onConflict: 'nothing' }),
  ]);
  return pull(
    runtime,
    sourceOf(settings, name => secrets[name] ?? ''),
    settings,
    1,
    new AbortController().signal,
  );
}
const contents = async (): Promise<string[]> => (await entriesOf(site, 'imported')).map(entry => entry.content).sort();
const reportOf = async (name: string) => JSON.parse((await readSource(site.runtime, name)).report);

describe('ThreatExchange', () => {
  test('all pages are taken in, and begin in review; the next pull asks for what changed since', async () => {
    const peer = await started(new GraphPeer(token));
    peer.updates = [1, 2, 3, 4, 5].map(n => update(n, 100 + n));
    expect(await once(graph(peer))).toMatchObject({ rows: 5, entries: 5, held: 0 });
    const entries = await entriesOf(site, 'imported');
    expect(entries.map(({ content }) => content).sort()).toEqual([1, 2, 3, 4, 5].map(n => hash(n)));
    for (const entry of entries) {
      expect(entry).toMatchObject({ kind: 'pdq', source: 'gifct', tags: ['shared', 'media_type_photo'] });
      expect(entry.confirmedBy).toBeUndefined();
    }
    peer.updates.push(update(6, 200), update(2, 201, { should_delete: true }));
    expect(await once(graph(peer))).toMatchObject({ entries: 5 });
    expect(peer.since()).toEqual([null, '104']);
    expect(await contents()).toEqual([1, 3, 4, 5, 6].map(n => hash(n)));
  });

  test('a page that comes twice changes nothing', async () => {
    const peer = await started(new GraphPeer(token));
    peer.updates = [1, 2, 3].map(n => update(n, 100));
    await once(graph(peer));
    const before = await changesOf(site);
    await once(graph(peer));
    expect(peer.asked.length).toBe(4);
    expect(await changesOf(site)).toBe(before);
    expect(await contents()).toHaveLength(3);
  });

  test('the place is kept across a restart', async () => {
    const peer = await started(new GraphPeer(token));
    peer.updates = [1, 2, 3].map(n => update(n, 100 + n));
    await once(graph(peer));
    await site.stop(true);
    site = await openSite({ folder: site.folder });
    peer.updates.push(update(4, 150));
    expect(await once(graph(peer))).toMatchObject({ rows: 3, entries: 4 });
    expect(peer.since()).toEqual([null, '102']);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    'a process that dies at its commit number %i does it again, and nothing is lost',
    async n => {
      const peer = await started(new GraphPeer(token));
      peer.updates = [1, 2, 3, 4].map(i => update(i, 100 + i));
      await once(graph(peer));
      peer.updates = [...peer.updates, update(5, 200), update(1, 201, { should_delete: true }), update(6, 202)];
      const { runtime } = site;
      let left = n;
      const dying = {
        ...runtime,
        db: {
          ...runtime.db,
          commit: (writes: never[]) =>
            left-- <= 1 ? Promise.reject(new UnavailableError('dead')) : runtime.db.commit(writes),
        },
      } as typeof runtime;
      await expect(once(graph(peer), { ...site, runtime: dying })).rejects.toThrow('dead');
      expect(await once(graph(peer))).toMatchObject({ entries: 5, held: 0 });
      expect(await contents()).toEqual([2, 3, 4, 5, 6].map(i => hash(i)));
    },
  );

  test('unknown types are counted, bad rows listed without what they hold, the others taken', async () => {
    const peer = await started(new GraphPeer(token));
    peer.updates = [
      update(1, 101),
      update(2, 102, { type: 'TREND_QUERY' }),
      update(3, 103, { type: 'TREND_QUERY' }),
      update(9, 109, { type: 'constructor' }),
      update(4, 104, { indicator: 'not-a-hash-but-something-else' }),
      update(5, 105, { type: 'HASH_MD5', indicator: hash(5, 32) }),
      update(6, 106, { type: 'URI', indicator: 'https://listed.example/video/1' }),
      update(7, 107, { indicator: '0'.repeat(64) }),
      { ...update(8, 108), id: 'x' } as never,
    ];
    await once(graph(peer));
    const entries = await entriesOf(site, 'imported');
    expect(entries.map(({ kind }) => kind).sort()).toEqual(['link', 'md5', 'pdq']);
    const report = await reportOf('gifct');
    expect(report).toMatchObject({ unknown: { TREND_QUERY: 2, constructor: 1 }, badRows: 3 });
    expect(report.bad.map(({ id }: { id: string }) => id).sort()).toEqual(['1004', '1007', 'row 2']);
    expect(JSON.stringify(report)).not.toContain('something-else');
  });

  test('what all call harmless, or nobody can be seen to stand for, is not listed', async () => {
    const peer = await started(new GraphPeer(token));
    const said = (...statuses: string[]) => ({ data: statuses.map((status, n) => ({ id: String(n + 1), status })) });
    const { descriptors: _, ...unseen } = update(4, 104);
    peer.updates = [
      update(1, 101, { descriptors: said('NON_MALICIOUS', 'MALICIOUS') }),
      update(2, 102, { descriptors: said('NON_MALICIOUS') }),
      update(3, 103, { descriptors: said() }),
      unseen,
    ];
    await once(graph(peer));
    expect(await contents()).toEqual([hash(1)]);
  });

  test('after so long that deletions are forgotten, all is read anew, and what is not there any more goes', async () => {
    const peer = await started(new GraphPeer(token));
    peer.updates = [1, 2, 3].map(n => update(n, 100 + n));
    await once(graph(peer));
    peer.updates = [update(1, 101), update(2, 102)];
    const later = { ...site.runtime, time: { ...realTime, now: () => Date.now() + 86 * 24 * 3600_000 } };
    expect(await once(graph(peer), { ...site, runtime: later })).toMatchObject({ entries: 2 });
    expect(peer.since()).toEqual([null, null]);
    expect(await contents()).toEqual([hash(1), hash(2)]);
  });

  test('a next page elsewhere is not asked for: the token would go with it', async () => {
    const elsewhere = await started(new GraphPeer(token));
    const peer = await started(new GraphPeer(token));
    const next = `${elsewhere.url}/v21.0/99/threat_updates/?access_token=${token}`;
    peer.next.push({ body: { data: [update(1, 101)], paging: { next } } });
    await expect(once(graph(peer))).rejects.toThrow('names a next page elsewhere');
    expect(elsewhere.asked).toEqual([]);
  });

  test.each([
    ['broken JSON', { body: '{"data": [' }, /answered 200 with what is not JSON/],
    ['another shape', { body: { data: 'none' } }, /a page of another shape/],
    ['a redirect', { status: 302, headers: { location: 'https://elsewhere.example/' } }, /answered 302/],
    ['too much', { body: `"${'x'.repeat(17 * 1024 ** 2)}"` }, /more than 16 MiB/],
  ])('%s is a failed pull, and what was there stays', async (_, answer, message) => {
    const peer = await started(new GraphPeer(token));
    peer.updates = [update(1, 101)];
    await once(graph(peer));
    peer.next.push(answer);
    await expect(once(graph(peer))).rejects.toThrow(message);
    expect(await contents()).toEqual([hash(1)]);
    expect(await once(graph(peer))).toMatchObject({ entries: 1 });
  });

  test('429 tells how long to wait, and no error holds the token', async () => {
    const peer = await started(new GraphPeer(token));
    peer.next.push({
      status: 429,
      headers: { 'retry-after': '120' },
      body: { error: { message: `Too many calls with ${token}` } },
    });
    const error = await once(graph(peer)).catch(failure => failure);
    expect(error).toBeInstanceOf(PullError);
    expect(error).toMatchObject({ status: 429, retryAfter: 120_000 });
    expect(error.message).toMatch(/answered 429: Too many calls with …$/);
  });

  test('entries that our people took out do not come back, those they confirmed go back to review when the source withdraws them', async () => {
    const peer = await started(new GraphPeer(token));
    peer.updates = [1, 2, 3, 4, 5].map(n => update(n, 100 + n));
    await once(graph(peer));
    const [first, second] = await entriesOf(site, 'imported');
    await removeBankEntry(site.runtime, 'imported', first!.id, 'Ada');
    await confirmBankEntry(site.runtime, 'imported', second!.id, 'Ada');
    const again = [first!, second!].map(({ sources }) => Number(sources[0]!.id) - 1000);
    peer.updates.push(update(again[0]!, 200), update(again[1]!, 201, { should_delete: true }));
    await once(graph(peer));
    const left = await entriesOf(site, 'imported');
    expect(left.map(({ id }) => id)).not.toContain(first!.id);
    expect(left.find(({ id }) => id === second!.id)?.confirmedBy).toBeUndefined();
    expect(left).toHaveLength(4);
  });
});

describe('the TCAP hash list', () => {
  interface Listed {
    id: number;
    hash_digest: string;
    algorithm: string;
    deleted: boolean;
    updated_on: number;
  }
  const row = (id: number, updated_on: number, more: Partial<Listed> = {}) => ({
    id,
    hash_digest: hash(id),
    algorithm: 'PDQ',
    ideology: 'far-right',
    file_type: 'jpg',
    deleted: false,
    updated_on,
    created_on: '2026-03-03T23:05:22.587000',
    ...more,
  });

  /** Two rows a page, in the order of change. */
  class TcapPeer extends Peer {
    rows: Listed[] = [];
    constructor() {
      super(({ method, url, body, headers }) => {
        if (method === 'POST' && url.pathname === '/token-auth/tcap/') {
          const { username, password } = JSON.parse(body);
          const right = username === 'ada' && password === secrets.PASSWORD;
          return right
            ? { body: { token: 'jwt-nobody-may-see', user: {} } }
            : { status: 401, body: { detail: `no: ${password}` } };
        }
        if (headers.authorization !== 'Bearer jwt-nobody-may-see') return { status: 403 };
        if (url.pathname !== '/api/hash-list/v2/all') return { status: 404 };
        const [time = 0, id = 0] = (url.searchParams.get('after') || '0,0').split(',').map(Number);
        const rows = this.rows
          .sort((a, b) => a.updated_on - b.updated_on || a.id - b.id)
          .filter(one => one.updated_on > time || (one.updated_on === time && one.id > id));
        const page = rows.slice(0, 2);
        const last = page.at(-1);
        return {
          body: {
            count: rows.length,
            next: rows.length > 2 ? `${url.origin}/api/hash-list/v2/all?limit=2&offset=2` : null,
            previous: null,
            checkpoint: last ? `${last.updated_on},${last.id}` : null,
            results: page,
          },
        };
      });
    }
    after = (): (string | null)[] =>
      this.asked.filter(({ method }) => method === 'GET').map(({ url }) => url.searchParams.get('after'));
  }

  test('is read from the checkpoint on, deletions are honoured, other algorithms counted', async () => {
    const peer = await started(new TcapPeer());
    peer.rows = [
      row(1, 10.5),
      row(2, 11),
      row(3, 11),
      row(4, 12, { algorithm: 'SHA512', hash_digest: 'a'.repeat(128) }),
      row(5, 13, { algorithm: 'MD5', hash_digest: hash(5, 32).toUpperCase() }),
    ];
    expect(await once(tcap(peer))).toMatchObject({ rows: 5, entries: 4 });
    expect(peer.after()).toEqual(['', '11,2', '12,4']);
    expect(await contents()).toEqual([hash(1), hash(2), hash(3), hash(5, 32)].sort());
    expect((await entriesOf(site, 'imported'))[0]).toMatchObject({
      tags: ['shared', 'far-right', 'jpg'],
      source: 'tcap',
    });
    expect(await reportOf('tcap')).toMatchObject({ unknown: { SHA512: 1 }, badRows: 0 });
    peer.rows[1] = row(2, 20, { deleted: true });
    expect(await once(tcap(peer))).toMatchObject({ rows: 1, entries: 3 });
    expect(peer.after().at(-1)).toBe('13,5');
    expect(await once(tcap(peer))).toMatchObject({ rows: 0, entries: 3 });
  });

  test('a refused password is a failed pull that does not name it', async () => {
    const peer = await started(new TcapPeer());
    peer.next.push({ status: 401, body: { detail: `no: ${secrets.PASSWORD}` } });
    await expect(once(tcap(peer))).rejects.toThrow(/answered 401: no: …$/);
  });
});

describe('lists in CSV', () => {
  const write = (lines: string[], name = 'list.csv'): string => {
    const path = join(site.folder, name);
    writeFileSync(path, `kind,value,id,tags,expires\n${lines.join('\n')}\n`);
    return path;
  };
  const lines = (...numbers: number[]): string[] => numbers.map(n => `pdq,${hash(n)},id-${n},a;b,`);

  test('are compared as a whole: what is missing goes, bad rows are listed and go nowhere', async () => {
    const path = write([...lines(1, 2, 3), 'md5,nothing,bad,,', `tmk,${hash(9)},odd,,`, '"pdq","unclosed']);
    expect(await once(csv({ path }))).toMatchObject({ rows: 6, entries: 3 });
    expect((await entriesOf(site, 'imported'))[0]).toMatchObject({ tags: ['shared', 'a', 'b'] });
    expect(await reportOf('list')).toMatchObject({ unknown: { tmk: 1 }, badRows: 2 });
    write([...lines(1, 3), `link,https://listed.example/a?b=1,,,2099-01-01T00:00:00Z`]);
    expect(await once(csv({ path }))).toMatchObject({ entries: 3 });
    expect(await contents()).toEqual([hash(1), hash(3), 'https://listed.example/a?b=1'].sort());
    expect((await entriesOf(site, 'imported')).find(({ kind }) => kind === 'link')?.expiresAt).toBe(
      Date.parse('2099-01-01T00:00:00Z'),
    );
    expect(await reportOf('list')).toMatchObject({ unknown: {}, badRows: 0 });
  });

  test('a file that did not change is not read again', async () => {
    const path = write(lines(1, 2));
    await once(csv({ path }));
    const before = await changesOf(site);
    expect(await once(csv({ path }))).toMatchObject({ rows: 0, entries: 2 });
    expect(await changesOf(site)).toBe(before);
  });

  test('one that empties itself takes nothing out until a person lets it, and a mended one needs nobody', async () => {
    const path = write(lines(1, 2, 3, 4));
    await once(csv({ path }));
    write(lines(1));
    expect(await once(csv({ path }))).toMatchObject({ entries: 4, held: 3 });
    expect(await contents()).toHaveLength(4);
    expect(await once(csv({ path }))).toMatchObject({ entries: 4, held: 3 });
    write(lines(1, 2, 3));
    expect(await once(csv({ path }))).toMatchObject({ entries: 3, held: 0 });
    write([]);
    expect(await once(csv({ path }))).toMatchObject({ entries: 3, held: 3 });
    writeFileSync(path, '');
    await expect(once(csv({ path }))).rejects.toThrow('no head line');
    expect(await contents()).toHaveLength(3);
  });

  test('come from an address with a token, and only when they changed', async () => {
    let list = `hash\n${hash(1, 32)}\n${hash(2, 32)}\n`;
    const peer = await started(
      new Peer(({ headers }) => {
        if (headers.authorization !== `Bearer ${token}`) return { status: 401 };
        const etag = `"${list.length}"`;
        return headers['if-none-match'] === etag ? { status: 304 } : { body: list, headers: { etag } };
      }),
    );
    const settings = {
      ...csv({ url: peer.url, type: 'md5' }),
      tokenEnv: 'TOKEN',
      columns: { ...columns, value: 'hash' },
    } as Pulled;
    expect(await once(settings)).toMatchObject({ rows: 2, entries: 2 });
    expect(await once(settings)).toMatchObject({ rows: 0, entries: 2 });
    list += `${hash(3, 32)}\n`;
    expect(await once(settings)).toMatchObject({ rows: 3, entries: 3 });
    peer.next.push({ headers: { 'content-length': '1000' }, cut: true, body: `hash\n${hash(1, 32)}\n` });
    await expect(once(settings)).rejects.toThrow(/did not answer/);
    expect(await contents()).toHaveLength(3);
  });

  test('a source that fed another bank before is not mixed up with itself', async () => {
    const path = write(lines(1));
    await once(csv({ path }));
    await expect(once({ ...csv({ path }), bank: 'other' })).rejects.toThrow('it fed the bank "imported" before');
  });
});
