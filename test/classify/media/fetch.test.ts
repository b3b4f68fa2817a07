import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { isPublic, type Lookup, publicLookup } from '../../../services/classify/signals/media/fetch/addresses.js';
import { type Fetcher, startFetcher } from '../../../services/classify/signals/media/fetch/index.js';
import { realTime } from '../../../services/runtime/index.js';

type Answer = (req: IncomingMessage, res: ServerResponse) => void;

/** A site of media: what it answers by path, and what it was asked. */
async function site(answers: Record<string, Answer>) {
  const asked: string[] = [];
  const server = createServer((req, res) => {
    asked.push(req.url ?? '');
    const answer = answers[req.url ?? ''];
    if (answer) answer(req, res);
    else res.writeHead(404).end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    asked,
    stop: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const file: Answer = (_, res) => res.end('a file');
const to =
  (location: string): Answer =>
  (_, res) =>
    res.writeHead(302, { location }).end();

let own: Awaited<ReturnType<typeof site>>;
let other: typeof own;
let calls = 0;
beforeAll(async () => {
  other = await site({ '/secret': file });
  own = await site({
    '/file': file,
    '/once': to('/file'),
    '/four': to('/three'),
    '/three': to('/two'),
    '/two': to('/once'),
    '/loop': to('/loop'),
    '/elsewhere': to(`${other.origin}/secret`),
    '/metadata': to('http://169.254.169.254/latest/meta-data'),
    '/mapped': to('http://[::ffff:127.0.0.1]/secret'),
    '/local': to('file:///etc/passwd'),
    '/nowhere': to('http://'),
    '/busy': (_, res) => (calls++ === 0 ? res.writeHead(503).end() : res.end('at last')),
    '/failing': (_, res) => res.writeHead(500).end(),
    '/broken': (_, res) => {
      res.write('some');
      setTimeout(() => res.destroy(), 20);
    },
    '/zipped': (_, res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(10_000_000))),
    '/declared': (_, res) => res.writeHead(200, { 'content-length': 200e6 }).write('x'),
    '/endless': (_, res) => {
      const more = () => {
        while (!res.destroyed && res.write(Buffer.alloc(65_536)));
      };
      res.on('drain', more);
      more();
    },
    '/silent': () => undefined,
    '/dripping': (_, res) => {
      const drip = setInterval(() => res.write('.'), 50);
      res.on('close', () => clearInterval(drip));
    },
  });
});
afterAll(async () => {
  await own?.stop();
  await other?.stop();
});

const fetchers: Fetcher[] = [];
const fetcher = (lookup?: Lookup): Fetcher => {
  const made = startFetcher({ time: realTime, mostBytes: 2 ** 20, timeout: 1_500, ...(lookup && { lookup }) });
  fetchers.push(made);
  return made;
};
afterEach(async () => {
  await Promise.all(fetchers.splice(0).map(made => made.stop()));
});
const text = (fetched: Awaited<ReturnType<Fetcher['fetch']>>) =>
  'bytes' in fetched ? fetched.bytes.toString() : fetched;

test('a file is fetched from where the platform keeps them, also through its own redirects', async () => {
  const source = { origins: [own.origin] };
  expect(text(await fetcher().fetch(`${own.origin}/file`, source))).toBe('a file');
  expect(text(await fetcher().fetch(`${own.origin}/three`, source))).toBe('a file');
  expect(text(await fetcher().fetch(`${own.origin}/four`, source))).toEqual({
    problem: 'it redirects more than 3 times',
  });
  expect(text(await fetcher().fetch(`${own.origin}/loop`, source))).toEqual({
    problem: 'it redirects more than 3 times',
  });
});

test('nothing is asked of a host that is not listed, neither at once nor after a redirect', async () => {
  const source = { origins: [own.origin, 'https://media.example'] };
  const port = new URL(other.origin).port;
  const addresses = [
    `${other.origin}/secret`,
    `${own.origin}/elsewhere`,
    `${own.origin}/metadata`,
    `${own.origin}/mapped`,
    `${own.origin}/local`,
    `http://localhost:${port}/secret`,
    `http://127.1:${port}/secret`,
    `http://2130706433:${port}/secret`,
    `http://[::1]:${port}/secret`,
    `http://media.example:${port}/secret`,
    'http://media.example/x',
    'https://media.example.evil.example/x',
    `https://media.example@127.0.0.1:${port}/secret`,
    'ftp://media.example/x',
    'file:///etc/passwd',
    'data:image/png;base64,AAAA',
  ];
  for (const address of addresses) {
    const { problem } = (await fetcher().fetch(address, source)) as { problem: string };
    expect({ address, problem }).toEqual({ address, problem: expect.stringMatching(/not listed|credentials|is none/) });
  }
  for (const address of ['', 'nothing', '//media.example/x', `${own.origin}/nowhere`]) {
    expect(await fetcher().fetch(address, source)).toHaveProperty('problem');
  }
  expect(other.asked).toEqual([]);
});

test('a listed name that stands for an address of this network is not asked, unless it is said to be internal', async () => {
  const lookup: Lookup = (_, __, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }]);
  const origin = `http://media.example:${other.port}`;
  const refused = await fetcher(lookup).fetch(`${origin}/secret`, { origins: [origin] });
  expect(refused).toEqual({ problem: 'its host stands for an address that is not public' });
  expect(other.asked).toEqual([]);
  expect(text(await fetcher(lookup).fetch(`${origin}/secret`, { origins: [origin], internal: true }))).toBe('a file');
});

