import { setTimeout as pause } from 'node:timers/promises';
import { ask, type Server } from '../../services/cli/client.js';

/** Looks every so many ms until nothing is wrong any more. @throws what was wrong at last, after `patience` ms */
export async function eventually<T>(look: () => Promise<T>, patience = 30_000, every = 25): Promise<T> {
  for (const end = Date.now() + patience; ; await pause(every)) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

/** What `GET /v1/posts/{id}` says, as far as the scenarios look at it. */
export interface Standing {
  state: string;
  steps: { step: string; at: string; detail?: string }[];
  cases: { id: string; state: string; rule: string; decision?: string }[];
  grounds: { kind: string; liftedAt?: string }[];
  clocks: { obligation: string; state: string; seconds?: number }[];
  evidence: {
    phase: string;
    verdict: string;
    looks: { path: string; kind: string; status: number; verdict: string }[];
  }[];
}

/** What `POST /v1/posts/outcomes` says of one post. */
export interface Outcome {
  id: string;
  action?: string;
  assessedAt?: number;
  wanted?: string;
  state?: string;
}

const post = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

export const send = <T>(server: Server, path: string, body: unknown): Promise<T> => ask<T>(server, path, post(body));

/** Writes a post on the sandbox, as anybody can. @throws where it was not taken */
export async function write(server: Server, text: string): Promise<string> {
  const { id } = await send<{ id: string }>(server, '/sandbox/posts', { text, author: 'visitor' });
  return id;
}

/** Resolves once the public gets this answer for a post on the sandbox. @returns the page's text */
export const publicly = ({ url }: Server, id: string, status: 200 | 410): Promise<string> =>
  eventually(async () => {
    const res = await fetch(`${url}/sandbox/posts/${id}`);
    expect(res.status).toBe(status);
    return res.text();
  });

export const standing = (server: Server, platform: string, id: string): Promise<Standing> =>
  ask<Standing>(server, `/v1/posts/${id}?platform=${platform}`);

const settled = ({ action, wanted, state }: Outcome): boolean =>
  action !== undefined && (action === 'allow' || action === 'review' || (wanted === 'gone' && state !== 'pending'));

/** The outcomes of these posts once every one is assessed, and what is to be removed is so. @throws Error naming those that are not */
export async function outcomes(
  server: Server,
  platform: string,
  ids: readonly string[],
  patience = 45_000,
): Promise<Outcome[]> {
  const done: Outcome[] = [];
  let open = [...ids];
  let last: Outcome[] = [];
  for (const end = Date.now() + patience; open.length > 0; await pause(200)) {
    const batch = open.slice(0, 1_000);
    const { outcomes: found } = await send<{ outcomes: Outcome[] }>(server, '/v1/posts/outcomes', {
      platform,
      ids: batch,
    });
    done.push(...found.filter(settled));
    last = found.filter(one => !settled(one));
    open = [...last.map(one => one.id), ...open.slice(1_000)];
    if (open.length > 0 && Date.now() > end) {
      throw new Error(`${open.length} of ${ids.length} not settled, among them ${JSON.stringify(last.slice(0, 5))}`);
    }
  }
  return done;
}
