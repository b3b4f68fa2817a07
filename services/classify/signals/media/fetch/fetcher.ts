import { Agent, type Dispatcher, errors, request } from 'undici';
import type { Stoppable, Time } from '../../../../runtime/index.js';
import { type Lookup, NotPublicError, publicLookup } from './addresses.js';

/** Where a platform keeps its media. Nothing else is fetched for it. */
export interface MediaSource {
  /** Origins such as `https://media.example.org`. */
  origins: readonly string[];
  /** Their names may stand for addresses that are not public: they are this operator's own. An address written as such in `origins` needs no leave. */
  internal?: boolean;
}

export type Fetched = { bytes: Buffer } | { problem: string };

/** Fetches media, each for one platform. */
export interface Fetcher extends Stoppable {
  /** Never rejects: what went wrong is the problem, in words for people. */
  fetch(url: string, source: MediaSource): Promise<Fetched>;
}

export interface FetcherOptions {
  time: Time;
  /** Larger files are not read. */
  mostBytes: number;
  /** For one file with all redirects and the second try, in milliseconds (10,000). */
  timeout?: number;
  lookup?: Lookup;
}

const mostRedirects = 3;
const tries = 2;
const pause = 500;
/** Connections to one origin. */
const connections = 4;
const headers = {
  'user-agent': 'SansDelai/0.1 (recognises known media)',
  accept: '*/*',
  'accept-encoding': 'identity',
};

/** Asking again may help. */
class Passing extends Error {
  override name = 'Passing';
}
/** Asking again is of no use. */
class Refused extends Error {
  override name = 'Refused';
}

export function startFetcher({ time, mostBytes, timeout = 10_000, lookup }: FetcherOptions): Fetcher {
  const common = { connections, headersTimeout: timeout, bodyTimeout: timeout };
  // One for each kind of source: connections are kept, and what was refused to one must not be had through the other.
  const agents = {
    public: new Agent({ ...common, connect: { lookup: publicLookup(lookup) } }),
    internal: new Agent({ ...common, connect: { ...(lookup && { lookup: lookup as never }) } }),
  };

  async function get(address: string, source: MediaSource, signal: AbortSignal): Promise<Buffer> {
    let url = address;
    for (let hops = 0; hops <= mostRedirects; hops++) {
      const checked = allowed(url, source, hops > 0);
      const dispatcher = source.internal ? agents.internal : agents.public;
      const answer = await request(checked, { dispatcher, headers, signal });
      const { location } = answer.headers;
      if (isRedirect(answer.statusCode) && typeof location === 'string') {
        leave(answer.body);
        if (!URL.canParse(location, url)) throw new Refused('it redirects to what is no address');
        url = new URL(location, url).href;
        continue;
      }
      return await read(answer);
    }
    throw new Refused(`it redirects more than ${mostRedirects} times`);
  }

  async function read({ statusCode, headers: given, body }: Dispatcher.ResponseData): Promise<Buffer> {
    const tooLarge = `it is larger than ${mostBytes / 2 ** 20} MB`;
    try {
      if (statusCode >= 500 || statusCode === 429) throw new Passing(`its address answers ${statusCode}`);
      if (statusCode !== 200) throw new Refused(`its address answers ${statusCode}`);
      if ((given['content-encoding'] ?? 'identity') !== 'identity') {
        throw new Refused('its address answers compressed, which was not asked for');
      }
      if (Number(given['content-length'] ?? 0) > mostBytes) throw new Refused(tooLarge);
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of body as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > mostBytes) throw new Refused(tooLarge);
        chunks.push(chunk);
      }
      return Buffer.concat(chunks, bytes);
    } finally {
      leave(body);
    }
  }

  return {
    async fetch(url, source) {
      const abort = new AbortController();
      const timer = time.after(timeout, () => abort.abort());
      try {
        for (let attempt = 1; ; attempt++) {
          try {
            return { bytes: await get(url, source, abort.signal) };
          } catch (error) {
            if (abort.signal.aborted) return { problem: `it was not fetched within ${timeout / 1000} s` };
            if (attempt === tries || !mayPass(error)) return { problem: wordsOf(error) };
            await time.sleep(pause, abort.signal);
          }
        }
      } finally {
        timer.stop();
      }
    },
    async stop() {
      await Promise.all([agents.public.destroy(), agents.internal.destroy()]);
    },
  };
}

/** What was not read to its end is not waited for; that it was broken off is no news then. */
const leave = (body: Dispatcher.ResponseData['body']): void => void body.on('error', () => undefined).destroy();

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status);

function allowed(address: string, { origins }: MediaSource, redirected: boolean): URL {
  const how = redirected ? 'it redirects to' : 'it is on';
  if (!URL.canParse(address)) throw new Refused('its address is none');
  const url = new URL(address);
  if (url.username || url.password) throw new Refused('its address holds credentials');
  // Others than http and https have no origin that could be listed.
  if (!origins.some(origin => URL.canParse(origin) && new URL(origin).origin === url.origin)) {
    throw new Refused(`${how} ${url.protocol}//${url.host}, which is not listed for this platform`);
  }
  return url;
}

const mayPass = (error: unknown): boolean =>
  error instanceof Passing ||
  !(error instanceof Refused || notPublic(error) || error instanceof errors.InvalidArgumentError);

const notPublic = (error: unknown): boolean =>
  error instanceof NotPublicError || (error instanceof Error && error.cause !== undefined && notPublic(error.cause));

function wordsOf(error: unknown): string {
  if (error instanceof Refused || error instanceof Passing) return error.message;
  if (notPublic(error)) return 'its host stands for an address that is not public';
  const { code, message } = error as { code?: string; message: string };
  return `its address does not answer (${code ?? message})`;
}
