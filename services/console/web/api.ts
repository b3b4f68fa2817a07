import type { Standing } from '../api/standing.js';
import { fewLines } from './fewLines.js';
import { signInAgain } from './session.js';
import { strings, told, toldOfField } from './strings.js';

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

/** What is wrong with one field: its path in what was sent, and what is told of it. */
export interface Fault {
  path: string;
  said: string;
}

/** The fields that the server refused, in the reader's language. */
export function refusedFields(error: unknown): Fault[] {
  if (!(error instanceof Refused) || !Array.isArray(error.problem.errors)) return [];
  const errors = error.problem.errors as { path: string; message: string }[];
  return errors.map(({ path, message }) => ({ path, said: toldOfField(message) }));
}

/** What is told of a field, where it stands below it. */
export const beside = (said: string): string => said.slice(0, 1).toLocaleUpperCase() + said.slice(1);

/**
 * What went wrong, for people, with the server's reason where it gave one: both in their language.
 * @param nameOf what a field is called, by its path in what was sent
 */
export function tellOf(error: unknown, nameOf = (path: string): string => path): string {
  if (!(error instanceof Refused)) return strings.problems.away;
  const known = strings.problems[error.status as 401] ?? strings.problems.other;
  const { detail } = error.problem;
  const faults = refusedFields(error);
  if (faults.length === 0) return detail ? `${known} (${told(detail)})` : known;
  const lines = faults.map(({ path, said }) => heard(nameOf(path), said));
  return `${headOf(error)} ${fewLines(lines, strings.faults).join('; ')}`;
}

/** A field and what is told of it, in a line. */
export const heard = (name: string, said: string): string => (name ? `${name}${strings.faults.colon} ${said}` : said);

/** What is said before the fields that were refused. */
export const headOf = ({ problem: { detail } }: Refused): string => (detail ? told(detail) : strings.problems[422]);

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
