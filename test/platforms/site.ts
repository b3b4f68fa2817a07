import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Connector, Item, ReadPath } from '../../services/platforms/connector.js';

/** A real HTTP server on a free port; counts what it was asked. */
export interface Site {
  origin: string;
  asked: { url: string; headers: IncomingMessage['headers']; port: number | undefined }[];
  close(): Promise<void>;
}

export async function site(handle: (req: IncomingMessage, res: ServerResponse) => void): Promise<Site> {
  const asked: Site['asked'] = [];
  const server: Server = createServer((req, res) => {
    asked.push({ url: req.url ?? '', headers: req.headers, port: req.socket.remotePort });
    handle(req, res);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const postText =
  'On Saturday we meet at the river to plant willows; bring gloves, a spade and something to eat, and tell your neighbours about it.';

export const item = (origin: string): Item => ({
  platform: 'acme',
  id: 'post-4711',
  version: 1,
  url: `${origin}/posts/post-4711`,
  authorId: 'alice',
  text: postText,
});

export const page = (inside: string): string =>
  `<!doctype html><html lang="en"><head><title>Acme</title></head><body><main>${inside}</main></body></html>`;

/** The control of every site here. */
export const aboutPage = page('<h1>About Acme</h1><p>Acme is a place to meet.</p>');

/** What looking needs of a connector; the platform behind it is a real server. */
export const lookedAt = (
  origin: string,
  paths: ReadPath[] = [{ name: 'page', kind: 'item', url: `${origin}/posts/post-4711` }],
): Connector => ({
  platform: 'acme',
  testAccounts: [],
  territorial: false,
  readable: true,
  remove: async () => ({ kind: 'accepted', detail: '' }),
  restore: async () => ({ kind: 'accepted', detail: '' }),
  readPaths: () => paths,
  controlPath: () => ({ name: 'about', kind: 'item', url: `${origin}/about`, contains: 'About Acme' }),
});
