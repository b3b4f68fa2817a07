import type { Standing } from '../api/standing.js';
import { signInAgain } from './session.js';
import { strings, told } from './strings.js';

/** The server's refusal, as RFC 9457 has it. */
export class Refused extends Error {
  override name = 'Refused';
  constructor(
    readonly status: number,
    readonly problem: { detail?: string; [member: string]: unknown },
  ) {
    super(problem.detail ?? String(status));
  }
}

/** What went wrong, for people, with the server's reason where it gave one: both in their language. */
export function tellOf(error: unknown): string {
  if (!(error instanceof Refused)) return strings.problems.away;
  const known = strings.problems[error.status as 401] ?? strings.problems.other;
  return error.problem.detail ? `${known} (${told(error.problem.detail)})` : known;
}

/**
 * Asks the server. Where the session has ended, it asks for a new sign-in and then goes on: nothing that was on its way is lost.
 * @throws Refused, TypeError where there is no connection
 */
export async function ask<T = unknown>(
  path: string,
  { method = 'GET', body }: { method?: string; body?: unknown } = {},
): Promise<T> {
  for (;;) {
    const answer = await fetch(path, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    });
    if (answer.status === 401 && path !== '/v1/session') {
      await signInAgain();
      continue;
    }
    if (!answer.ok) throw new Refused(answer.status, (await answer.json().catch(() => ({}))) as { detail?: string });
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }
}

const post = (platform: string, id: string, rest = ''): string =>
  `/console/api/posts/${encodeURIComponent(id)}${rest}?platform=${encodeURIComponent(platform)}`;

export const readStanding = (platform: string, id: string): Promise<Standing> => ask(post(platform, id));

export const readText = async (platform: string, id: string, version: number): Promise<string> =>
  (await ask<{ text: string }>(`${post(platform, id, '/text')}&version=${version}`)).text;

export const replayDeadLetter = (id: string): Promise<unknown> =>
  ask(`/console/api/dead-letters/${encodeURIComponent(id)}/replay`, { method: 'POST' });
