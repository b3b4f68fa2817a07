import { Agent, request } from 'undici';
import type { Time } from '../../runtime/index.js';
import { PullError } from './source.js';

/** Longest time (ms) for one answer, and for the silence between two parts of it. */
export const patience = 60_000;
const mostBytes = 16 * 1024 ** 2;

const agent = new Agent({
  connections: 16,
  headersTimeout: patience,
  bodyTimeout: patience,
  connect: { timeout: 15_000 },
});

export interface Ask {
  method?: 'GET' | 'POST';
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** Values that must not appear in an error. */
  secrets: readonly string[];
  time: Time;
  signal: AbortSignal;
  /** Statuses that are answers too, beside 2xx. */
  also?: readonly number[];
}

interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: AsyncIterable<Buffer> & { dump(): Promise<void> };
}

/**
 * Asks; follows no redirect, as secrets must not go elsewhere. The answer's body has to be read or dumped.
 * @throws PullError that names the host and never the address, which may hold a token
 */
export async function ask(
  url: string,
  { method = 'GET', headers, body, secrets, time, signal, also }: Ask,
): Promise<Reply> {
  const { host } = new URL(url);
  const late = new AbortController();
  const timer = time.after(patience, () => late.abort());
  try {
    const answer = await request(url, {
      method,
      headers: { 'user-agent': 'sansdelai', ...headers },
      ...(body !== undefined && { body }),
      dispatcher: agent,
      signal: AbortSignal.any([signal, late.signal]),
    });
    const { statusCode: status, headers: given } = answer;
    if ((status >= 200 && status < 300) || also?.includes(status)) return { status, headers: given, body: answer.body };
    const said = await start(answer.body);
    const wait = retryAfter(given['retry-after'], time.now());
    throw new PullError(scrub(`${host} answered ${status}${said}`, secrets), status, wait);
  } catch (error) {
    if (error instanceof PullError) throw error;
    throw lost(host, error, late.signal.aborted);
  } finally {
    timer.stop();
  }
}

/** As `ask`, for an answer in JSON of at most 16 MiB. @throws PullError */
export async function askJson(url: string, given: Ask): Promise<{ status: number; json: unknown }> {
  const { host } = new URL(url);
  const reply = await ask(url, { ...given, headers: { accept: 'application/json', ...given.headers } });
  const chunks: Buffer[] = [];
  for await (const chunk of read(reply, host, mostBytes, given)) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  try {
    return { status: reply.status, json: JSON.parse(text) };
  } catch {
    // The parser's own message quotes the text, which may be anything.
    throw new PullError(`${host} answered ${reply.status} with what is not JSON`, reply.status);
  }
}

/** The body in parts, within bounds of size and time. @throws PullError */
export async function* read(
  reply: Pick<Reply, 'body'>,
  host: string,
  most: number,
  { time, signal }: Pick<Ask, 'time' | 'signal'>,
  longest = patience,
): AsyncGenerator<Buffer> {
  const from = time.steady();
  let bytes = 0;
  try {
    for await (const chunk of reply.body) {
      bytes += chunk.length;
      if (bytes > most) throw new PullError(`${host} sent more than ${Math.round(most / 1024 ** 2)} MiB`);
      if (time.steady() - from > longest) throw new PullError(`${host} took longer than ${longest / 1000} s`);
      if (signal.aborted) throw new PullError('ended by the program');
      yield chunk;
    }
  } catch (error) {
    if (error instanceof PullError) throw error;
    throw lost(host, error, false);
  }
}

function lost(host: string, error: unknown, late: boolean): PullError {
  const { code, name } = error as { code?: string; name?: string };
  return new PullError(`${host} did not answer (${late ? `nothing within ${patience / 1000} s` : (code ?? name)})`);
}

/** What an error answer says first: ThreatExchange explains itself in `error.message`, others in `detail`. */
async function start(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > 16_384) break;
  }
  try {
    const { error, detail } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
      error?: { message?: unknown };
      detail?: unknown;
    };
    const said = error?.message ?? detail;
    return typeof said === 'string' ? `: ${said.replaceAll(/\p{C}+/gu, ' ').slice(0, 200)}` : '';
  } catch {
    return '';
  }
}

function scrub(text: string, secrets: readonly string[]): string {
  return secrets.reduce((left, secret) => {
    const written = [secret, encodeURIComponent(secret)].filter(one => one !== '');
    return written.reduce((rest, one) => rest.replaceAll(one, '…'), left);
  }, text);
}

/** Seconds or an HTTP date, as milliseconds from now, a day at the most. */
function retryAfter(header: string | string[] | undefined, now: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), 24 * 3_600_000);
}
