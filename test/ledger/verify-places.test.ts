import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseVerifier } from '../../services/ledger/log/index.js';
import { type Asked, exitCode, sourceOf, verify } from '../../services/ledger/verify/index.js';
import { webSource } from '../../services/ledger/verify/source.js';
import { folder, hour, MadeLog, minute, removals, removeFolders, t0, write } from './made-log.js';

const end = t0 + 8 * hour;
const log = new MadeLog();
let files: Map<string, Buffer>;
let published: ReturnType<MadeLog['report']>;
beforeAll(() => {
  log.entries.push(...removals(400));
  files = log.files(end);
  published = log.report({ from: t0, to: end, at: end });
});
afterAll(removeFolders);

const fresh = (): string => write(folder(), files, published);
const check = async (report: string, more: Partial<Asked> = {}) => {
  const asked = {
    report,
    keys: [parseVerifier(log.vkey)],
    log: sourceOf(report),
    kept: [],
    promises: [],
    late: minute,
  };
  const { findings } = await verify({ ...asked, ...more });
  const says = findings.flatMap(({ verdict, says }) => (verdict === 'agrees' ? [] : [says])).join('\n');
  return { code: exitCode(findings), says };
};

describe('a folder', () => {
  test('with a tile cut off, lengthened, changed, or away', async () => {
    const tile = 'tile/0/001';
    const whole = files.get(tile) as Buffer;
    const into = fresh();
    expect((await check(into)).code).toBe(0);
    truncateSync(join(into, tile), 8_000);
    expect(await check(into)).toMatchObject({
      code: 1,
      says: expect.stringMatching(/tile\/0\/001 has 8000 bytes.*cut off/),
    });
    writeFileSync(join(into, tile), Buffer.alloc(100_000));
    expect(await check(into)).toMatchObject({ code: 2, says: expect.stringMatching(/100000 bytes; at most 8192/) });
    writeFileSync(join(into, tile), Buffer.from(whole).fill(0, 0, 1));
    expect(await check(into)).toMatchObject({
      code: 1,
      says: expect.stringMatching(/not the tile that the checkpoint signs/),
    });
    unlinkSync(join(into, tile));
    expect(await check(into)).toMatchObject({ code: 2, says: expect.stringMatching(/tile\/0\/001 does not exist/) });
  });

  test('with something else in the place of a file: it is not waited for', async () => {
    for (const path of ['tile/0/001', 'checkpoint', 'figures.json', 'openings.ndjson']) {
      const into = fresh();
      rmSync(join(into, path));
      execFileSync('mkfifo', [join(into, path)]);
      expect((await check(into)).code).toBe(2);
      rmSync(join(into, path));
      mkdirSync(join(into, path));
      expect((await check(into)).code).toBe(2);
      rmSync(join(into, path), { recursive: true });
      symlinkSync('/dev/zero', join(into, path));
      expect((await check(into)).code).toBe(2);
    }
  });

  test('with a report that is none', async () => {
    const into = fresh();
    const text = readFileSync(join(into, 'figures.json'), 'utf8');
    for (const content of ['', '{', '[]', 'null', '{}', text.slice(0, -10), text.replace('v1', 'v2'), '\u0000\u0001'])
      await checkFigures(content);
    for (const change of [
      { size: -1 },
      { size: 1e300 },
      { first: 1.5 },
      { figures: 'none' },
      { more: 1 },
      { from: 'yesterday' },
      { checkpoint: 5 },
      { by: ['__proto__'] },
    ])
      await checkFigures(JSON.stringify({ ...published.report, ...change }));
    async function checkFigures(content: string): Promise<void> {
      writeFileSync(join(into, 'figures.json'), content);
      expect((await check(into)).code).toBe(2);
    }
    for (const note of ['', '\n\n', 'no note', `${'x'.repeat(20_000)}\n\n\n`, '../../etc/passwd\n1\n\n\u2014 a b\n']) {
      writeFileSync(join(into, 'figures.json'), JSON.stringify({ ...published.report, checkpoint: note }));
      expect((await check(into)).code).toBe(1);
    }
  });

  test('with openings that are none, or never end', async () => {
    const into = fresh();
    const path = join(into, 'openings.ndjson');
    const text = readFileSync(path, 'utf8');
    for (const content of [
      '',
      'no line',
      `${text}{}\n`,
      text.replace('"v":1', '"v":2'),
      text.replaceAll('\n', ''),
      'x'.repeat(3_000_000),
    ]) {
      writeFileSync(path, content);
      expect((await check(into)).code).toBe(1);
    }
  });

  test('what strangers wrote moves no cursor of the terminal', async () => {
    const into = fresh();
    const figures = [{ ...published.report.figures[0], obligation: 'removal\u001b[2Jagrees' }];
    writeFileSync(
      join(into, 'figures.json'),
      JSON.stringify({ ...published.report, figures, origin: '\u001b]0;x\u0007' }),
    );
    const { findings } = await verify({
      report: into,
      keys: [parseVerifier(log.vkey)],
      log: sourceOf(into),
      kept: [],
      promises: [],
      late: minute,
    });
    expect(JSON.stringify(findings)).not.toMatch(/\\u001b|\\u0007/);
  });
});

