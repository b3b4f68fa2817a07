import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { apiKey } from './installation.js';

/** A client of a stream that does just what it is told, over a connection of its own. */
export interface Sender {
  socket: Socket;
  /** Sends text; resolves once the connection has taken it. */
  send(text: string): Promise<void>;
  finish(): Promise<void>;
  /** Begins to read. Before, nothing is taken from the connection. */
  read(): void;
  /** The status, once it was read. */
  status(): number | undefined;
  headers(): string;
  /** The lines read so far. */
  lines(): Line[];
  /** Resolves when the answer is whole. */
  whole(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: JSON of all sorts
export type Line = any;

export async function openStream(url: string, query = ''): Promise<Sender> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.pause();
  await once(socket, 'connect');
  let head = '';
  let rest = Buffer.alloc(0);
  let text = '';
  let ended = false;

  const write = (data: string): Promise<void> =>
    new Promise((resolve, reject) => socket.write(data, error => (error ? reject(error) : resolve())));

  function take(chunk: Buffer): void {
    rest = Buffer.concat([rest, chunk]);
    if (head === '') {
      const end = rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      head = rest.subarray(0, end).toString();
      rest = rest.subarray(end + 4);
    }
    const length = /content-length: (\d+)/i.exec(head)?.[1];
    if (length !== undefined) {
      if (rest.length >= Number(length)) {
        text = rest.toString();
        ended = true;
      }
      return;
    }
    for (;;) {
      const line = rest.indexOf('\r\n');
      if (line < 0) return;
      const size = Number.parseInt(rest.subarray(0, line).toString(), 16);
      if (rest.length < line + 2 + size + 2) return;
      if (size === 0) ended = true;
      text += rest.subarray(line + 2, line + 2 + size).toString();
      rest = rest.subarray(line + 2 + size + 2);
    }
  }

  await write(
    `POST /v1/posts${query} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${apiKey}\r\n` +
      'Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n',
  );
  return {
    socket,
    send: async data => {
      const bytes = Buffer.byteLength(data);
      if (bytes > 0) await write(`${bytes.toString(16)}\r\n${data}\r\n`);
    },
    finish: () => write('0\r\n\r\n'),
    read: () => void socket.on('data', take).resume(),
    status: () => (head === '' ? undefined : Number(head.split(' ')[1])),
    headers: () => head,
    lines: () => {
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      return whole
        .split('\n')
        .filter(Boolean)
        .map(line => JSON.parse(line));
    },
    whole: async () => {
      while (!ended) {
        await Promise.race([once(socket, 'data'), once(socket, 'close')]);
        if (socket.destroyed && !ended) throw new Error('the connection ended before the answer did');
      }
    },
  };
}
