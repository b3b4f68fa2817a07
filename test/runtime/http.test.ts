import { Agent, get, request } from 'node:http';
import { connect } from 'node:net';
import { Router } from 'express';
import { z } from 'zod';
import {
  ConflictError,
  createMetrics,
  type HttpServer,
  listen,
  Problem,
  parseBody,
  parseQuery,
  readBody,
  readConfig,
  realTime,
  UnavailableError,
} from '../../services/runtime/index.js';
import { until } from '../until.js';
import { pause, silent } from './parts.js';

const servers: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => server.stop(100)));
});

async function start(
  routes: (router: Router) => void = () => undefined,
  {
    settings = {},
    problems = async () => ({}),
  }: { settings?: Record<string, string>; problems?: () => Promise<Record<string, string>> } = {},
): Promise<HttpServer> {
  const config = readConfig({ PORT: '0', ...settings });
  const server = await listen({ config, log: silent, metrics: createMetrics(), time: realTime }, problems);
  servers.push(server);
  const router = Router();
  routes(router);
  server.mount([router]);
  return server;
}

async function expectProblem(response: Response, status: number, more: Record<string, unknown> = {}): Promise<void> {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const body = await response.json();
  expect(body).toMatchObject({
    type: 'about:blank',
    status,
    title: expect.any(String),
    detail: expect.any(String),
    ...more,
  });
  expect(response.status).toBe(status);
}

describe('errors are problems after RFC 9457', () => {
  const schema = z.strictObject({ author: z.object({ id: z.string() }), tags: z.array(z.string()).optional() });
  const routes = (router: Router) => {
    router.post('/take', readBody(1_000), (req, res) => void res.json(parseBody(req, schema)));
    router.get('/query', (req, res) => void res.json(parseQuery(req, z.object({ n: z.coerce.number().int() }))));
    router.get('/problem', () => {
      throw new Problem(409, 'An order is in force.', { order: 'o-1' }, { 'X-Order': 'o-1' });
    });
    router.get('/conflict', () => {
      throw new ConflictError('internal words');
    });
    router.get('/away', async () => {
      throw new UnavailableError('connect ECONNREFUSED 10.0.0.7:5432');
    });
    router.get('/fault', async () => {
      throw new Error('a secret of the inside');
    });
    router.get('/item/:id', (req, res) => void res.json(req.params.id));
    router.get('/half', (_req, res) => {
      res.write('half');
      throw new Error('late');
    });
  };
  let url = '';
  beforeEach(async () => {
    ({ url } = await start(routes));
  });
  const post = (body: BodyInit, path = '/take') => fetch(`${url}${path}`, { method: 'POST', body });

  test('what is right passes', async () => {
    const response = await post('{"author":{"id":"é"}}');
    expect([response.status, await response.json()]).toEqual([200, { author: { id: 'é' } }]);
  });

  test.each<[string, BodyInit, string]>([
    ['not JSON', '{"author":', 'not JSON'],
    ['not UTF-8', new Uint8Array([0x22, 0xc3, 0x28, 0x22]), 'not UTF-8'],
  ])('%s: 400', async (_, body, detail) =>
    expectProblem(await post(body), 400, { detail: expect.stringContaining(detail) }),
  );

  test('a missing or wrong field: 422 with its path', async () => {
    await expectProblem(await post('{"author":{"id":5},"tags":["a",1]}'), 422, {
      errors: [
        { path: 'author.id', message: expect.any(String) },
        { path: 'tags.1', message: expect.any(String) },
      ],
    });
    await expectProblem(await post('{"author":{"id":"a"},"extra":1}'), 422);
    await expectProblem(await post(''), 422);
    await expectProblem(await fetch(`${url}/query?n=x`), 422, { errors: [{ path: 'n', message: expect.any(String) }] });
  });

  test('too large: 413, told in advance or not', async () => {
    await expectProblem(await post('x'.repeat(1_001)), 413);
    const stream = new ReadableStream({
      start: controller => {
        for (let i = 0; i < 20; i++) controller.enqueue(new TextEncoder().encode('x'.repeat(100)));
        controller.close();
      },
    });
    const chunked = { method: 'POST', body: stream, duplex: 'half' } as RequestInit;
    await expectProblem(await fetch(`${url}/take`, chunked), 413);
  });

  test('a packed body is measured unpacked', async () => {
    const { gzipSync } = await import('node:zlib');
    const body = gzipSync('x'.repeat(500_000));
    expect(body.length).toBeLessThan(1_000);
    await expectProblem(
      await fetch(`${url}/take`, { method: 'POST', body, headers: { 'content-encoding': 'gzip' } }),
      413,
    );
  });

  test('an unknown encoding: 415', async () => {
    await expectProblem(
      await fetch(`${url}/take`, { method: 'POST', body: 'x', headers: { 'content-encoding': 'zz' } }),
      415,
    );
  });

  test('a problem that a handler throws, with its members and headers', async () => {
    const response = await fetch(`${url}/problem`);
    expect(response.headers.get('x-order')).toBe('o-1');
    await expectProblem(response, 409, { title: 'Conflict', detail: 'An order is in force.', order: 'o-1' });
  });

  test('a part that is away: 503 with Retry-After, and nothing of the inside', async () => {
    const response = await fetch(`${url}/away`);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    const text = await response.clone().text();
    await expectProblem(response, 503);
    expect(text).not.toContain('10.0.0.7');
  });

  test('a conflict: 409; a fault of ours: 500; neither tells of the inside', async () => {
    for (const [path, status] of [
      ['/conflict', 409],
      ['/fault', 500],
    ] as const) {
      const response = await fetch(`${url}${path}`);
      const text = await response.clone().text();
      await expectProblem(response, status);
      expect(text).not.toMatch(/internal words|secret/);
    }
  });

  test('what is not there: 404; an address that can not be read: 400', async () => {
    await expectProblem(await fetch(`${url}/nothing?x=1`), 404, { detail: 'There is nothing at GET /nothing.' });
    await expectProblem(await fetch(`${url}/item/%ff`), 400);
  });

  test('a fault after the answer has begun ends the connection', async () => {
    await expect(fetch(`${url}/half`).then(response => response.text())).rejects.toThrow();
  });
});