describe('an address', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });
  const serve = async (answer: RequestListener): Promise<string> => {
    const server = createServer(answer);
    servers.push(server);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/ledger`;
  };
  const good: RequestListener = ({ url = '' }, res) => {
    const file = files.get(url.replace('/v1/ledger/', ''));
    res.statusCode = file ? 200 : 404;
    res.end(file);
  };
  const by = async (answer: RequestListener, wait = 2_000) =>
    check(fresh(), { log: webSource(await serve(answer), { wait }) });

  test('serves as well as a folder, and is asked for what the openings need, once', async () => {
    const asked: string[] = [];
    const answer: RequestListener = (req, res) => {
      asked.push(req.url ?? '');
      good(req, res);
    };
    expect(await by(answer)).toEqual({ code: 0, says: '' });
    expect(new Set(asked).size).toBe(asked.length);
    // Of a part of the log, the tiles of that part, and those above.
    asked.length = 0;
    const few = log.report({ from: t0 + 6 * hour, to: end, at: end }, { size: 730, at: t0 + 6 * hour - minute });
    const into = write(folder(), new Map(), few);
    const { code } = await check(into, { log: webSource(await serve(answer)) });
    expect(code).not.toBe(2);
    expect(asked).not.toContain('/v1/ledger/tile/0/000');
    expect(asked.filter(url => url.includes('tile/0/'))).toHaveLength(2);
  });

  test('that is slow, or drips, is waited for no longer than is bearable', async () => {
    const tile: RequestListener = (req, res) => (req.url?.includes('tile/0/001') ? undefined : good(req, res));
    expect(await by(tile, 200)).toMatchObject({ code: 2, says: expect.stringMatching(/no answer within 0.2 s/) });
    const drip: RequestListener = (req, res) => {
      if (!req.url?.includes('tile/0/001')) return good(req, res);
      const timer = setInterval(() => res.write('x'), 20);
      res.once('close', () => clearInterval(timer));
    };
    expect(await by(drip, 300)).toMatchObject({ code: 2, says: expect.stringMatching(/no answer within 0.3 s/) });
  });

  test('that sends without end is not heard out', async () => {
    let sent = 0;
    const endless: RequestListener = (req, res) => {
      if (!req.url?.includes('tile/0/001')) return good(req, res);
      const more = (): void => {
        while (!res.destroyed && res.write(Buffer.alloc(65_536))) sent += 65_536;
      };
      res.on('drain', more);
      more();
    };
    expect(await by(endless)).toMatchObject({ code: 2, says: expect.stringMatching(/more than the 8192 bytes/) });
    expect(sent).toBeLessThan(50_000_000);
  });

  test('that sends elsewhere, fails, or answers with a page', async () => {
    const target = await serve(good);
    const elsewhere: RequestListener = ({ url = '' }, res) => {
      res.writeHead(302, { Location: `${target}${url.replace('/v1/ledger', '')}` }).end();
    };
    expect(await by(elsewhere)).toMatchObject({ code: 2, says: expect.stringMatching(/answered 302/) });
    expect((await by((_req, res) => void res.writeHead(500).end())).code).toBe(2);
    expect((await by((_req, res) => void res.end('<!doctype html><p>Welcome</p>'))).code).toBe(1);
    expect((await by(({ socket }) => void socket.destroy())).code).toBe(2);
  });

  test('that fails once is asked again', async () => {
    let failed = false;
    const answer: RequestListener = (req, res) => {
      if (failed || !req.url?.includes('tile/0/001')) return good(req, res);
      failed = true;
      res.writeHead(503).end();
    };
    expect((await by(answer)).code).toBe(0);
    expect(failed).toBe(true);
  });

  test('is http or https, and nothing else', () => {
    for (const place of [
      'file:///etc',
      'ftp://a.example/',
      'data://x',
      'http://',
      'https://a.example/?q',
      'https://a.example/#x',
    ])
      expect(() => sourceOf(place)).toThrow(/neither an address/);
    expect(sourceOf('https://a.example/v1/ledger/').name).toBe('https://a.example/v1/ledger');
  });
});
