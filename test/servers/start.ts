import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

// The scripts are beside the source of this file, which runs compiled, three folders down.
const folder = fileURLToPath(new URL('../../../test/servers/', import.meta.url));

/** A real server on 127.0.0.1. */
export interface Server {
  pid: number;
  port: number;
  /** Ends this use. A shared server runs on until its last test run ends; one started `alone` is stopped and forgotten. */
  stop(): Promise<void>;
  /** As if its machine failed. Only for a server started `alone`. */
  crash(): Promise<void>;
  /** Starts it again after `crash`, on the same port and data. */
  restart(): Promise<void>;
}

export interface Kafka extends Server {
  brokers: string[];
}

export interface Postgres extends Server {
  /** For the database `app`; a test file takes `freshDatabase()`. */
  url: string;
}

export interface Redis extends Server {
  /** For the database 0; a test file takes `freshRedis()`. */
  url: string;
}

export interface Prometheus extends Server {
  url: string;
  alertmanager: string;
}

/** `alone`: a server of the caller's own, on free ports, that it may crash, stop and restart. Else one shared by all. */
export interface Sharing {
  alone?: boolean;
}

export type KafkaVersion = '3.9.1' | '4.1.0';

type Environment = Record<string, string | undefined>;

function script(name: string, args: readonly string[], environment: Environment = {}): Promise<string> {
  const env = { TEST_USER: String(process.pid), ...process.env, ...environment };
  return new Promise((resolve, reject) => {
    execFile('bash', [`${folder}${name}`, ...args], { env, encoding: 'utf8' }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${name} failed: ${stderr.trim() || error.message}`));
      else resolve(stdout.trim());
    });
  });
}

async function freePorts(count: number): Promise<number[]> {
  const listeners = await Promise.all(
    Array.from({ length: count }, () => {
      const listener = createServer();
      return new Promise<typeof listener>((resolve, reject) => {
        listener.once('error', reject).listen(0, '127.0.0.1', () => resolve(listener));
      });
    }),
  );
  const ports = listeners.map(listener => (listener.address() as { port: number }).port);
  await Promise.all(listeners.map(listener => new Promise(resolve => listener.close(resolve))));
  return ports;
}

/** Starts a server by its script; `folders` are what the script calls its folders of state. */
async function start(up: string, environment: Environment, port: number, folders: string[], alone: boolean) {
  const run = async () => {
    const printed = await script(up, [], environment);
    return Number(/pid=(\d+)/.exec(printed.split('\n').at(-1) ?? '')?.[1]);
  };
  const own = () => {
    if (!alone) throw new Error('others use this server: start one with { alone: true }');
  };
  const server: Server = {
    pid: await run(),
    port,
    async stop() {
      if (alone) await script('down.sh', ['--wipe', ...folders]);
    },
    async crash() {
      own();
      await script('down.sh', ['--crash', ...folders]);
    },
    async restart() {
      own();
      server.pid = await run();
    },
  };
  return server;
}

/** Apache Kafka, one node. @throws with the server's last lines if it does not start. */
export async function startKafka(options: Sharing & { version?: KafkaVersion } = {}): Promise<Kafka> {
  const { version = '3.9.1', alone = false } = options;
  const shared = version === '3.9.1' ? (process.env.KAFKA_PORT ?? 29092) : (process.env.KAFKA4_PORT ?? 29192);
  const [port, controller] = alone ? await freePorts(2) : [Number(shared), Number(shared) + 1];
  const environment = {
    KAFKA_VERSION: version,
    KAFKA_PORT: String(port),
    KAFKA_CONTROLLER_PORT: String(controller),
  };
  const server = await start('kafka-up.sh', environment, port!, [`kafka-${version}-${port}`], alone);
  return Object.assign(server, { brokers: [`127.0.0.1:${port}`] });
}

/** PostgreSQL, user `app` without a password. @throws with the server's last lines if it does not start. */
export async function startPostgres({ alone = false }: Sharing = {}): Promise<Postgres> {
  const [port] = alone ? await freePorts(1) : [Number(process.env.POSTGRES_PORT ?? 25432)];
  const server = await start('postgres-up.sh', { POSTGRES_PORT: String(port) }, port!, [`postgres-${port}`], alone);
  return Object.assign(server, { url: `postgres://app@127.0.0.1:${port}/app` });
}

/** Redis, append-only file on. @throws with the server's last lines if it does not start. */
export async function startRedis({ alone = false }: Sharing = {}): Promise<Redis> {
  const [port] = alone ? await freePorts(1) : [Number(process.env.REDIS_PORT ?? 26379)];
  const server = await start('redis-up.sh', { REDIS_PORT: String(port) }, port!, [`redis-${port}`], alone);
  return Object.assign(server, { url: `redis://127.0.0.1:${port}` });
}

/**
 * Prometheus and Alertmanager of the caller's own.
 * @param target  host:port whose /metrics is read, in the job `sansdelai`
 * @param rules   files of rules, as a pattern; default: those that are deployed
 * @param token   sent as a bearer token
 * @param every   pause between two readings and two evaluations; default 1s
 * @throws with promtool's or the server's last lines if they do not start
 */
export async function startPrometheus(options: {
  target: string;
  rules?: string;
  token?: string;
  every?: string;
}): Promise<Prometheus> {
  const [port, alerts] = await freePorts(2);
  const environment = {
    PROMETHEUS_PORT: String(port),
    ALERTMANAGER_PORT: String(alerts),
    METRICS_TARGET: options.target,
    METRICS_TOKEN: options.token,
    PROMETHEUS_RULES: options.rules,
    SCRAPE_INTERVAL: options.every ?? '1s',
  };
  const folders = [`prometheus-${port}`, `alertmanager-${alerts}`];
  const server = await start('prometheus-up.sh', environment, port!, folders, true);
  return Object.assign(server, {
    url: `http://127.0.0.1:${port}`,
    alertmanager: `http://127.0.0.1:${alerts}`,
  });
}

/**
 * Ends a run's use of all servers it started (default: this run's). Those that nobody else uses, and that were not started
 * by hand, are stopped and forgotten. Jest's run does so by itself; another program that starts servers calls it last.
 */
export async function release(run = process.env.TEST_USER ?? String(process.pid)): Promise<void> {
  const state = process.env.INFRA_HOME ?? `${process.env.TMPDIR ?? '/tmp'}/sansdelai-test-servers`;
  if (existsSync(`${state}/run`)) await script('down.sh', ['--release', run]);
}
