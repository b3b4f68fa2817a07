import { type ClientRequest, Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { brotliDecompressSync, unzipSync } from 'node:zlib';
import type { Time } from '../../runtime/time/index.js';

/** The most that is read of a body; what is longer was not read to its end, and can't be called free of anything. */
export const mostBytes = 1024 * 1024;
const mostRedirects = 5;

/** What one address answered. `failure` says why there is no answer to judge. */
export interface Fetched {
  /** The address that answered, after redirects. */
  url: string;
  status?: number;
  headers: Record<string, string>;
  body: Buffer;
  truncated: boolean;
  failure?: string;
}

/** Where a request may go: never elsewhere, whatever a redirect says. */
export type Allowed = (url: URL) => boolean;

/**
 * Each request has a connection of its own, and no TLS session is resumed, so that each reaches whatever replica or cache answers newcomers.
 * Node's own client: for a single request on a connection it takes half the time of undici.
 */
const agents = {
  'http:': new HttpAgent({ keepAlive: false }),
  'https:': new HttpsAgent({ keepAlive: false, maxCachedSessions: 0 }),
};

/**
 * Fetches an address as a stranger: fresh connection, no credentials, redirects followed within what is allowed.
 * `timeout` in milliseconds is for all of it. Never rejects: what went wrong is in `failure`.
 */
export async function fetchFresh(
  address: string,
  headers: Readonly<Record<string, string>>,
  options: { time: Time; timeout: number; allowed: Allowed },
): Promise<Fetched> {
  const ends = options.time.steady() + options.timeout;
  let url = address;
  for (let hops = 0; hops <= mostRedirects; hops++) {
    const refused = refusal(url, options.allowed);
    if (refused) return { ...nothing(url), failure: refused };
    const answer = await request(new URL(url), headers, options.time, ends - options.time.steady());
    const { location } = answer.headers;
    if (answer.failure || !location || !isRedirect(answer.status)) return answer;
    if (!URL.canParse(location, url)) return { ...answer, failure: 'redirected to what is no address' };
    url = new URL(location, url).href;
  }
  return { ...nothing(url), failure: `redirected more than ${mostRedirects} times` };
}

const isRedirect = (status?: number) => status !== undefined && [301, 302, 303, 307, 308].includes(status);
const nothing = (url: string): Fetched => ({ url, headers: {}, body: Buffer.alloc(0), truncated: false });

function refusal(address: string, allowed: Allowed): string | undefined {
  if (!URL.canParse(address)) return 'not an address';
  const url = new URL(address);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return `not looked at: ${url.protocol} is not http or https`;
  if (url.username || url.password) return 'not looked at: the address holds credentials';
  return allowed(url) ? undefined : `not looked at: ${url.origin} is not an origin of this platform`;
}

function request(url: URL, headers: Readonly<Record<string, string>>, time: Time, timeout: number): Promise<Fetched> {
  return new Promise(resolve => {
    const answer = nothing(url.href);
    const chunks: Buffer[] = [];
    let bytes = 0;
    let done = false;
    const end = (failure?: string) => {
      if (done) return;
      done = true;
      timer.stop();
      asked.destroy();
      resolve(unpack({ ...answer, body: Buffer.concat(chunks), ...(failure !== undefined && { failure }) }));
    };
    const broken = (error: Error & { code?: string }) => end(`no answer: ${error.code ?? error.message}`);
    const timer = time.after(Math.max(timeout, 0), () => end(`no whole answer within ${Math.round(timeout)} ms`));
    const secure = url.protocol === 'https:';
    const asked: ClientRequest = (secure ? httpsRequest : httpRequest)(url, {
      headers,
      agent: agents[secure ? 'https:' : 'http:'],
    });
    asked.on('error', broken);
    asked.on('response', received => {
      answer.status = received.statusCode ?? 0;
      for (const [name, value] of Object.entries(received.headers)) answer.headers[name] = String(value ?? '');
      received.on('error', broken);
      received.on('data', (chunk: Buffer) => {
        const room = mostBytes - bytes;
        bytes += chunk.length;
        chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
        if (bytes <= mostBytes) return;
        answer.truncated = true;
        end();
      });
      received.on('end', () => (received.complete ? end() : end('no answer: broken off')));
    });
    asked.end();
  });
}

/** Undoes compression. What can't be unpacked can't be judged. */
function unpack(answer: Fetched): Fetched {
  const coding = answer.headers['content-encoding']?.trim().toLowerCase();
  if (!coding || coding === 'identity' || answer.failure || answer.body.length === 0) return answer;
  if (answer.truncated) return { ...answer, failure: `more than ${mostBytes} bytes of ${coding}` };
  try {
    const limit = { maxOutputLength: 4 * mostBytes };
    const body = coding === 'br' ? brotliDecompressSync(answer.body, limit) : unzipSync(answer.body, limit);
    return { ...answer, body };
  } catch (error) {
    return { ...answer, failure: `body can't be unpacked from ${coding}: ${(error as Error).message}` };
  }
}
