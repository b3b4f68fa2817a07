import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { createInterface } from 'node:readline';
import type { Server } from './client.js';

/** A line of the stream's answer. */
export interface Answered {
  line?: number;
  id?: string;
  receipt?: string;
  error?: { status?: number; detail?: string; errors?: { path: string; message: string }[] };
  resumeFrom?: number;
}

/**
 * Sends posts as one NDJSON stream, as fast as the server takes them, and hears each line of the answer.
 * @param lines each without its line break; undefined hands over what was gathered so far
 * @throws Error that says what the server answered, where it did not take the stream
 */
export async function sendStream(
  { url, key }: Server,
  lines: AsyncIterable<string | undefined>,
  hear: (answered: Answered) => void,
): Promise<void> {
  const target = new URL('/v1/posts', url);
  const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/x-ndjson' };
  const req: ClientRequest = (target.protocol === 'https:' ? secureRequest : request)(target, {
    method: 'POST',
    headers,
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    req.once('response', resolve);
    req.once('error', error =>
      reject(new Error(`Nothing takes posts at ${url}: ${error.message}. Is the server running?`)),
    );
  });
  let over = false;
  const reading = answered.then(async res => {
    if (res.statusCode !== 200) {
      let text = '';
      for await (const chunk of res) text += chunk;
      throw new Error(`${url} answered ${res.statusCode}: ${text.slice(0, 500)}`);
    }
    for await (const line of createInterface({ input: res })) if (line) hear(JSON.parse(line) as Answered);
  });
  const ended = reading.finally(() => {
    over = true;
    req.emit('drain');
  });
  ended.catch(() => undefined);
  let buffer = '';
  const flush = async (): Promise<void> => {
    const taken = req.write(buffer);
    buffer = '';
    if (!taken && !over) await new Promise<void>(resolve => req.once('drain', resolve));
  };
  for await (const line of lines) {
    if (over) break;
    if (line !== undefined) buffer += `${line}\n`;
    if (buffer.length > 32_768 || line === undefined) await flush();
  }
  if (!over) await flush();
  req.end();
  await ended;
}
