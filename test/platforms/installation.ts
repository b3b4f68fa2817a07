import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Router } from 'express';
import { connectorsOf, type Platforms, platformTables } from '../../services/platforms/index.js';
import {
  createLog,
  listen,
  type OpenRuntime,
  openRuntime,
  readConfig,
  realTime,
} from '../../services/runtime/index.js';

/** A process of its own, but for the services: real database in a folder of its own, real HTTP, all connectors. */
export interface Installation extends Platforms {
  runtime: OpenRuntime;
  url: string;
  /** Serves further routes. */
  mount(router: Router): void;
  stop(): Promise<void>;
}

export async function start(folder: string, settings: Record<string, string> = {}): Promise<Installation> {
  // An installation shares a database only together with Kafka; here nothing goes over the bus between them.
  const { DATABASE_URL, ...rest } = settings;
  const config = {
    ...readConfig({ PORT: '0', SANSDELAI_DATA: folder, LOG_LEVEL: 'silent', ...rest }),
    ...(DATABASE_URL ? { DATABASE_URL } : {}),
  };
  const runtime = await openRuntime(config, realTime, createLog('silent', false), platformTables);
  const http = await listen(runtime, () => runtime.problems());
  runtime.url = http.url;
  const platforms = connectorsOf(runtime);
  http.mount(platforms.routers);
  return {
    ...platforms,
    runtime,
    url: http.url,
    mount: router => http.mount([...platforms.routers, router]),
    stop: async () => {
      await http.stop();
      await runtime.stop();
    },
  };
}

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'platforms-'));
export const dropFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });
