import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';
import { stringify } from 'yaml';
import { accountTables, addKey } from '../../services/accounts/index.js';
import { exchangeTables, startExchange } from '../../services/classify/exchange/index.js';
import { type BankEntry, bankTables, listBankEntries } from '../../services/classify/signals/bank/index.js';
import { assessmentsTable } from '../../services/classify/tables.js';
import {
  listen,
  type OpenRuntime,
  openRuntime,
  readConfig,
  realTime,
  sql,
  type Time,
} from '../../services/runtime/index.js';

/** A hash of `digits` hex digits like no other in the tests; as many bits set as in a picture's. */
export const hash = (n: number, digits = 64): string => `5a${n.toString(16).padStart(4, '0')}`.padEnd(digits, 'c3a5');

export const wait = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

export interface Site {
  runtime: OpenRuntime;
  folder: string;
  /** All that was logged. */
  logged(): string;
  stop(keep?: boolean): Promise<void>;
}

/** A process of an installation: its database is in `folder`, or PostgreSQL. */
export async function openSite({
  folder = mkdtempSync(join(tmpdir(), 'exchange-')),
  database,
  time = realTime,
}: {
  folder?: string;
  database?: string;
  time?: Time;
} = {}): Promise<Site> {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const log: Logger = pino({ level: 'trace' }, stream);
  const config = {
    ...readConfig({ PORT: '0', SANSDELAI_DATA: folder, LOG_LEVEL: 'silent' }),
    ...(database ? { DATABASE_URL: database } : {}),
  };
  const tables = [...bankTables, ...accountTables, assessmentsTable, ...exchangeTables];
  const runtime = await openRuntime(config, time, log, tables);
  return {
    runtime,
    folder,
    logged: () => lines.join(''),
    stop: async keep => {
      await runtime.stop();
      if (!keep) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** As if nothing had ever been exchanged: cheaper than another site. */
export async function forget({ runtime: { db } }: Site): Promise<void> {
  const tables = ['bank_entries', 'bank_listings', 'banks', ...exchangeTables.map(({ name }) => name)];
  await db.commit(tables.map(name => ({ query: sql`delete from ${sql.table(name)}`.compile(db.tables<unknown>()) })));
}

const key = 'test-key-that-does-all-with-banks';

export interface Started {
  url: string;
  /** GET /v1/exchange: a source or partner by its name. */
  status(name: string): Promise<Record<string, unknown> & { state: string; error?: string; entries: number }>;
  call(method: string, path: string, body?: unknown): Promise<Response>;
  stop(): Promise<void>;
}

/** Starts the exchange of a site with what the file is to say, behind HTTP. */
export async function startSite(
  { runtime, folder }: Site,
  exchanges: object,
  environment: Record<string, string> = {},
): Promise<Started> {
  const file = join(folder, 'exchanges.yaml');
  writeFileSync(file, stringify(exchanges));
  const http = await listen(runtime, () => runtime.problems());
  runtime.url = http.url;
  const running = await startExchange(runtime, { file, environment });
  http.mount(running.routes ? [running.routes] : []);
  await runtime.db.commit([addKey(runtime, key, 'k', 'Ada', ['banks:read', 'banks:write'])]);
  const call = (method: string, path: string, body?: unknown) =>
    fetch(`${http.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return {
    url: http.url,
    call,
    async status(name) {
      const { sources, partners } = (await (await call('GET', '/v1/exchange')).json()) as Record<string, never[]>;
      return [...(sources ?? []), ...(partners ?? [])].find(one => (one as { name: string }).name === name)!;
    },
    stop: async () => {
      await http.stop(1_000);
      await running.stop();
    },
  };
}

export const entriesOf = async ({ runtime }: Site, bank: string): Promise<BankEntry[]> =>
  listBankEntries(runtime, bank, { limit: 1000 });

/** How often anything in the banks changed. */
export async function changesOf({ runtime: { db } }: Site): Promise<number> {
  const row = await db
    .tables<{ bank_changes: { last: number } }>()
    .selectFrom('bank_changes')
    .select('last')
    .executeTakeFirst();
  return row?.last ?? 0;
}

export interface Asked {
  method: string;
  url: URL;
  headers: IncomingMessage['headers'];
  body: string;
}
export interface Answered {
  status?: number;
  headers?: Record<string, string>;
  body?: string | object;
  /** The connection breaks after it. */
  cut?: boolean;
  /** It never answers. */
  silent?: boolean;
}

/** A server on this machine that answers as it is told to, and remembers what it was asked. */
export class Peer {
  readonly asked: Asked[] = [];
  /** Answers that come first, whatever is asked. */
  readonly next: Answered[] = [];
  url = '';
  #server: Server | undefined;

  constructor(private readonly answer: (asked: Asked) => Answered) {}

  async start(): Promise<this> {
    this.#server = createServer((req, res) => {
      let body = '';
      req.on('data', chunk => {
        body += chunk;
      });
      req.on('end', () => {
        const asked = { method: req.method ?? '', url: new URL(req.url ?? '', this.url), headers: req.headers, body };
        this.asked.push(asked);
        const { status = 200, headers = {}, body: said = '', cut, silent } = this.next.shift() ?? this.answer(asked);
        if (silent) return;
        res.writeHead(status, headers);
        const text = typeof said === 'string' ? said : JSON.stringify(said);
        if (cut) res.write(text, () => res.destroy());
        else res.end(text);
      });
    });
    await new Promise<void>(resolve => this.#server?.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise(resolve => this.#server?.close(resolve));
  }
}

/** One line of `threat_updates`. */
export interface Update {
  id: string;
  indicator?: string;
  type?: string;
  last_updated: number;
  should_delete?: boolean;
  tags?: unknown;
  descriptors?: { data: object[] };
}

export const update = (n: number, at: number, more: Partial<Update> = {}): Update => ({
  id: String(1000 + n),
  indicator: hash(n),
  type: 'HASH_PDQ',
  last_updated: at,
  should_delete: false,
  descriptors: {
    data: [
      {
        id: String(2000 + n),
        owner: { id: '7' },
        status: 'MALICIOUS',
        tags: { data: [{ id: '1', text: 'media_type_photo' }] },
      },
    ],
  },
  ...more,
});

/** Graph API's `threat_updates`, two rows a page; reactions are remembered as asked. */
export class GraphPeer extends Peer {
  updates: Update[] = [];

  constructor(readonly token: string) {
    super(({ method, url, body }) => {
      const given = method === 'POST' ? new URLSearchParams(body) : url.searchParams;
      if (given.get('access_token') !== token)
        return { status: 400, body: { error: { message: `Bad token ${given.get('access_token')}` } } };
      if (method === 'POST') return { body: { success: true } };
      const since = Number(given.get('start_time') ?? 0);
      const rows = this.updates
        .filter(row => row.last_updated >= since)
        .sort((a, b) => a.last_updated - b.last_updated);
      const from = Number(given.get('after') ?? 0);
      const following = new URL(url);
      following.searchParams.set('after', String(from + 2));
      const paging = from + 2 < rows.length ? { next: following.toString() } : {};
      return { body: { data: rows.slice(from, from + 2), paging } };
    });
  }

  /** The times from which on was asked, first pages only. */
  since(): (string | null)[] {
    return this.asked
      .filter(({ method, url }) => method === 'GET' && !url.searchParams.has('after'))
      .map(({ url }) => url.searchParams.get('start_time'));
  }
}
