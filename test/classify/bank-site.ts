import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountTables, addKey } from '../../services/accounts/index.js';
import { bankRoutes, bankTables } from '../../services/classify/signals/bank/index.js';
import { calls } from '../../services/console/api/openapi/calls.js';
import { ingest } from '../../services/ingest/index.js';
import {
  createLog,
  listen,
  type OpenRuntime,
  openRuntime,
  readConfig,
  realTime,
} from '../../services/runtime/index.js';

export interface Site {
  runtime: OpenRuntime;
  stop(): Promise<void>;
}

/** A process with the banks in it. Several may share a database where `DATABASE_URL` is given. */
export async function openSite(settings: Record<string, string> = {}): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'banks-'));
  // An installation shares a database only together with Kafka; here nothing goes over the bus between them.
  const { DATABASE_URL, ...rest } = settings;
  const config = {
    ...readConfig({ PORT: '0', SANSDELAI_DATA: folder, LOG_LEVEL: 'silent', ...rest }),
    ...(DATABASE_URL ? { DATABASE_URL } : {}),
  };
  const tables = [...bankTables, ...accountTables, ...ingest.tables];
  const runtime = await openRuntime(config, realTime, createLog('silent', false), tables);
  return {
    runtime,
    stop: async () => {
      await runtime.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface HttpSite extends Site {
  url: string;
  call(method: string, path: string, body?: unknown, type?: string): Promise<{ status: number; body: Json }>;
}
// biome-ignore lint/suspicious/noExplicitAny: JSON of all sorts
export type Json = any;

/** What the API's description says of an answer; undefined where it is a problem. */
function described(method: string, path: string, status: number) {
  const found = calls.find(call => {
    const template = new RegExp(`^${call.path.replace(/\{\w+\}/g, '[^/]+')}$`);
    return call.method === method.toLowerCase() && template.test(path.split('?', 1)[0] as string);
  });
  if (!found) throw new Error(`${method} ${path} is not described`);
  if (status >= 400) {
    const known = [401, 403, 422, ...(found.problems ?? [])];
    if (!known.includes(status)) throw new Error(`${method} ${path}: ${status} is not described`);
  }
  return found.answers[status]?.body?.['application/json'];
}

/** The same, with `/v1/banks` and a key of Ada's that may read and write. */
export async function openHttp(settings: Record<string, string> = {}): Promise<HttpSite> {
  const site = await openSite(settings);
  const http = await listen(site.runtime, () => site.runtime.problems());
  http.mount([bankRoutes(site.runtime)]);
  const key = 'a-key-of-tests-that-writes-banks';
  await site.runtime.db.commit([addKey(site.runtime, key, 'k', 'Ada', ['banks:write', 'banks:read'])]);
  return {
    ...site,
    url: http.url,
    async call(method, path, body, type = 'application/json') {
      const res = await fetch(`${http.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': type },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await res.text();
      const answer: Json = text && JSON.parse(text);
      // What is answered is what is described, with nothing left out.
      const schema = described(method, path, res.status);
      if (schema) expect(schema.parse(answer)).toEqual(answer);
      return { status: res.status, body: answer };
    },
    stop: async () => {
      await http.stop();
      await site.stop();
    },
  };
}

/** How long it takes until something holds, in milliseconds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<number> {
  const start = performance.now();
  while (!(await holds())) {
    if (performance.now() - start > 30_000) throw new Error('waited in vain');
    await new Promise(resolve => setTimeout(resolve, 5));
  }
  return performance.now() - start;
}

/** The hash of a picture or a file of tests. */
export const hashOf = (name: string | number, digits = 64): string =>
  createHash('sha256').update(String(name)).digest('hex').slice(0, digits);

/** The same hash with so many bits changed. */
export function flipped(hash: string, bits: number): string {
  const bytes = Buffer.from(hash, 'hex');
  for (let n = 0; n < bits; n++) bytes[(n * 7) % 32]! ^= 1 << (Math.floor((n * 7) / 32) % 8);
  return bytes.toString('hex');
}
