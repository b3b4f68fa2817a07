import { request } from 'node:http';
import { entryKinds, listBankEntries } from '../../services/classify/signals/bank/index.js';
import { csvRows, ndjsonRows } from '../../services/classify/signals/bank/rows.js';
import { freshDatabase, withServers } from '../servers/index.js';
import { type HttpSite, hashOf, openHttp } from './bank-site.js';

const ndjson = 'application/x-ndjson';
const lines = (rows: unknown[]): string =>
  rows.map(row => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n');

function suite(settings: () => Promise<Record<string, string>>): void {
  let site: HttpSite;
  beforeAll(async () => {
    site = await openHttp(await settings());
  });
  afterAll(() => site?.stop());
  const send = (bank: string, body: string, type = ndjson, source = 'list') =>
    site.call('POST', `/v1/banks/${bank}/import?source=${source}`, body, type);
  /** In the order of their kinds: those of one commit have no other. */
  const entries = async (bank: string) =>
    (await listBankEntries(site.runtime, bank, { limit: 1000 })).sort(
      (a, b) => entryKinds.indexOf(a.kind) - entryKinds.indexOf(b.kind),
    );

  test('good rows are kept, bad ones listed with their line and reason; none is confirmed', async () => {
    const body = lines([
      { kind: 'text', text: 'The ferry leaves the island before the tide', tags: ['a'], sourceId: 'x1', actsAt: 0.9 },
      'not json',
      { kind: 'link', link: 'https://listed.example/path', scope: 'prefix' },
      '',
      { kind: 'pdq', hash: hashOf('p'), actsWithin: 20 },
      { kind: 'pdq', hash: 'abc' },
      { kind: 'sha256', hash: hashOf('s'), confirmed: true },
      { kind: 'md5', hash: hashOf('m', 32), expiresAt: 4_000_000_000_000 },
      { kind: 'picture' },
      '"\ufffd"',
      { kind: 'text', text: 'short' },
      { kind: 'md5', hash: hashOf('n', 32), tags: Array(51).fill('t') },
      'x'.repeat(600_000),
    ]);
    const { status, body: told } = await send('mixed', body);
    expect(status).toBe(200);
    expect(told).toMatchObject({ source: 'list', rows: 12, added: 4, updated: 0, unchanged: 0, refused: 8 });
    expect(
      told.errors.map(({ line, reason }: { line: number; reason: string }) => [line, reason.slice(0, 30)]),
    ).toEqual([
      [2, expect.stringContaining('is not JSON')],
      [6, 'hash: must be 64 hex digits'],
      [7, expect.stringContaining('Unrecognized key')],
      [9, expect.stringContaining('kind')],
      [10, expect.stringContaining('the row: Invalid input')],
      [11, expect.stringContaining('text: has 5 letters')],
      [12, expect.stringContaining('tags')],
      [13, expect.stringContaining('The line is longer')],
    ]);
    const [text, link, pdq, md5] = await entries('mixed');
    expect(text).toMatchObject({ tags: ['a'], actsAt: 0.9, source: 'list', sources: [{ source: 'list', id: 'x1' }] });
    expect(link).toMatchObject({ kind: 'link', scope: 'prefix', content: 'https://listed.example/path' });
    expect(pdq).toMatchObject({ kind: 'pdq', actsWithin: 20, sources: [{ source: 'list', id: `pdq:${hashOf('p')}` }] });
    expect(md5).toMatchObject({ kind: 'md5', expiresAt: 4_000_000_000_000 });
    expect((await entries('mixed')).map(({ confirmedBy }) => confirmedBy)).toEqual(Array(4).fill(undefined));
    const again = await send('mixed', body);
    expect(again.body).toMatchObject({ added: 0, unchanged: 4, refused: 8 });
  });

  test('CSV: columns by name, cells in quotes, several tags, semicolons where the header has them', async () => {
    const csv = [
      '\ufeffKind,Value,ID,Tags,Expires,Scope,acts_at,Acts Within',
      'text,"The caravan, they said, leaves ""at dawn""\r\nand nobody will see it",t1,a|b c,2096-10-02T07:06:40Z,,0.75,',
      `pdq,${hashOf('c1')},,,,,,12`,
      '',
      'link,https://listed.example/x,,,,link,,',
      `sha256,${hashOf('c2')}`,
      `MD5, ${hashOf('c3', 32)} ,,,,,,`,
      'text,"never',
      'closed',
    ].join('\r\n');
    const { status, body } = await send('csv', csv, 'text/csv; charset=utf-8');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      rows: 6,
      added: 5,
      refused: 1,
      errors: [{ line: 9, reason: 'a quote is never closed' }],
    });
    const all = await entries('csv');
    expect(all[0]).toMatchObject({
      content: 'The caravan, they said, leaves "at dawn"\r\nand nobody will see it',
      tags: ['a', 'b c'],
      actsAt: 0.75,
      expiresAt: 4_000_000_000_000,
      sources: [{ id: 't1' }],
    });
    expect(all.map(({ kind }) => kind)).toEqual(['text', 'link', 'pdq', 'sha256', 'md5']);
    expect(all[2]).toMatchObject({ actsWithin: 12 });
    const semicolons = `kind;value;actsAt\r\ntext;One, two and three boats came home;0,9`;
    expect((await send('csv2', semicolons, 'text/csv')).body).toMatchObject({ added: 1 });
    expect(await entries('csv2')).toMatchObject([{ actsAt: 0.9 }]);
  });

  test('CSV: bad rows are listed, and reading goes on behind them', async () => {
    const csv = [
      'kind,value,expires',
      'text,"quoted" more,',
      'text,The bakers sang until the bread was done,tomorrow',
      `sha256,${hashOf('good')},`,
      `sha256,${hashOf('more')},,,,`,
      `nothing,${hashOf('kind')},`,
      `md5,${hashOf('good2', 32)},`,
    ].join('\n');
    const { body } = await send('rough', csv, 'text/csv');
    expect(body).toMatchObject({ rows: 6, added: 2, refused: 4 });
    expect(body.errors).toEqual([
      { line: 2, reason: 'there is text behind a closing quote' },
      { line: 3, reason: 'expires: tomorrow is no RFC 3339 time' },
      { line: 5, reason: 'has 6 cells, and the header 3' },
      { line: 6, reason: expect.stringMatching(/^kind: /) },
    ]);
  });

  test.each([
    ['an unknown column', 'kind,value,colour\n', 'text/csv', 422, 'colour'],
    ['no column for the value', 'kind,id\n', 'text/csv', 422, 'value'],
    ['a column twice', 'kind,value,value\n', 'text/csv', 422, 'twice'],
    ['an empty CSV file', '', 'text/csv', 422, 'empty'],
    ['another type', '{}', 'application/json', 415, 'x-ndjson'],
  ])('%s is refused as a whole', async (_, body, type, status, word) => {
    const answer = await send('whole', body, type);
    expect(answer.status).toBe(status);
    expect(answer.body.detail).toContain(word);
  });

  test('no source, or a bank with a bad name, is refused', async () => {
    expect((await site.call('POST', '/v1/banks/x/import', '', ndjson)).body.errors[0].path).toBe('source');
    expect((await send('Bad!', '')).body.errors[0].path).toBe('bank');
    expect((await send('none', '')).body).toMatchObject({ rows: 0, added: 0 });
  });

  test('an entry is confirmed over HTTP, by whoever holds the key', async () => {
    const hash = hashOf('to confirm');
    await send(
      'sure',
      lines([
        { kind: 'pdq', hash },
        { kind: 'text', text: 'The ferry waits for the evening tide' },
      ]),
    );
    const [text, pdq] = await entries('sure');
    const confirm = (id: string, body?: unknown) => site.call('POST', `/v1/banks/sure/entries/${id}/confirm`, body);
    expect((await site.call('GET', '/v1/banks/sure/entries?confirmed=true')).body.entries).toEqual([]);
    expect(await confirm(pdq!.id, { actsWithin: 8 })).toMatchObject({
      status: 200,
      body: { confirmedBy: 'Ada', actsWithin: 8 },
    });
    expect((await confirm(text!.id)).body).toMatchObject({ confirmedBy: 'Ada', actsAt: 0.5 });
    expect((await site.call('GET', '/v1/banks/sure/entries?confirmed=false')).body.entries).toEqual([]);
    expect((await confirm(text!.id, { actsWithin: 3 })).body.errors).toMatchObject([{ path: 'actsWithin' }]);
    expect((await confirm(pdq!.id, { actsWithin: 32 })).status).toBe(422);
    expect((await confirm('nobody')).status).toBe(404);
  });

  test('what was read before the client went away is in', async () => {
    const rows = Array.from({ length: 2_500 }, (_, n) => ({ kind: 'sha256', hash: hashOf(`cut ${n}`) }));
    const { port } = new URL(site.url);
    const req = request({
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/v1/banks/cut/import?source=list',
      headers: { authorization: 'Bearer a-key-of-tests-that-writes-banks', 'content-type': ndjson },
    });
    req.on('error', () => undefined);
    req.write(`${lines(rows)}\n`);
    const written = new Promise<void>(resolve => req.write('{"kind": "sha2', () => resolve()));
    await written;
    for (let waited = 0; (await entries('cut')).length < 1_000 && waited < 200; waited++) {
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    req.destroy();
    for (let waited = 0, last = -1; waited < 100; waited++) {
      const { count } = (await site.runtime.db
        .tables<{ bank_entries: { bank: string } }>()
        .selectFrom('bank_entries')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('bank', '=', 'cut')
        .executeTakeFirstOrThrow()) as { count: number };
      if (count === 2_500) return;
      last = count;
      expect(last).toBeLessThanOrEqual(2_500);
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    throw new Error('what was read was not all kept');
  });
}

describe('import, SQLite', () => suite(async () => ({})));
withServers(['postgres'], 'import, PostgreSQL', () => suite(async () => ({ DATABASE_URL: await freshDatabase() })));

describe('reading rows', () => {
  const csv = 'kind,value,tags\r\ntext,"a ""b"", c\nd — é",x|y\nmd5,00\n';
  const nd = '{"kind":"text"}\n\n{"k":"é—"}\nbroken\n';
  test.each([
    ['CSV', csvRows, csv],
    ['NDJSON', ndjsonRows, nd],
  ])('%s is the same however it is cut', async (_, rows, text) => {
    const bytes = Buffer.from(text);
    const all = async (sizes: number) => {
      const parts = Array.from({ length: Math.ceil(bytes.length / sizes) }, (_, n) =>
        bytes.subarray(n * sizes, (n + 1) * sizes),
      );
      const read = [];
      for await (const row of rows(parts)) read.push(row);
      return read;
    };
    const whole = await all(bytes.length);
    for (const size of [1, 2, 3, 7]) expect(await all(size)).toEqual(whole);
    expect(whole).toHaveLength(text === csv ? 2 : 3);
  });

  test('a record without end takes bounded memory, and what comes behind it is read', async () => {
    const parts = function* () {
      yield Buffer.from('kind,value\ntext,"');
      for (let n = 0; n < 200; n++) yield Buffer.alloc(64 * 1024, 'a');
      yield Buffer.from(`"\nmd5,${hashOf('behind', 32)}\n`);
    };
    const read = [];
    for await (const row of csvRows(parts())) read.push(row);
    expect(read).toEqual([
      { line: 2, problem: 'is longer than 524288 characters' },
      { line: 3, entry: { kind: 'md5', hash: hashOf('behind', 32) } },
    ]);
  });
});
