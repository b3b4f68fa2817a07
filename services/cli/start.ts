import type { Router } from 'express';
import { ensureFirst } from '../accounts/index.js';
import {
  type Config,
  createLog,
  type HttpServer,
  type Log,
  listen,
  type OpenRuntime,
  openRuntime,
  type RunningService,
  realTime,
  type Time,
} from '../runtime/index.js';
import { allTables, services } from './services.js';

export interface Installation {
  url: string;
  runtime: OpenRuntime;
  /** What was made at the first start, to be shown once. */
  secrets: { apiKey?: string; adminPassword?: string };
  /** What it serves. */
  routers: readonly Router[];
  /** Takes no more work, finishes what it acknowledged, ends. */
  stop(): Promise<void>;
}

/** @throws Error naming the services that there are. */
export function chosen(names: readonly string[]) {
  const unknown = names.filter(name => !services.some(service => service.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `There is no service "${unknown[0]}". There are: ${services.map(service => service.name).join(', ')}.`,
    );
  }
  return names.length === 0 ? services : services.filter(service => names.includes(service.name));
}

/**
 * Starts the named services (all, where none is named) in this process.
 * @throws ConfigError, LockedError, UnavailableError; what was started is ended again.
 */
export async function startInstallation(
  config: Config,
  names: readonly string[] = [],
  {
    time = realTime,
    log = createLog(config.LOG_LEVEL, config.LOG_PRETTY ?? process.stderr.isTTY),
  }: { time?: Time; log?: Log } = {},
): Promise<Installation> {
  const picked = chosen(names);
  const runtime = await openRuntime(config, time, log, allTables);
  const running: { name: string; service: RunningService }[] = [];
  let http: HttpServer | undefined;
  const stop = async (): Promise<void> => {
    await http?.stop();
    for (const { service } of running) await service.stop();
    await runtime.stop();
  };
  try {
    const problems = async () => {
      const found = await runtime.problems();
      for (const { name, service } of running) {
        const problem = await service.problem();
        if (problem) found[name] = problem;
      }
      return found;
    };
    http = await listen(runtime, problems);
    runtime.url = http.url;
    const secrets = await ensureFirst(runtime);
    const starting = picked.map(async service => ({ name: service.name, service: await service.start(runtime) }));
    const started = await Promise.allSettled(starting);
    for (const result of started) if (result.status === 'fulfilled') running.push(result.value);
    const failed = started.find(result => result.status === 'rejected');
    if (failed) throw failed.reason;
    const routers = running.flatMap(({ service }) => (service.routes ? [service.routes] : []));
    http.mount(routers);
    return { url: http.url, runtime, secrets, routers, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** `sansdelai start`: runs until a signal, then ends in order. */
export async function startCommand(config: Config, names: readonly string[]): Promise<void> {
  const from = realTime.steady();
  const starting = startInstallation(config, names);
  let ending = false;
  // Also heard while it starts: what has begun is then ended in order.
  const end = (): void => {
    if (ending) process.exit(1);
    ending = true;
    starting
      .then(({ stop }) => stop())
      .then(
        () => process.exit(0),
        error => {
          process.stderr.write(`It did not end in order: ${(error as Error).message}\n`);
          process.exit(1);
        },
      );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  const { url, secrets } = await starting;
  if (ending) return;
  const seconds = ((realTime.steady() - from) / 1000).toFixed(1);
  const lines = [
    '',
    `  Sans Délai is ready (${seconds} s).`,
    '',
    `  Live page      ${url}/`,
    `  Sandbox        ${url}/sandbox     write a post with the standard test post's words and see it go`,
    `  Metrics        ${url}/metrics`,
    `  API            ${url}/openapi.json`,
    `  Data           ${config.DATABASE_URL ? 'PostgreSQL' : config.SANSDELAI_DATA}`,
    ...(secrets.apiKey ? ['', `  Ingest key     ${secrets.apiKey}     (shown this once)`] : []),
    ...(secrets.adminPassword ? [`  Administrator  admin / ${secrets.adminPassword}     (shown this once)`] : []),
    '',
    '  Ctrl-C ends it; what was acknowledged is kept.',
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
