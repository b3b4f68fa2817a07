import { writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { aboutPage, page, type Site, site } from './site.js';

export const secret = `whsec_${Buffer.from('a secret of thirty-two bytes, ok').toString('base64')}`;

/** What Acme got by webhook: checked, and acted on once an id. */
export interface Received {
  id: string;
  type: string;
  data: { id: string; fence: number; version: number; territory: unknown; reason: string };
}

/** A platform that somebody else wrote: public pages, and signed calls to remove and restore. */
export interface Acme extends Site {
  posts: Map<string, { text: string; removed: boolean; fence: number }>;
  received: Received[];
  /** Answers the next calls instead of doing what is asked. */
  instead: ((res: ServerResponse) => unknown)[];
  write(id: string, text: string): void;
}

export async function acme(): Promise<Acme> {
  const posts: Acme['posts'] = new Map();
  const received: Received[] = [];
  const instead: Acme['instead'] = [];
  const known = new Set<string>();
  const served = await site(async (req, res) => {
    const end = (status: number, body: string) => void res.writeHead(status, { 'content-type': 'text/html' }).end(body);
    if (req.url === '/about') return end(200, aboutPage);
    if (req.method === 'GET') {
      const post = posts.get(decodeURIComponent(/^\/posts\/([^?]+)/.exec(req.url ?? '')?.[1] ?? ''));
      if (!post) return end(404, page('Nothing'));
      return post.removed ? end(410, page('Gone')) : end(200, page(`<p>${post.text}</p>`));
    }
    let body = '';
    for await (const chunk of req) body += chunk;
    const act = instead.shift();
    if (act) return void act(res);
    try {
      new Webhook(secret).verify(body, req.headers as Record<string, string>);
    } catch {
      return end(401, 'wrong signature');
    }
    const id = String(req.headers['webhook-id']);
    const call = JSON.parse(body) as Received;
    const post = posts.get(call.data.id);
    if (!post) return end(404, 'no such post');
    if (call.data.fence < post.fence) return end(409, 'older fence');
    if (!known.has(id)) {
      known.add(id);
      received.push({ ...call, id });
      post.fence = call.data.fence;
      post.removed = call.type === 'item.remove';
    }
    end(202, 'will do');
  });
  return Object.assign(served, {
    posts,
    received,
    instead,
    write: (id: string, text: string) => void posts.set(id, { text, removed: false, fence: 0 }),
  });
}

/** The file that connects Acme. `more`: further lines of its entry. */
export function acmeFile(folder: string, origin: string, more = ''): string {
  const path = join(folder, 'platforms.yaml');
  writeFileSync(
    path,
    `platforms:
  - name: acme
    removeUrl: ${origin}/calls
    secretEnv: ACME_SECRET
    timeoutSeconds: 1
    readPaths:
      - name: page
        url: ${origin}/posts/{id}
    control:
      url: ${origin}/about
      contains: About Acme
${more}`,
  );
  return path;
}
