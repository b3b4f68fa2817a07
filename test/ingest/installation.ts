import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandsKeyFile } from '../../services/accounts/index.js';
import { type Installation, startInstallation } from '../../services/cli/start.js';
import type { Database } from '../../services/runtime/index.js';
import { createLog, readConfig, realTime, type Time } from '../../services/runtime/index.js';

export const apiKey = 'an-ingest-key-of-the-tests';

/** A whole installation in this process, with what tests ask of it. */
export interface Running extends Installation {
  folder: string;
  db: Database;
  /** May do everything. */
  adminKey: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** `keep` leaves the folder, for another start. */
  stop(keep?: boolean): Promise<void>;
}

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: JSON of all sorts
  body: any;
}

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'sansdelai-'));

export async function start(
  settings: Record<string, string> = {},
  { services = [] as string[], folder = newFolder(), time = realTime as Time } = {},
): Promise<Running> {
  const config = readConfig({
    PORT: '0',
    SANSDELAI_DATA: folder,
    SANSDELAI_API_KEY: apiKey,
    SANSDELAI_ADMIN_PASSWORD: 'a-password-of-tests',
    SANSDELAI_PROBE: 'off',
    SANSDELAI_SANDBOX: 'off',
    LOG_LEVEL: process.env.TEST_LOG ?? 'silent',
    ...settings,
  });
  const installation = await startInstallation(config, services, { time, log: createLog(config.LOG_LEVEL, false) });
  const adminKey = readFileSync(commandsKeyFile(folder), 'utf8').trim();
  return {
    ...installation,
    folder,
    db: installation.runtime.db,
    adminKey,
    async call(method, path, body, headers = {}) {
      const given = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
      const res = await fetch(`${installation.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json', ...headers },
        ...given,
      });
      const text = await res.text();
      const isJson =
        res.headers.get('content-type')?.includes('json') && !res.headers.get('content-type')?.includes('nd');
      return { status: res.status, headers: res.headers, body: isJson ? JSON.parse(text) : text };
    },
    stop: async (keep = false) => {
      await installation.stop();
      if (!keep) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The real clock, and a way to put it forward. */
export class ForwardTime implements Time {
  #ahead = 0;
  steady = realTime.steady;
  sleep = realTime.sleep;
  after = realTime.after;
  random = realTime.random;
  uuid = realTime.uuid;
  secret = realTime.secret;
  offset = realTime.offset;
  now = (): number => realTime.now() + this.#ahead;
  forward(ms: number): void {
    this.#ahead += ms;
  }
}

export const forward = (date: Date, ms: number): string => new Date(date.getTime() + ms).toISOString();

let made = 0;
/** A post that nobody has sent before. */
export const newPost = (more: Record<string, unknown> = {}): Record<string, unknown> & { id: string } => {
  const id = `post-${process.pid}-${made++}`;
  return {
    id,
    platform: 'acme',
    url: `https://acme.example/posts/${id}`,
    audience: 'public',
    author: { id: 'alice' },
    text: 'On Saturday we plant willows at the river.',
    language: 'en',
    createdAt: '2026-05-01T10:00:00Z',
    ...more,
  };
};
