import { request } from 'node:http';
import { Router } from 'express';
import { consoleService } from '../../services/console/index.js';
import { listen } from '../../services/runtime/http/index.js';
import { type Installed, install } from './installation.js';

let here: Installed;
beforeAll(async () => {
  here = await install({ SANSDELAI_ADMIN_PASSWORD: 'a long enough password' });
});
afterAll(() => here.stop());

const pages = [
  '/',
  '/console/api/live',
  '/console/api/posts/x?platform=sandbox',
  '/console/api/posts/x/text?platform=sandbox&version=1',
];

/** Asks with headers that `fetch` does not let go. */
const asked = (url: string, path: string, headers: Record<string, string>, method = 'GET'): Promise<number> =>
  new Promise((resolve, reject) => {
    request(`${url}${path}`, { method, headers }, answer => {
      resolve(answer.statusCode ?? 0);
      answer.destroy();
    })
      .on('error', reject)
      .end();
  });

test.each(pages)('%s is refused under a name of somebody else that points here', async path => {
  expect(await asked(here.url, path, { host: 'attacker.example' })).toBe(403);
  expect(await asked(here.url, path, { host: 'localhost:1' })).not.toBe(403);
});

test('another site can not have a dead letter replayed', async () => {
  const path = '/console/api/dead-letters/x/replay';
  expect(await asked(here.url, path, { 'sec-fetch-site': 'cross-site' }, 'POST')).toBe(403);
  expect(await asked(here.url, path, { 'sec-fetch-site': 'same-origin' }, 'POST')).toBe(404);
});

test('on another address than loopback every page asks for a login', async () => {
  // As if it listened on all addresses; the test itself stays on loopback.
  const config = { ...here.runtime.config, HOST: '0.0.0.0' };
  const runtime = { ...here.runtime, config };
  const service = await consoleService.start(runtime);
  const http = await listen({ ...runtime, config: { ...config, HOST: '127.0.0.1', PORT: 0 } }, async () => ({}));
  // What the handlers see is the process's configuration.
  const router = Router();
  router.use((req, _res, next) => {
    req.app.locals.runtime = runtime;
    next();
  });
  http.mount([router, service.routes!]);
  try {
    const answer = await fetch(`${here.url}/v1/session`, {
      method: 'POST',
      body: JSON.stringify({ name: 'admin', password: 'a long enough password' }),
    });
    const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    // The application itself holds nothing; what it shows asks who it is.
    expect(await asked(http.url, '/', {})).not.toBe(401);
    for (const path of [...pages.slice(1), '/README.md', '/docs/operate.md']) {
      expect([path, await asked(http.url, path, {})]).toEqual([path, 401]);
      expect(await asked(http.url, path, { cookie })).not.toBe(401);
      expect(await asked(http.url, path, { cookie: `${cookie}x` })).toBe(401);
    }
    expect(await asked(http.url, '/console/api/dead-letters/x/replay', {}, 'POST')).toBe(401);
  } finally {
    await http.stop(100);
    await service.stop();
  }
});
