import { Agent, request } from 'undici';
import { z } from 'zod';
import type { Time } from '../../../runtime/index.js';

const mostBytes = 1024 ** 2;
const agent = new Agent({ connections: 16, headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 5_000 } });

/** By bank: what is like the hash, and at which distance. The distance comes as text. */
const matchesSchema = z.record(
  z.string().max(500),
  z.array(
    z.object({
      bank_content_id: z.union([z.int(), z.string().max(100)]),
      distance: z.union([z.int().min(0), z.string().regex(/^\d{1,3}$/)]).transform(Number),
    }),
  ),
);

export interface HmaMatch {
  bank: string;
  contentId: string;
  /** Bits of 256. */
  distance: number;
}

export interface HmaOptions {
  /** Where HMA is, e.g. `http://127.0.0.1:5100`. */
  url: string;
  /** Only these banks of its. */
  banks?: readonly string[];
  /** Longest time for one answer (ms). */
  timeout?: number;
  time: Time;
}

/** HMA can't be asked, or answers nonsense. */
export class HmaError extends Error {
  override name = 'HmaError';
}

/**
 * Looks a PDQ hash up: `GET /m/lookup?signal=&signal_type=pdq`. The seed is the hash, so that banks which match only a part of what they are asked
 * answer the same for the same hash.
 * @returns 'unhashable' where the hash is empty, as that of a picture of poor quality is: HMA answers 400 then, and is well.
 * @throws HmaError
 */
export async function lookUp(options: HmaOptions, hash: string): Promise<HmaMatch[] | 'unhashable'> {
  const query = new URLSearchParams({ signal: hash, signal_type: 'pdq', seed: hash });
  if (options.banks) query.set('banks', options.banks.join(','));
  const { status, text } = await get(options, `/m/lookup?${query}`);
  if (status === 400 && hash === '') return 'unhashable';
  if (status !== 200) throw new HmaError(`HMA answered ${status}`);
  const parsed = matchesSchema.safeParse(jsonOf(text));
  if (!parsed.success) throw new HmaError('HMA gave an answer of another shape');
  return Object.entries(parsed.data).flatMap(([bank, matches]) =>
    matches.map(({ bank_content_id, distance }) => ({ bank, contentId: String(bank_content_id), distance })),
  );
}

/** Whether HMA can be asked: `GET /status`, which is 503 while its index is missing or old. @returns what is wrong */
export async function problemOf(options: HmaOptions): Promise<string | undefined> {
  try {
    const { status, text } = await get(options, '/status');
    return status === 200
      ? undefined
      : `HMA answered ${status}${/^[\w -]{1,50}$/.test(text.trim()) ? `: ${text.trim()}` : ''}`;
  } catch (error) {
    return (error as Error).message;
  }
}

async function get(
  { url, timeout = 5_000, time }: HmaOptions,
  path: string,
): Promise<{ status: number; text: string }> {
  const abort = new AbortController();
  const timer = time.after(timeout, () => abort.abort());
  try {
    const { statusCode, body } = await request(`${url.replace(/\/$/, '')}${path}`, {
      dispatcher: agent,
      signal: abort.signal,
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > mostBytes) throw new HmaError('HMA sent more than 1 MiB');
      chunks.push(chunk);
    }
    return { status: statusCode, text: Buffer.concat(chunks).toString('utf8') };
  } catch (error) {
    if (error instanceof HmaError) throw error;
    const { code, name } = error as { code?: string; name: string };
    throw new HmaError(
      `HMA did not answer (${abort.signal.aborted ? `nothing within ${timeout} ms` : (code ?? name)})`,
    );
  } finally {
    timer.stop();
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
