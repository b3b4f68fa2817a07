import type { IncomingMessage, ServerResponse } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { judge, look, seen } from '../../services/platforms/check/index.js';
import { holdsText, needlesOf } from '../../services/platforms/check/text.js';
import type { Item, ReadPath } from '../../services/platforms/connector.js';
import { realTime } from '../../services/runtime/time/index.js';
import { fc } from '../property.js';
import { aboutPage, item, lookedAt, page, postText, type Site, site } from './site.js';

const deps = { time: realTime, timeout: 400, vantage: 'test' };
const shown = page(`<article id="post-4711"><p>${postText}</p></article>`);
const nothing = page('<h1>Not here</h1>');

type Answer = (req: IncomingMessage, res: ServerResponse) => void;
const send = (res: ServerResponse, status: number, body: string | Buffer, headers: Record<string, string> = {}) =>
  void res.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(body);

let open: Site[] = [];
afterEach(async () => {
  await Promise.all(open.map(one => one.close()));
  open = [];
});

async function platform(answer: Answer, about: Answer = (_, res) => send(res, 200, aboutPage)): Promise<Site> {
  const one = await site((req, res) => (req.url?.startsWith('/about') ? about(req, res) : answer(req, res)));
  open.push(one);
  return one;
}

interface Seen {
  answer: Answer;
  about?: Answer;
  paths?: (origin: string) => ReadPath[];
  of?: Partial<Item>;
}

async function lookAt({ answer, about, paths, of }: Seen) {
  const there = await platform(answer, about);
  const looks = await look(lookedAt(there.origin, paths?.(there.origin)), { ...item(there.origin), ...of }, deps);
  return { ...judge(looks), seen: seen(looks), looks, asked: there.asked, origin: there.origin };
}

const isBrowser = (req: IncomingMessage) => /Mozilla/.test(req.headers['user-agent'] ?? '');
const avoidsCaches = (req: IncomingMessage) => req.url?.includes('?') || req.headers['cache-control'] !== undefined;

