import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { realTime } from '../../runtime/index.js';

/** An answering form as it arrived. */
export interface Answered {
  form: string;
  at: number;
  body: Record<string, unknown>;
}

/** Where the authority takes answering forms. */
export interface Box {
  port: number;
  /** The forms that came about an order, the first one of each kind. */
  of(order: string): readonly Answered[];
  close(): Promise<void>;
}

const mostBytes = 4 * 1024 ** 2;

const pause = 200;

/** @param patience how long it waits (ms) for a port that is taken: by another simulator, which ends. @throws Error where it stays so */
export async function openBox(host: string, port: number, patience = 0): Promise<Box> {
  for (const end = realTime.now() + patience; ; await realTime.sleep(pause)) {
    try {
      return await listenAt(host, port);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EADDRINUSE' || realTime.now() > end)
        throw new Error(`answers can't be taken at ${host}:${port}: ${message}`);
    }
  }
}

async function listenAt(host: string, port: number): Promise<Box> {
  const taken = new Map<string, Answered[]>();
  const server = createServer(async (req, res) => {
    let text = '';
    for await (const chunk of req) {
      text += chunk;
      if (text.length > mostBytes) return void req.destroy();
    }
    const at = realTime.now();
    try {
      const body = JSON.parse(text) as Record<string, unknown>;
      const order = String((body.references as { provider?: unknown } | undefined)?.provider);
      const form = String(body.form);
      const known = taken.get(order) ?? [];
      if (!known.some(one => one.form === form)) taken.set(order, [...known, { form, at, body }]);
      res.writeHead(200, { 'content-type': 'text/plain' }).end('received');
    } catch {
      res.writeHead(400, { 'content-type': 'text/plain' }).end('no form');
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    of: order => taken.get(order) ?? [],
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
