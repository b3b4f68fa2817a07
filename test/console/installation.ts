import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { commandsKeyFile } from '../../services/accounts/index.js';
import { type Installation, startInstallation } from '../../services/cli/start.js';
import { readConfig } from '../../services/runtime/index.js';

export interface Installed extends Installation {
  /** A key that may do everything. */
  key: string;
  /** Asks with that key. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Writes a post on the sandbox. @returns its id */
  write(text: string): Promise<string>;
}

/** A whole installation on the embedded parts, without the probe. */
export async function install(environment: Record<string, string> = {}): Promise<Installed> {
  const directory = mkdtempSync(join(tmpdir(), 'sansdelai-console-'));
  const settings = { SANSDELAI_DATA: directory, PORT: '0', LOG_LEVEL: 'silent', SANSDELAI_PROBE: 'off' };
  const running = await startInstallation(readConfig({ ...settings, ...environment }));
  const key = readFileSync(commandsKeyFile(directory), 'utf8').trim();
  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${running.url}${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', ...init.headers },
    });
  return {
    ...running,
    key,
    ask,
    async write(text) {
      const made = await ask('/sandbox/posts', { method: 'POST', body: JSON.stringify({ text }) });
      return ((await made.json()) as { id: string }).id;
    },
    async stop() {
      await running.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What `look` finds, as soon as it finds something. */
export async function eventually<T>(look: () => Promise<T | undefined>, patience = 30_000): Promise<T> {
  for (const end = Date.now() + patience; ; await pause(50)) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`Waited for ${patience} ms in vain.`);
  }
}

export const testWords = 'SANSDELAI-STANDARD-TAKEDOWN-TEST-POST';

/** A post of a platform that has no connector. */
export const forumPost = (id: string, more: object = {}) => ({
  id,
  platform: 'forum',
  url: `https://forum.example.org/${encodeURIComponent(id)}`,
  audience: 'public',
  author: { id: 'somebody' },
  text: 'The library opens at ten.',
  createdAt: new Date().toISOString(),
  ...more,
});
