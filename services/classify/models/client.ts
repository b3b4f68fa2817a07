import { Agent, request } from 'undici';
import { z } from 'zod';
import type { Time } from '../../runtime/index.js';

const mostBytes = 4 * 1024 * 1024;
const agent = new Agent({ connections: 64, headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 10_000 } });

export interface Call {
  url: string;
  /** Sent as JSON with POST; left out: GET. */
  body?: unknown;
  /** Bearer token. */
  key?: string | undefined;
  time: Time;
  /** Milliseconds for the whole call. */
  timeout: number;
}

/**
 * Asks an endpoint and checks what it answers. Follows no redirect; reads 4 MiB at the most.
 * @throws Error that says what is wrong with the answer, or that none came; it never holds what was sent, nor the key
 */
export async function askJson<S extends z.ZodType>(
  { url, body, key, time, timeout }: Call,
  schema: S,
): Promise<z.output<S>> {
  const abort = new AbortController();
  const timer = time.after(timeout, () => abort.abort());
  let status: number;
  let text: string;
  try {
    const answer = await request(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      dispatcher: agent,
      signal: abort.signal,
    });
    status = answer.statusCode;
    text = await readAll(answer.body as AsyncIterable<Buffer>);
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    throw new Error(abort.signal.aborted ? `no whole answer within ${timeout} ms` : (code ?? message), {
      cause: error,
    });
  } finally {
    timer.stop();
  }
  if (status < 200 || status > 299) throw new Error(`it answered ${status}`);
  return parseAs(text, schema);
}

/** @throws Error that says where the text differs from the schema */
export function parseAs<S extends z.ZodType>(text: string, schema: S): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('its answer is not JSON');
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`its answer has another shape: ${issue?.path.join('.') || 'it'}: ${issue?.message}`);
}

async function readAll(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Error(`it answered more than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Scores as an endpoint gives them, from 0 to 1. */
export const score = z.number().min(0).max(1);
