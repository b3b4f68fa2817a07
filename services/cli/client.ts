import { readFileSync } from 'node:fs';
import { commandsKeyFile } from '../accounts/index.js';

/** Where the commands' server is, and the key they use. */
export interface Server {
  url: string;
  key: string;
}

/**
 * SANSDELAI_URL (default http://127.0.0.1:8080), and the key: SANSDELAI_API_KEY, or the file that the server wrote into its data directory.
 * @throws Error that says what to do.
 */
export function serverOf(environment: NodeJS.ProcessEnv): Server {
  const url = (environment.SANSDELAI_URL ?? `http://127.0.0.1:${environment.PORT ?? 8080}`).replace(/\/$/, '');
  if (environment.SANSDELAI_API_KEY) return { url, key: environment.SANSDELAI_API_KEY };
  const file = commandsKeyFile(environment.SANSDELAI_DATA ?? './data');
  try {
    return { url, key: readFileSync(file, 'utf8').trim() };
  } catch {
    throw new Error(
      `No key: start the server on this machine first ("npm start" writes ${file}), or set SANSDELAI_API_KEY.`,
    );
  }
}

/** Asks the server; answers that are problems become errors that say what it said. */
export async function ask<T>({ url, key }: Server, path: string, init: RequestInit = {}): Promise<T> {
  let res: Response;
  try {
    res = await fetch(`${url}${path}`, { ...init, headers: { Authorization: `Bearer ${key}`, ...init.headers } });
  } catch {
    throw new Error(`Nothing answers at ${url}. Start the server ("npm start"), or set SANSDELAI_URL.`);
  }
  const body = (await res.json().catch(() => undefined)) as (T & { detail?: string }) | undefined;
  if (!res.ok || body === undefined)
    throw new Error(`${url}${path} answered ${res.status}: ${body?.detail ?? 'no JSON'}`);
  return body;
}
