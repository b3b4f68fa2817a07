import { setTimeout as pause } from 'node:timers/promises';
import type { Server } from '../../services/cli/client.js';
import { sendStream } from '../../services/cli/send.js';
import { standardTestPost } from '../../services/platforms/index.js';
import type { Acme } from '../platforms/acme.js';
import { write } from './client.js';

/** The account of the platform Acme whose standard test posts are removed there. */
export const tester = 'tester';

/** Posts of which the installation has said that it has them. */
export interface Acknowledged {
  sandbox: { mild: string[]; test: string[] };
  acme: { mild: string[]; test: string[] };
}

let made = 0;
const mildText = (n: number): string =>
  `On Saturday we plant willow number ${n} at the river; bring gloves and a spade.`;

/** A post that nobody has sent before, on Acme; a standard test post can be read there before it is sent. */
export function acmePost(acme: Acme, isTest: boolean): Record<string, unknown> & { id: string } {
  const id = `post-${process.pid}-${++made}`;
  const text = isTest ? `${standardTestPost} number ${made}` : mildText(made);
  if (isTest) acme.write(id, text);
  return {
    id,
    platform: 'acme',
    url: `${acme.origin}/posts/${id}`,
    audience: 'public',
    author: { id: isTest ? tester : 'alice' },
    text,
    language: 'en',
    createdAt: new Date().toISOString(),
  };
}

/** People and a platform that send posts all the while. Whoever gets no answer sends again, as they do. */
export interface Traffic {
  /** Requests and streams that broke off, and were sent again. */
  again: number;
  /** The platform sends so many standard test posts at once. */
  burst(count: number): void;
  /** Resolves once everything that was sent is acknowledged. */
  stop(): Promise<Acknowledged>;
}

export function startTraffic(server: Server, acme: Acme): Traffic {
  const posts: Acknowledged = { sandbox: { mild: [], test: [] }, acme: { mild: [], test: [] } };
  const traffic: Traffic = { again: 0, burst, stop };
  let going = true;
  let atOnce = 0;

  /** A visitor of the sandbox tries until the post is there. */
  async function publish(text: string): Promise<string> {
    for (const end = Date.now() + 60_000; ; await pause(100)) {
      try {
        return await write(server, text);
      } catch (error) {
        traffic.again++;
        if (Date.now() > end) throw error;
      }
    }
  }

  async function visitors(): Promise<void> {
    for (let n = 0; going; n++, await pause(60)) {
      const isTest = n % 3 === 0;
      const text = isTest ? `${standardTestPost} number ${n}` : mildText(n);
      posts.sandbox[isTest ? 'test' : 'mild'].push(await publish(text));
    }
  }

  /** A platform sends one stream as long as that lasts; then another, which begins with what was not acknowledged. */
  async function platform(): Promise<void> {
    const open = new Map<string, Record<string, unknown>>();
    let n = 0;
    async function* lines(): AsyncGenerator<string | undefined> {
      for (const post of [...open.values()]) yield JSON.stringify(post);
      for (; going; await pause(40)) {
        const posts = [acmePost(acme, n++ % 10 === 0)];
        for (; atOnce > 0; atOnce--) posts.push(acmePost(acme, true));
        for (const post of posts) {
          open.set(post.id, post);
          yield JSON.stringify(post);
        }
        yield undefined;
      }
    }
    let heardAt = Date.now();
    for (; going || open.size > 0; await pause(100)) {
      try {
        await sendStream(server, lines(), ({ id, receipt }) => {
          if (!id || !receipt || !open.delete(id)) return;
          heardAt = Date.now();
          posts.acme[acme.posts.has(id) ? 'test' : 'mild'].push(id);
        });
      } catch (error) {
        traffic.again++;
        if (Date.now() > heardAt + 60_000) throw error;
      }
    }
  }

  const running = Promise.all([visitors(), platform()]);
  // Told to whoever stops it.
  running.catch(() => undefined);
  function burst(count: number): void {
    atOnce = count;
  }
  async function stop(): Promise<Acknowledged> {
    going = false;
    await running;
    return posts;
  }
  return traffic;
}
