import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { secret } from '../platforms/acme.js';
import { aboutPage, page, type Site, site } from '../platforms/site.js';

/** The account whose standard test posts are removed, and the probe's own. */
export const tester = 'tester';
export const prober = 'prober';

/** What the platform does with a call to remove, and when it did (ms since 1970). */
export type Did = 'removed' | 'removed-unsaid' | 'refused' | 'failed' | 'unavailable' | 'ignored';

export interface Post {
  text: string;
  /** What the next calls to remove get; after the last, the platform does as it is told. */
  manners: Did[];
  /** Does so with all calls after those. */
  always?: Did;
  removed: boolean;
  calls: { at: number; did: Did }[];
  fence: number;
}

/** A platform that obeys, fails, refuses and comes back, and remembers when it did what: the load generator's own. */
export interface Platform extends Site {
  posts: Map<string, Post>;
  publish(id: string, text: string, manners?: readonly Did[], always?: Did): Post;
  /** Hands over what the probe had it publish. */
  handOver?: (id: string, text: string) => void;
  /** Posts that it was asked to publish by the probe. */
  probes: number;
}

/** Seconds that it asks to be left alone when it is unavailable: longer than the limit of a removal in these tests. */
export const away = 25;

export async function openPlatform(): Promise<Platform> {
  const posts: Platform['posts'] = new Map();
  const known = new Set<string>();
  const served = await site(async (req, res) => {
    const end = (status: number, body: string, headers = {}): void =>
      void res.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body);
    if (req.url === '/about') return end(200, aboutPage);
    if (req.method === 'GET') {
      const post = posts.get(decodeURIComponent(/^\/posts\/([^?]+)/.exec(req.url ?? '')?.[1] ?? ''));
      if (!post) return end(404, page('Nothing'));
      return post.removed ? end(410, page('Gone')) : end(200, page(`<p>${post.text}</p>`));
    }
    let body = '';
    for await (const chunk of req) body += chunk;
    try {
      new Webhook(secret).verify(body, req.headers as Record<string, string>);
    } catch {
      return end(401, 'wrong signature');
    }
    const { type, data } = JSON.parse(body) as { type: string; data: { id: string; fence: number; text: string } };
    if (type === 'item.post') {
      if (!platform.handOver) return end(503, 'not open yet');
      const id = `probe-${++platform.probes}`;
      platform.publish(id, data.text);
      end(201, JSON.stringify({ id }));
      return platform.handOver(id, data.text);
    }
    const post = posts.get(data.id);
    if (!post) return end(404, 'no such post');
    const key = String(req.headers['webhook-id']);
    const act = (): void => {
      if (known.has(key) || data.fence < post.fence) return;
      known.add(key);
      post.fence = data.fence;
      post.removed = type === 'item.remove';
    };
    if (type !== 'item.remove') {
      act();
      return end(202, 'will do');
    }
    const did = post.manners.shift() ?? post.always ?? 'removed';
    post.calls.push({ at: Date.now(), did });
    if (did === 'removed' || did === 'removed-unsaid') act();
    if (did === 'refused') return end(403, 'we do not want to');
    if (did === 'failed' || did === 'removed-unsaid') return end(503, 'try again');
    if (did === 'unavailable') return end(503, 'come back later', { 'retry-after': String(away) });
    end(202, 'will do');
  });
  const platform: Platform = Object.assign(served, {
    posts,
    probes: 0,
    publish(id: string, text: string, manners: readonly Did[] = [], always?: Did): Post {
      const before = posts.get(id);
      const post: Post = {
        text,
        manners: [...manners],
        removed: false,
        calls: before?.calls ?? [],
        fence: before?.fence ?? 0,
      };
      if (always) post.always = always;
      posts.set(id, post);
      return post;
    },
  });
  return platform;
}

/** The file that connects it twice: `acme`, whose pages can be looked at, and `mute`, whose word is all there is. */
export function platformsFile(folder: string, origin: string): string {
  const path = join(folder, 'platforms.yaml');
  writeFileSync(
    path,
    `platforms:
  - name: acme
    removeUrl: ${origin}/calls
    secretEnv: ACME_SECRET
    timeoutSeconds: 5
    testAccounts: [${tester}, ${prober}]
    probe: { account: ${prober}, postUrl: '${origin}/calls' }
    readPaths:
      - name: page
        url: ${origin}/posts/{id}
    control:
      url: ${origin}/about
      contains: About Acme
  - name: mute
    removeUrl: ${origin}/calls
    secretEnv: ACME_SECRET
    timeoutSeconds: 5
    testAccounts: [${tester}]
`,
  );
  return path;
}

/** What is done follows from the post's language: fr is withheld, de goes to people; other test posts are removed. */
export function policyFile(folder: string): string {
  const path = join(folder, 'policy.yaml');
  const found = '{ signal: test-post, label: standard-test-post }';
  writeFileSync(
    path,
    `name: agreement
rules:
  - name: hidden-first
    when: { finding: ${found}, post: { language: fr } }
    action: withhold
    priority: 0.9
    reason: In French it is hidden while a person looks.
  - name: to-people
    when: { finding: ${found}, post: { language: de } }
    action: review
    priority: 0.5
    reason: In German it is looked at.
  - name: at-once
    when: { finding: ${found} }
    unless: { post: { language: [fr, de] } }
    action: remove
    priority: 1
    reason: All other test posts are removed.
  - name: otherwise
    action: allow
    priority: 0
    reason: Nothing else is.
`,
  );
  return path;
}
