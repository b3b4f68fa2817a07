import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withServers } from '../servers/index.js';
import { root, text } from './files.js';

const services = ['ingest', 'classify', 'orders', 'enforce', 'clocks', 'ledger', 'console'] as const;

/** Every route in the sources of a service, as `[service, method, a path that it takes]`. */
const routes = services.flatMap(service =>
  readdirSync(`${root}services/${service}`, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && !name.startsWith('web/'))
    .flatMap(name => [
      ...text(`services/${service}/${name}`).matchAll(/\.(get|post|put|patch|delete|use)\(\s*'(\/[^']*)'/g),
    ])
    .map(([, method, path]) => [
      service,
      method === 'use' ? 'GET' : method!.toUpperCase(),
      path!.replace(/:\w+|\{?\*\w+\}?/g, 'x'),
    ]),
);

withServers(['haproxy'], 'the gateway', () => {
  const servers: Server[] = [];
  let folder = '';
  let gateway: ChildProcess;
  let port = 0;

  const listening = async (server: Server) => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sansdelai-gateway-'));
    let config = text('deploy/gateway/haproxy.cfg').replace(' resolvers docker init-addr none', '');
    for (const service of services) {
      // Says who it is, then answers line by line what it is sent.
      const server = createServer((req, res) => {
        res.writeHead(200, { 'content-type': 'application/x-ndjson', 'x-service': service });
        res.flushHeaders();
        req.pipe(res);
      });
      servers.push(server);
      config = config.replace(
        `server-template ${service} 8 ${service}:8080`,
        `server one 127.0.0.1:${await listening(server)}`,
      );
    }
    const free = createServer();
    port = await listening(free);
    free.close();
    await once(free, 'close');
    const path = join(folder, 'haproxy.cfg');
    writeFileSync(path, config.replace('bind :8080', `bind 127.0.0.1:${port}`));
    gateway = spawn('haproxy', ['-db', '-f', path], { stdio: 'ignore' });
    for (let tries = 0; tries < 100; tries++) {
      const answer = await fetch(`http://127.0.0.1:${port}/gateway-healthz`).catch(() => undefined);
      if (answer?.ok) return;
      await sleep(100);
    }
    throw new Error('the gateway did not start');
  });

  afterAll(async () => {
    gateway.kill('SIGKILL');
    await once(gateway, 'exit');
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(folder, { recursive: true });
  });

  test.each(routes)('sends to %s: %s %s', async (service, method, path) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: method! });
    await answer.text();
    expect(answer.headers.get('x-service')).toBe(service);
  });

  test.each([
    ['ingest', 'GET', '/sandbox'],
    ['ingest', 'POST', '/sandbox/posts'],
    ['ingest', 'GET', '/sandbox-probe/posts/1'],
    ['ingest', 'POST', '/v1/posts?receipts=errors'],
    ['console', 'GET', '/'],
    ['console', 'GET', '/sandboxes'],
    ['console', 'GET', '/v1/posts/1?platform=a'],
    ['console', 'GET', '/openapi.json'],
  ])('sends to %s: %s %s', async (service, method, path) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    await answer.text();
    expect(answer.headers.get('x-service')).toBe(service);
  });

  test('keeps the metrics of the processes to itself', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('x-service')).toBeNull();
  });

  test("a stream's receipts come while it is still being sent", async () => {
    const sending = request({ port, host: '127.0.0.1', method: 'POST', path: '/v1/posts' });
    sending.write('one\n');
    const [answer] = await once(sending, 'response');
    for (const line of ['one\n', 'two\n', 'three\n']) {
      const [chunk] = (await once(answer, 'data')) as [Buffer];
      expect(chunk.toString()).toBe(line);
      if (line === 'one\n') sending.write('two\n');
      if (line === 'two\n') sending.end('three\n');
    }
  });

  test('a service that is away is told as the API tells it', async () => {
    const server = servers[services.indexOf('enforce')]!;
    server.closeAllConnections();
    server.close();
    // The gateway may end a connection that was open when its service went.
    const ask = (): Promise<Response> => fetch(`http://127.0.0.1:${port}/v1/cases`).catch(() => ask());
    let answer: Response;
    do answer = await ask();
    while (answer.status === 200);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(await answer.json()).toMatchObject({ status: 503, title: 'Service Unavailable' });
  });
});
