import type { Standing } from '../api/standing.js';

async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  const answer = await fetch(path, init);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return (await answer.json()) as T;
}

const post = (platform: string, id: string, rest = ''): string =>
  `/console/api/posts/${encodeURIComponent(id)}${rest}?platform=${encodeURIComponent(platform)}`;

export const readStanding = (platform: string, id: string): Promise<Standing> => ask(post(platform, id));

export const readText = async (platform: string, id: string, version: number): Promise<string> =>
  (await ask<{ text: string }>(`${post(platform, id, '/text')}&version=${version}`)).text;

export const replayDeadLetter = (id: string): Promise<unknown> =>
  ask(`/console/api/dead-letters/${encodeURIComponent(id)}/replay`, { method: 'POST' });