describe('/metrics', () => {
  const read = (url: string, headers: Record<string, string> = {}) => fetch(`${url}/metrics`, { headers });
  const token = 'a-token-of-16-chars';

  test('on loopback anybody on this machine may read them', async () => {
    const { url } = await start(router => router.get('/things/:id', (_, res) => void res.json(1)));
    await fetch(`${url}/things/1`);
    await fetch(`${url}/things/2`);
    const response = await read(url);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    const text = await response.text();
    expect(text).toContain('process_cpu_seconds_total');
    expect(text).toMatch(/http_request_seconds_count\{method="GET",route="\/things\/:id",status="200"\} 2/);
  });

  test('where a token is set, it is needed', async () => {
    const { url } = await start(() => undefined, { settings: { SANSDELAI_METRICS_TOKEN: token } });
    const refused = await read(url);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    await expectProblem(refused, 401);
    await expectProblem(await read(url, { authorization: `Bearer ${token}x` }), 401);
    await expectProblem(await read(url, { authorization: token }), 401);
    expect((await read(url, { authorization: `Bearer ${token}` })).status).toBe(200);
  });

  test('on another address than loopback they are closed without a token', async () => {
    const { url } = await start(() => undefined, { settings: { HOST: '0.0.0.0' } });
    await expectProblem(await read(url), 403, { detail: expect.stringContaining('SANSDELAI_METRICS_TOKEN') });
    const open = await start(() => undefined, { settings: { HOST: '0.0.0.0', SANSDELAI_METRICS_TOKEN: token } });
    expect((await read(open.url, { authorization: `Bearer ${token}` })).status).toBe(200);
  });
});

test('is alive at once, ready once the services are there, and names what is not', async () => {
  const found: Record<string, string> = {};
  const config = readConfig({ PORT: '0' });
  const server = await listen({ config, log: silent, metrics: createMetrics(), time: realTime }, async () => found);
  servers.push(server);
  const { url } = server;
  expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'alive' });
  const starting = await fetch(`${url}/readyz`);
  expect([starting.status, await starting.json()]).toEqual([
    503,
    { status: 'not ready', problems: { start: 'the services are starting' } },
  ]);
  const early = await fetch(`${url}/v1/things`);
  expect(early.headers.get('retry-after')).toBe('1');
  await expectProblem(early, 503);
  server.mount([]);
  expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'ready' });
  Object.assign(found, { database: 'database: the disk is full', bus: 'bus: away' });
  const away = await fetch(`${url}/readyz`);
  expect([away.status, await away.json()]).toEqual([503, { status: 'not ready', problems: found }]);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

test('a port that is taken is told', async () => {
  const { url } = await start();
  await expect(start(() => undefined, { settings: { PORT: new URL(url).port } })).rejects.toThrow(/EADDRINUSE/);
});

describe('stopping', () => {
  test('finishes the requests under way, takes no more, and does not wait for idle connections', async () => {
    let begun = 0;
    const server = await start(router =>
      router.get('/slow', async (_req, res) => {
        begun++;
        await pause(600);
        res.json('finished');
      }),
    );
    const { port } = new URL(server.url);
    const agent = new Agent({ keepAlive: true });
    const ask = () =>
      new Promise<string>((resolve, reject) => {
        get({ port, path: '/slow', agent }, response => {
          let text = '';
          response.on('data', part => {
            text += part;
          });
          response.on('end', () => resolve(text));
        }).on('error', reject);
      });
    const idle = connect(Number(port), '127.0.0.1');
    await new Promise(resolve => idle.once('connect', resolve));
    const underWay = [ask(), ask()];
    await until(() => begun === 2, 'both are under way');
    const from = Date.now();
    const stopped = server.stop();
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
    expect(await Promise.all(underWay)).toEqual(['"finished"', '"finished"']);
    await stopped;
    expect(Date.now() - from).toBeLessThan(4_500);
    agent.destroy();
    idle.destroy();
  });

  test('waits only so long for a request that does not end', async () => {
    const server = await start(router => router.get('/never', () => undefined));
    const asked = fetch(`${server.url}/never`).catch((error: unknown) => error);
    await pause(100);
    const from = Date.now();
    await server.stop(300);
    expect(Date.now() - from).toBeLessThan(5_000);
    expect(await asked).toHaveProperty('cause');
  });

  test('a body that is still being sent is taken to its end', async () => {
    const server = await start(router =>
      router.post('/body', readBody(1_000), (req, res) => void res.json((req.body as Buffer).toString())),
    );
    const { port } = new URL(server.url);
    const sending = request({ port, path: '/body', method: 'POST' });
    const answer = new Promise<string>((resolve, reject) => {
      sending.on('error', reject).on('response', response => {
        response.on('data', part => resolve(String(part)));
      });
    });
    sending.write('first ');
    await pause(100);
    const stopped = server.stop();
    await pause(200);
    sending.end('second');
    expect(await answer).toBe('"first second"');
    await stopped;
  });
});
