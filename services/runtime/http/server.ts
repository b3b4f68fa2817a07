import { timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import express, { type Express, type Router } from 'express';
import helmet from 'helmet';
import { isLoopback } from '../config/index.js';
import { exposition } from '../metrics/index.js';
import type { Runtime } from '../service.js';
import { notFound, onError, Problem } from './problem.js';

/** The process's HTTP server: it listens before the services start, and answers 503 to what they do not serve yet. */
export interface HttpServer {
  url: string;
  /** Serves these from now on; the order counts. */
  mount(routers: readonly Router[]): void;
  /** Stops taking requests, finishes those under way (at most `patience` ms), then ends. */
  stop(patience?: number): Promise<void>;
}

/** Headers that a page of ours needs: no inline script, no framing, nothing from elsewhere. */
const headers = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      // Mantine sets its colours in style attributes.
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: false,
});

function same(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Who may read the metrics: anybody on this machine, elsewhere the holder of the token. */
function guardMetrics(runtime: Pick<Runtime, 'config'>, authorization: string | undefined): void {
  const { HOST, SANSDELAI_METRICS_TOKEN: token } = runtime.config;
  if (!token && isLoopback(HOST)) return;
  if (!token) throw new Problem(403, 'Set SANSDELAI_METRICS_TOKEN to read the metrics on this address.');
  if (!same(authorization ?? '', `Bearer ${token}`))
    throw new Problem(
      401,
      'The metrics need the bearer token SANSDELAI_METRICS_TOKEN.',
      {},
      { 'WWW-Authenticate': 'Bearer' },
    );
}

/** @param problems what keeps the process from taking work, by name; empty where nothing does. */
export async function listen(
  runtime: Pick<Runtime, 'config' | 'log' | 'metrics' | 'time'>,
  problems: () => Promise<Record<string, string>>,
): Promise<HttpServer> {
  const app: Express = express();
  let serving: readonly Router[] | undefined;
  app.disable('x-powered-by');
  // For middleware that other folders make, such as requireScope.
  app.locals.runtime = runtime;
  app.set('query parser', 'simple');
  app.use(headers);
  app.use((req, res, next) => {
    const end = runtime.metrics.httpSeconds.startTimer({ method: req.method });
    res.on('close', () =>
      end({ route: req.route ? `${req.baseUrl}${String(req.route.path)}` : 'other', status: res.statusCode }),
    );
    next();
  });
  app.get('/healthz', (_req, res) => void res.json({ status: 'alive' }));
  app.get('/readyz', async (_req, res) => {
    const found = serving ? await problems() : { start: 'the services are starting' };
    const ready = Object.keys(found).length === 0;
    res.status(ready ? 200 : 503).json(ready ? { status: 'ready' } : { status: 'not ready', problems: found });
  });
  app.get('/metrics', async (req, res) => {
    guardMetrics(runtime, req.headers.authorization);
    // Prometheus asks for OpenMetrics, the only format with exemplars; whoever does not is sent the plain text.
    const open = 'application/openmetrics-text; version=1.0.0';
    const wantsOpen = req.accepts(['text/plain; version=0.0.4', open]) === open;
    const { type, body } = await exposition(runtime.metrics.registry, wantsOpen);
    res.vary('Accept').type(type).send(body);
  });
  app.use((req, res, next) => {
    if (!serving) throw new Problem(503, 'Starting; try again in a moment.', {}, { 'Retry-After': '1' });
    let i = 0;
    const step = (error?: unknown): void => {
      const router = serving?.[i++];
      if (error || !router) next(error);
      else router(req, res, step);
    };
    step();
  });
  app.use(notFound);
  app.use(onError(runtime.log));

  const server: Server = createServer({ requestTimeout: 0, headersTimeout: 15_000, keepAliveTimeout: 10_000 }, app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(runtime.config.PORT, runtime.config.HOST, resolve);
  });
  // Node takes a connection that has not asked for anything yet for a busy one.
  const requests = new Map<Socket, number>();
  let stopping = false;
  const endIdle = (): void => {
    if (stopping) for (const [socket, underWay] of requests) if (underWay === 0) socket.destroySoon();
  };
  server.on('connection', (socket: Socket) => {
    requests.set(socket, 0);
    socket.once('close', () => requests.delete(socket));
    endIdle();
  });
  server.on('request', ({ socket }, res) => {
    const count = (n: number): void => {
      if (requests.has(socket)) requests.set(socket, (requests.get(socket) ?? 0) + n);
    };
    count(1);
    res.once('close', () => {
      count(-1);
      endIdle();
    });
  });
  const { port } = server.address() as AddressInfo;
  const host = runtime.config.HOST.includes(':') ? `[${runtime.config.HOST}]` : runtime.config.HOST;
  return {
    url: `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`,
    mount: routers => {
      serving = routers;
    },
    stop: async (patience = 10_000) => {
      stopping = true;
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      const hurry = runtime.time.after(patience, () => server.closeAllConnections());
      endIdle();
      await closed;
      hurry.stop();
    },
  };
}