test('a name that answers otherwise when it is asked again gains nothing', async () => {
  const answers = [['93.184.216.34'], ['169.254.169.254'], ['93.184.216.34', '10.0.0.1'], ['::ffff:10.0.0.1'], []];
  let n = 0;
  const rebinding = publicLookup((_, __, answer) =>
    answer(
      null,
      answers[n++]!.map(address => ({ address, family: address.includes(':') ? 6 : 4 })),
    ),
  );
  const ask = (all: boolean) =>
    new Promise(resolve => rebinding('x.example', { all }, (error, address) => resolve(error ? error.name : address)));
  expect(await ask(false)).toBe('93.184.216.34');
  for (const _ of answers.slice(1)) expect(await ask(true)).toBe('NotPublicError');
});

test('public is what anybody can reach', () => {
  const hidden =
    '0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.255 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1 192.168.1.1 ' +
    '198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255 :: ::1 ::ffff:8.8.8.8 ::ffff:127.0.0.1 64:ff9b::7f00:1 ' +
    '100::1 2001::1 2001:db8::1 2002:7f00:1::1 3fff::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1';
  for (const address of hidden.split(' ')) expect([address, isPublic(address)]).toEqual([address, false]);
  for (const address of [
    '8.8.8.8',
    '172.32.0.1',
    '192.169.0.1',
    '223.255.255.255',
    '2606:4700::1111',
    '2a00:1450:4001::1',
  ]) {
    expect([address, isPublic(address)]).toEqual([address, true]);
  }
});

test('what is too large, too slow, compressed or not there is told, and not read on', async () => {
  const source = { origins: [own.origin] };
  const problems: Record<string, string> = {
    '/absent': 'its address answers 404',
    '/declared': 'it is larger than 1 MB',
    '/endless': 'it is larger than 1 MB',
    '/zipped': 'its address answers compressed, which was not asked for',
    '/silent': 'it was not fetched within 1.5 s',
    '/dripping': 'it was not fetched within 1.5 s',
    '/failing': 'its address answers 500',
  };
  await Promise.all(
    Object.entries(problems).map(async ([path, problem]) =>
      expect([path, await fetcher().fetch(`${own.origin}${path}`, source)]).toEqual([path, { problem }]),
    ),
  );
  expect(await fetcher().fetch(`${own.origin}/broken`, source)).toEqual({
    problem: expect.stringMatching(/^its address does not answer/),
  });
  const nobody = await site({});
  await nobody.stop();
  expect(await fetcher().fetch(`${nobody.origin}/x`, { origins: [nobody.origin] })).toEqual({
    problem: 'its address does not answer (ECONNREFUSED)',
  });
});

test('what passes is tried a second time, what does not is not', async () => {
  const source = { origins: [own.origin] };
  expect(text(await fetcher().fetch(`${own.origin}/busy`, source))).toBe('at last');
  const before = own.asked.length;
  await fetcher().fetch(`${own.origin}/absent`, source);
  expect(own.asked.length).toBe(before + 1);
});
