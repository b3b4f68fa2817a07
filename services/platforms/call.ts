import { Agent, request } from 'undici';
import type { Time } from '../runtime/index.js';
import type { Answer } from './connector.js';

/** What a platform's own interface answered, or why it didn't. */
export interface Reply {
  status?: number;
  /** Milliseconds. */
  retryAfter?: number;
  /** The answer's first characters, printable. */
  excerpt: string;
  /** As it came, as far as it was read. */
  body?: string;
  failure?: string;
}

const mostBytes = 64 * 1024;
const excerptLength = 500;

const agent = new Agent({ connections: 64, headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 15_000 } });

/** Posts JSON, within `timeout` ms for all of it; follows no redirect, reads 64 KiB of the answer at the most. Never rejects. */
export async function postJson(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  { time, timeout }: { time: Time; timeout: number },
): Promise<Reply> {
  const abort = new AbortController();
  const timer = time.after(timeout, () => abort.abort(new Error(`no whole answer within ${timeout} ms`)));
  let status: number | undefined;
  try {
    const answer = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      dispatcher: agent,
      signal: abort.signal,
    });
    status = answer.statusCode;
    const wait = retryAfter(answer.headers['retry-after'], time.now());
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= mostBytes) break;
    }
    const text = Buffer.concat(chunks).toString('utf8');
    return { status, excerpt: printable(text), body: text, ...(wait !== undefined && { retryAfter: wait }) };
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    const failure = abort.signal.aborted ? (abort.signal.reason as Error).message : (code ?? message);
    return { excerpt: '', failure, ...(status !== undefined && { status }) };
  } finally {
    timer.stop();
  }
}

const printable = (text: string) =>
  text
    .replace(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, excerptLength);

/** Seconds or an HTTP date, as milliseconds from now, a day at the most. */
function retryAfter(header: string | string[] | undefined, now: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), 24 * 3_600_000);
}

/**
 * What a reply comes to: 2xx is the platform's word that it will; 4xx but 408, 425 and 429 says that it never will; all else comes again.
 */
export function answerOf({ status, excerpt, failure, retryAfter: wait }: Reply): Answer {
  if (status === undefined || failure !== undefined) return { kind: 'failed', detail: failure ?? 'no answer' };
  const detail = `${status}${excerpt ? `: ${excerpt}` : ''}`;
  if (status >= 200 && status < 300) return { kind: 'accepted', detail };
  if (status >= 400 && status < 500 && ![408, 425, 429].includes(status)) return { kind: 'refused', detail };
  return { kind: 'failed', detail, ...(wait !== undefined && { retryAfter: wait }) };
}
