import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Installation, startInstallation } from '../../services/cli/start.js';
import { standardTestPost } from '../../services/platforms/index.js';
import { readConfig } from '../../services/runtime/index.js';

/** A whole installation in this process, with what is wanted of it most often. */
export interface Here extends Installation {
  directory: string;
  apiKey: string;
  /** Sends a post by the API. */
  post(id: string, text: string, headers?: Record<string, string>): Promise<Response>;
  /** Writes the standard test post on the sandbox. @returns its page */
  writeTestPost(): Promise<string>;
  call(method: string, path: string, body?: unknown): Promise<Response>;
  scrape(accept?: string): Promise<{ type: string; text: string }>;
}

export const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

export async function startHere(settings: Record<string, string> = {}): Promise<Here> {
  const directory = mkdtempSync(join(tmpdir(), 'sansdelai-deploy-'));
  const apiKey = 'key-for-tests-that-do-everything';
  const config = readConfig({
    SANSDELAI_DATA: directory,
    SANSDELAI_API_KEY: apiKey,
    PORT: '0',
    LOG_LEVEL: 'silent',
    LOG_PRETTY: 'off',
    ...settings,
  });
  const installation = await startInstallation(config);
  const { url } = installation;
  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    fetch(`${url}${path}`, {
      method,
      headers: { Authorization: `Bearer ${apiKey}`, 'Content-Type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return {
    ...installation,
    directory,
    apiKey,
    call,
    post: (id, text, headers) =>
      call(
        'POST',
        '/v1/posts',
        {
          id,
          platform: 'sandbox',
          url: `${url}/sandbox/posts/${id}`,
          audience: 'public',
          author: { id: 'somebody' },
          text,
          createdAt: new Date().toISOString(),
        },
        headers,
      ),
    async writeTestPost() {
      const made = await call('POST', '/sandbox/posts', { text: standardTestPost });
      return ((await made.json()) as { url: string }).url;
    },
    async scrape(accept = 'text/plain') {
      const answer = await fetch(`${url}/metrics`, { headers: { Accept: accept } });
      return { type: answer.headers.get('content-type') ?? '', text: await answer.text() };
    },
    async stop() {
      await installation.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Samples of a scrape, without what is said about them. */
export const samplesOf = (text: string): string[] =>
  text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