describe('an item that is gone', () => {
  for (const status of [404, 410, 451]) {
    test(`counts as gone where every look is answered ${status} and the control is normal`, async () => {
      const found = await lookAt({ answer: (_, res) => send(res, status, nothing) });
      expect(found).toMatchObject({ verdict: 'gone', seen: false });
      expect(found.looks.filter(one => one.kind === 'item')).toHaveLength(3);
      expect(found.looks.filter(one => one.kind === 'control')).toHaveLength(1);
    });
  }

  test('is looked at as two visitors, plainly and past caches, each time over a connection of its own', async () => {
    const { asked } = await lookAt({ answer: (_, res) => send(res, 410, nothing) });
    expect(new Set(asked.map(one => one.port)).size).toBe(asked.length);
    expect(new Set(asked.map(one => one.headers['user-agent'])).size).toBe(2);
    const plain = asked.filter(one => one.url === '/posts/post-4711');
    expect(plain).toHaveLength(2);
    expect(plain.every(one => !one.headers['cache-control'] && !one.headers.cookie && !one.headers.authorization)).toBe(
      true,
    );
    expect(asked.filter(one => one.url.startsWith('/posts/post-4711?_='))).toHaveLength(1);
    expect(asked.map(one => one.url).indexOf('/about')).toBe(asked.length - 1);
  });

  test('leaves evidence that can be kept as JSON, without the body', async () => {
    const { looks } = await lookAt({
      answer: (_, res) => send(res, 410, nothing, { 'x-cache': 'MISS', age: '3', 'set-cookie': 'a=b' }),
    });
    const kept = JSON.parse(JSON.stringify(looks[0]));
    expect(kept).toMatchObject({
      path: 'page',
      kind: 'item',
      identity: 'browser',
      cacheAvoided: false,
      status: 410,
      bytes: nothing.length,
      verdict: 'gone',
      vantage: 'test',
      headers: { 'x-cache': 'MISS', age: '3' },
    });
    expect(kept.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(kept.headers['set-cookie']).toBeUndefined();
    expect(JSON.stringify(looks)).not.toContain('Not here');
  });

  test('is gone from a listing that answers normally without it, whatever other post says the same words', async () => {
    const other = page(`<a href="/posts/post-9">post-9</a><p>${postText}</p>`);
    const paths = (byId: boolean) => (origin: string) => [
      { name: 'front', kind: 'listing' as const, url: `${origin}/`, byId },
    ];
    const answer: Answer = (_, res) => send(res, 200, other);
    expect(await lookAt({ answer, paths: paths(true) })).toMatchObject({ verdict: 'gone' });
    expect(await lookAt({ answer, paths: paths(false) })).toMatchObject({ verdict: 'readable' });
  });

  test('without text is gone by its status, and readable by its id', async () => {
    const media = { of: { text: undefined } };
    expect(await lookAt({ answer: (_, res) => send(res, 404, nothing), ...media })).toMatchObject({ verdict: 'gone' });
    const there = await lookAt({ answer: (_, res) => send(res, 200, page('<img alt="post-4711">')), ...media });
    expect(there).toMatchObject({ verdict: 'readable', seen: true });
  });

  test('may redirect to the page that says so', async () => {
    const answer: Answer = (req, res) =>
      req.url === '/removed' ? send(res, 410, nothing) : send(res, 302, '', { location: '/removed' });
    const found = await lookAt({ answer });
    expect(found.verdict).toBe('gone');
    expect(found.looks[0]!.landed).toBe(`${found.origin}/removed`);
  });
});

describe('an item that can be read', () => {
  test('is seen, and the platform is asked no more than once for each address', async () => {
    const found = await lookAt({ answer: (_, res) => send(res, 200, shown) });
    expect(found).toMatchObject({ verdict: 'readable', seen: true });
    expect(found.asked).toHaveLength(1);
  });

  const words = postText.split(' ');
  const dressed: Record<string, [string | Buffer, Record<string, string>?]> = {
    'in other case and spacing': [page(postText.toUpperCase().replaceAll(' ', '\n\t  '))],
    'with a tag in every word': [page(words.map(word => `${word[0]}<wbr>${word.slice(1)}`).join(' '))],
    'as character references': [page([...postText].map(letter => `&#${letter.codePointAt(0)};`).join(''))],
    'in JSON with escapes': [JSON.stringify({ text: [...postText].map(l => l).join('') }).replace(/e/g, '\\u0065')],
    'in an attribute only': [page(`<meta property="og:description" content="${postText}">`)],
    'with soft hyphens and joiners': [page(words.join('\u00ad \u200d'))],
    'cut in half': [page(postText.slice(30, 85))],
    gzipped: [gzipSync(shown), { 'content-encoding': 'gzip' }],
    'in brotli': [brotliCompressSync(shown), { 'content-encoding': 'br' }],
    'in UTF-16': [Buffer.from(shown, 'utf16le'), { 'content-type': 'text/html; charset=utf-16le' }],
  };
  for (const [how, [body, headers]] of Object.entries(dressed)) {
    for (const status of [200, 404]) {
      test(`is readable ${how}, answered ${status}`, async () => {
        const found = await lookAt({ answer: (_, res) => send(res, status, body, headers) });
        expect(found.verdict).toBe('readable');
      });
    }
  }

  test('is readable in Latin-1 and by named letters', async () => {
    const text = 'Le café de la rue Général-Leclerc ferme à midi: façade à repeindre, à bientôt, Noël approche.';
    const latin = Buffer.from(page(text), 'latin1');
    const bare = { 'content-type': 'text/html' };
    expect(await lookAt({ answer: (_, res) => send(res, 404, latin, bare), of: { text } })).toMatchObject({
      verdict: 'readable',
    });
    const named: Record<string, string> = { é: '&eacute;', à: '&agrave;', ç: '&ccedil;', ô: '&ocirc;', ë: '&euml;' };
    const html = page(text.replace(/[éàçôë]/g, letter => named[letter] ?? letter));
    expect(await lookAt({ answer: (_, res) => send(res, 404, html), of: { text } })).toMatchObject({
      verdict: 'readable',
    });
  });

  test('a short text is looked for as whole words', async () => {
    const of = { text: 'Remove' };
    expect(await lookAt({ answer: (_, res) => send(res, 410, page('It was removed.')), of })).toMatchObject({
      verdict: 'gone',
    });
    expect(await lookAt({ answer: (_, res) => send(res, 410, page('<p>remove!</p>')), of })).toMatchObject({
      verdict: 'readable',
    });
  });
});

describe('a platform that deceives, knowingly or not, and is never believed', () => {
  const replicas = (count: number, stale: number): Answer => {
    let turn = 0;
    return (_, res) => (turn++ % count === stale ? send(res, 200, shown) : send(res, 410, nothing));
  };
  const cases: Record<string, Seen & { verdict: 'readable' | 'unclear' }> = {
    'it says 200 and does nothing': { answer: (_, res) => send(res, 200, shown), verdict: 'readable' },
    '410 only to our user agent': {
      answer: (req, res) => (isBrowser(req) ? send(res, 200, shown) : send(res, 410, nothing)),
      verdict: 'readable',
    },
    '410 only to browsers': {
      answer: (req, res) => (isBrowser(req) ? send(res, 410, nothing) : send(res, 200, shown)),
      verdict: 'readable',
    },
    '404 for the whole site': {
      answer: (_, res) => send(res, 404, nothing),
      about: (_, res) => send(res, 404, nothing),
      verdict: 'unclear',
    },
    '404 for the whole site, to browsers only': {
      answer: (_, res) => send(res, 404, nothing),
      about: (req, res) => (isBrowser(req) ? send(res, 404, nothing) : send(res, 200, aboutPage)),
      verdict: 'unclear',
    },
    'the control answers 200 with a page of errors': {
      answer: (_, res) => send(res, 404, nothing),
      about: (_, res) => send(res, 200, page('Try again later')),
      verdict: 'unclear',
    },
    '404 with the text in the body': { answer: (_, res) => send(res, 404, shown), verdict: 'readable' },
    '410 with a part of the text in the body': {
      answer: (_, res) => send(res, 410, page(`Removed: “${postText.slice(20, 70)}…”`)),
      verdict: 'readable',
    },
    'a stale cache still answers the public': {
      answer: (req, res) => (avoidsCaches(req) ? send(res, 410, nothing) : send(res, 200, shown, { age: '120' })),
      verdict: 'readable',
    },
    'a cache hides that the origin still has it': {
      answer: (req, res) => (avoidsCaches(req) ? send(res, 200, shown) : send(res, 410, nothing)),
      verdict: 'readable',
    },
    'the first of two replicas still has it': { answer: replicas(2, 0), verdict: 'readable' },
    'the second of two replicas still has it': { answer: replicas(2, 1), verdict: 'readable' },
    'the third of three replicas still has it': { answer: replicas(3, 2), verdict: 'readable' },
    'the fifth of five replicas still has it': {
      answer: replicas(5, 4),
      paths: origin => [{ name: 'page', kind: 'item', url: `${origin}/posts/post-4711`, looks: 5 }],
      verdict: 'readable',
    },
    'it answers too slowly': {
      answer: (_, res) => void setTimeout(() => send(res, 410, nothing), 700),
      verdict: 'unclear',
    },
    'it never answers': { answer: () => {}, verdict: 'unclear' },
    'it begins to answer and never ends': {
      answer: (_, res) => void res.writeHead(404, { 'content-type': 'text/html' }).write('<p>Not'),
      verdict: 'unclear',
    },
    'it shows the text and never ends': {
      answer: (_, res) => void res.writeHead(410).write(shown),
      verdict: 'readable',
    },
    'it closes the connection': { answer: req => void req.socket.destroy(), verdict: 'unclear' },
    'it breaks off within the body': {
      answer: (req, res) => {
        res.writeHead(404, { 'content-length': '5000' }).write(nothing);
        setTimeout(() => req.socket.destroy(), 20);
      },
      verdict: 'unclear',
    },
    'it answers with another item': {
      answer: (_, res) =>
        send(res, 200, page('<p>Somebody wrote about quite another thing, of about this length.</p>')),
      verdict: 'unclear',
    },
    'it redirects to its home page': {
      answer: (req, res) => (req.url === '/' ? send(res, 200, page('Welcome')) : send(res, 302, '', { location: '/' })),
      verdict: 'unclear',
    },
    'a soft 404': { answer: (_, res) => send(res, 200, page('<h1>404</h1><p>Not found</p>')), verdict: 'unclear' },
    'an empty 200': { answer: (_, res) => send(res, 200, ''), verdict: 'unclear' },
    'it wants a login': { answer: (_, res) => send(res, 401, nothing), verdict: 'unclear' },
    'it refuses robots': { answer: (_, res) => send(res, 403, nothing), verdict: 'unclear' },
    'it is too busy': { answer: (_, res) => send(res, 429, nothing, { 'retry-after': '5' }), verdict: 'unclear' },
    'it is broken': { answer: (_, res) => send(res, 503, nothing), verdict: 'unclear' },
    'it redirects for ever': {
      answer: (req, res) => send(res, 302, '', { location: `/posts/${Number(req.url?.slice(7)) + 1 || 1}` }),
      verdict: 'unclear',
    },
    'it redirects to another scheme': {
      answer: (_, res) => send(res, 302, '', { location: 'file:///etc/hostname' }),
      verdict: 'unclear',
    },
    'a 404 that is too long to be read': {
      answer: (_, res) => send(res, 404, Buffer.alloc(3 * 1024 * 1024, '<p>.</p>')),
      verdict: 'unclear',
    },
    'a 404 that unpacks to more than can be read': {
      answer: (_, res) => send(res, 404, gzipSync(Buffer.alloc(40 * 1024 * 1024)), { 'content-encoding': 'gzip' }),
      verdict: 'unclear',
    },
    'a 404 in a coding that nobody knows': {
      answer: (_, res) => send(res, 404, nothing, { 'content-encoding': 'zebra' }),
      verdict: 'unclear',
    },
    'a listing that still shows it': {
      answer: (_, res) => send(res, 200, page(`<a href="/posts/post-4711">read</a>`)),
      paths: origin => [{ name: 'front', kind: 'listing', url: `${origin}/`, byId: true }],
      verdict: 'readable',
    },
    'a listing that is not found': {
      answer: (_, res) => send(res, 404, nothing),
      paths: origin => [{ name: 'author', kind: 'listing', url: `${origin}/u/alice` }],
      verdict: 'unclear',
    },
    'a listing that leads to the home page': {
      answer: (req, res) => (req.url === '/' ? send(res, 200, page('Welcome')) : send(res, 302, '', { location: '/' })),
      paths: origin => [{ name: 'author', kind: 'listing', url: `${origin}/u/alice` }],
      verdict: 'unclear',
    },
    'a listing without its usual words': {
      answer: (_, res) => send(res, 200, page('Something went wrong')),
      paths: origin => [{ name: 'author', kind: 'listing', url: `${origin}/u/alice`, contains: 'Posts by alice' }],
      verdict: 'unclear',
    },
    '410 only to our user agent, and the site shut to browsers': {
      answer: (req, res) => send(res, isBrowser(req) ? 404 : 410, nothing),
      about: (req, res) => (isBrowser(req) ? send(res, 404, nothing) : send(res, 200, aboutPage)),
      verdict: 'unclear',
    },
    'gone from one address, readable at another': {
      answer: (req, res) =>
        req.url?.startsWith('/raw') ? send(res, 200, JSON.stringify({ text: postText })) : send(res, 410, nothing),
      paths: origin => [
        { name: 'page', kind: 'item', url: `${origin}/posts/post-4711` },
        { name: 'raw', kind: 'item', url: `${origin}/raw/post-4711`, accept: 'application/json' },
      ],
      verdict: 'readable',
    },
  };
  for (const [name, { verdict, ...platformOf }] of Object.entries(cases)) {
    test(`${name}: ${verdict}, not gone`, async () => {
      expect(await lookAt(platformOf)).toMatchObject({ verdict });
    });
  }

  test('nobody listens: unclear, not gone', async () => {
    const away = await site(() => {});
    await away.close();
    const looks = await look(lookedAt(away.origin), item(away.origin), deps);
    expect(judge(looks)).toMatchObject({ verdict: 'unclear', why: expect.stringContaining('ECONNREFUSED') });
  });

  test('a look never leaves the origins that the operator named', async () => {
    const elsewhere = await platform((_, res) => send(res, 404, nothing));
    const answer: Answer = (_, res) => send(res, 302, '', { location: `${elsewhere.origin}/posts/x` });
    expect(await lookAt({ answer })).toMatchObject({ verdict: 'unclear' });
    expect(elsewhere.asked).toHaveLength(0);

    const paths = (origin: string): ReadPath[] => [
      { name: 'page', kind: 'item', url: `${origin}/posts/1`, origins: [origin, elsewhere.origin] },
    ];
    expect(await lookAt({ answer, paths })).toMatchObject({ verdict: 'gone' });
    const foreign = (origin: string): ReadPath[] => [
      { name: 'page', kind: 'item', url: `${elsewhere.origin}/posts/1`, origins: [origin] },
    ];
    expect(await lookAt({ answer, paths: foreign })).toMatchObject({ verdict: 'unclear' });
    for (const url of ['ftp://127.0.0.1/x', 'http://user:pass@127.0.0.1/x', 'not an address']) {
      expect(await lookAt({ answer, paths: () => [{ name: 'page', kind: 'item', url }] })).toMatchObject({
        verdict: 'unclear',
      });
    }
  });
});

describe('judge', () => {
  test('takes no smaller set of looks for gone', async () => {
    const { looks } = await lookAt({ answer: (_, res) => send(res, 410, nothing) });
    expect(judge(looks).verdict).toBe('gone');
    expect(judge([]).verdict).toBe('unclear');
    for (const missing of looks) expect(judge(looks.filter(one => one !== missing)).verdict).toBe('unclear');
  });

  test('takes no set with one doubtful look for gone', async () => {
    const { looks } = await lookAt({ answer: (_, res) => send(res, 410, nothing) });
    for (const verdict of ['readable', 'unclear'] as const) {
      for (const other of looks) {
        expect(judge(looks.map(one => (one === other ? { ...one, verdict } : one))).verdict).toBe(verdict);
      }
    }
  });
});

describe('a copy of a text', () => {
  const letters = fc.stringMatching(/^[a-zà-þа-яא-ת ]{40,400}$/);

  test('is found where 31 letters of it stand in a row, wherever they are from', () => {
    fc.assert(
      fc.property(letters, fc.double({ min: 0, max: 1, noNaN: true }), (text, where) => {
        const bare = [...text.normalize('NFKD')].filter(letter => /[\p{L}\p{N}]/u.test(letter));
        fc.pre(bare.length >= 31);
        const from = Math.floor(where * (bare.length - 31));
        const part = bare.slice(from, from + 31).join('');
        expect(holdsText(page(`… ${part} …`), needlesOf(text)!)).toBe(true);
      }),
    );
  });

  test('is not found in a page that has nothing of it', () => {
    fc.assert(
      fc.property(letters, text => {
        const needles = needlesOf(text);
        fc.pre(needles !== undefined && !needles.asWords);
        expect(holdsText(page('<p>0123456789 0123456789 0123456789</p>'), needles!)).toBe(false);
      }),
    );
  });
});
