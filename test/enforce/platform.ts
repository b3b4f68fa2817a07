import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export const secret = `whsec_${Buffer.from('a secret of thirty-two bytes, ok').toString('base64')}`;

/** A call as the platform got it. */
export interface Call {
  webhookId: string;
  type: 'item.remove' | 'item.restore';
  item: string;
  version: number;
  fence: number;
  /** Where it is to go: `all`, or States. */
  territory: unknown;
  /** What the platform did with it. */
  did: 'acted' | 'known' | 'nothing' | 'failed' | 'refused' | 'stale';
}

export interface Page {
  text: string;
  removed: boolean;
  /** Where it is removed: `all`, or States. */
  territory?: unknown;
  fence: number;
}

/**
 * How it behaves when called about an item.
 * `obey`: acts, once a `webhook-id`. `ignore`: says that it will, and does nothing. `fail`: 503. `refuse`: 403. `hang`: never answers.
 * `act-and-fail`: acts, and the answer is lost. `slow`: answers after 300 ms, then acts.
 */
export type Manner = 'obey' | 'ignore' | 'fail' | 'refuse' | 'hang' | 'act-and-fail' | 'slow';

/** A platform that somebody else runs: public pages, and signed calls to remove and restore, obeyed or not. */
export interface Platform {
  origin: string;
  pages: Map<string, Page>;
  calls: Call[];
  /** By item; `*` for all others. */
  manners: Map<string, Manner>;
  /** Answers a public page instead of the site; undefined where the site does it. */
  site: ((req: IncomingMessage, res: ServerResponse) => boolean) | undefined;
  /** From which State its pages are looked at; undefined: from one in which everything is as in all others. */
  seenFrom: string | undefined;
  publish(id: string, text: string): void;
  callsFor(item: string): Call[];
  close(): Promise<void>;
}

const html = (inside: string): string =>
  `<!doctype html><html lang="en"><head><title>Acme</title></head><body><main>${inside}</main></body></html>`;

export async function startPlatform(): Promise<Platform> {
  const pages: Platform['pages'] = new Map();
  const calls: Call[] = [];
  const manners: Platform['manners'] = new Map();
  const known = new Set<string>();

  function act(page: Page, call: Omit<Call, 'did'>): Call['did'] {
    if (call.fence < page.fence) return 'stale';
    if (known.has(call.webhookId)) return 'known';
    known.add(call.webhookId);
    page.fence = call.fence;
    page.removed = call.type === 'item.remove';
    page.territory = call.territory;
    return 'acted';
  }

  async function called(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    // The library's own check wants the time to be ours; here it may be put forward.
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = req.headers;
    if (new Webhook(secret).sign(String(id), new Date(Number(at) * 1000), body) !== signature)
      throw new Error('the signature is wrong');
    const { type, data } = JSON.parse(body);
    const call = {
      webhookId: String(req.headers['webhook-id']),
      type,
      item: data.id as string,
      version: data.version as number,
      fence: data.fence as number,
      territory: data.territory as unknown,
    };
    const end = (status: number, did: Call['did'], text = ''): void => {
      calls.push({ ...call, did });
      res.writeHead(status).end(text);
    };
    const page = pages.get(call.item);
    switch (manners.get(call.item) ?? manners.get('*') ?? 'obey') {
      case 'ignore':
        return end(202, 'nothing', 'will do');
      case 'fail':
        return end(503, 'failed');
      case 'refuse':
        return end(403, 'refused', 'we do not want to');
      case 'hang':
        calls.push({ ...call, did: 'nothing' });
        return;
      case 'act-and-fail':
        return end(503, page ? act(page, call) : 'nothing');
      case 'slow':
        setTimeout(() => end(202, page ? act(page, call) : 'nothing'), 300);
        return;
      case 'obey': {
        if (!page) return end(404, 'refused', 'no such post');
        const did = act(page, call);
        return end(did === 'stale' ? 409 : 202, did);
      }
    }
  }

  const platform: Omit<Platform, 'origin' | 'close'> = {
    pages,
    calls,
    manners,
    site: undefined,
    seenFrom: undefined,
    publish: (id, text) => void pages.set(id, { text, removed: false, fence: 0 }),
    callsFor: item => calls.filter(call => call.item === item),
  };
  const server = createServer((req, res) => {
    if (req.method === 'POST') {
      called(req, res).catch(error => res.writeHead(400).end(String(error)));
      return;
    }
    if (platform.site?.(req, res)) return;
    const url = new URL(req.url ?? '', 'http://here');
    const end = (status: number, body: string) => void res.writeHead(status, { 'content-type': 'text/html' }).end(body);
    if (url.pathname === '/about') return end(200, html('<h1>About Acme</h1><p>Acme is a place to meet.</p>'));
    const page = pages.get(decodeURIComponent(/^\/posts\/(.+)$/.exec(url.pathname)?.[1] ?? ''));
    if (!page) return end(404, html('Nothing here'));
    const { territory } = page;
    const elsewhere = platform.seenFrom && Array.isArray(territory) && !territory.includes(platform.seenFrom);
    return page.removed && !elsewhere ? end(410, html('Removed')) : end(200, html(`<p>${page.text}</p>`));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(platform, {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

/** The file that connects it twice: `acme`, whose pages can be looked at, and `mute`, of which nothing can be seen. */
export const platformsFile = (origin: string, territorial = false): string => `platforms:
  - name: acme
    removeUrl: ${origin}/calls
    secretEnv: ACME_SECRET
    timeoutSeconds: 1
    testAccounts: [tester]${territorial ? '\n    territorial: true' : ''}
    readPaths:
      - name: page
        url: ${origin}/posts/{id}
    control:
      url: ${origin}/about
      contains: About Acme
  - name: mute
    removeUrl: ${origin}/calls
    secretEnv: ACME_SECRET
    timeoutSeconds: 1
    testAccounts: [tester]
`;

/** What is done follows from the post's language: en is removed, fr withheld, de sent to review; all else is allowed. */
export const policyFile = `name: tests
rules:
  - name: at-once
    when: { finding: { signal: test-post, label: standard-test-post }, post: { language: en } }
    action: remove
    priority: 1
    reason: The test post in English is removed.
  - name: first-hidden
    when: { finding: { signal: test-post, label: standard-test-post }, post: { language: fr } }
    action: withhold
    priority: 0.9
    reason: The test post in French is hidden while a person looks.
  - name: to-people
    when: { post: { language: de } }
    action: review
    priority: 0.5
    reason: What is German is looked at.
  - name: otherwise
    action: allow
    priority: 0
    reason: Nothing else is.
`;
