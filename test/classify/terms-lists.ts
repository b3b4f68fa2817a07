import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTermLists, termsSignal } from '../../services/classify/signals/terms/index.js';
import type { Finding, Post } from '../../services/contracts/index.js';

export interface Entry {
  term?: string;
  expression?: string;
  match?: string;
}

/** A folder that is gone after the tests of the file, and lists in it. */
export function termLists() {
  const folder = mkdtempSync(join(tmpdir(), 'terms-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  let files = 0;
  const write = (text: string): string => {
    const path = join(folder, `list-${++files}.yaml`);
    writeFileSync(path, text);
    return path;
  };
  /** JSON is YAML. */
  const listed = (entries: readonly Entry[], more: Record<string, unknown> = {}): string => {
    const terms = entries.map(entry => ({ meaning: 'what is meant', innocent: ['a song'], ...entry }));
    return write(JSON.stringify({ name: 'list', follows: 'review', terms, ...more }));
  };
  return { folder, write, listed };
}

export const post = (text: string, language?: string): Post => ({
  id: '1',
  platform: 'sandbox',
  version: 1,
  url: 'https://platform.example/1',
  audience: 'public',
  author: { id: 'alice' },
  createdAt: '2026-11-01T00:00:00Z',
  text,
  ...(language !== undefined && { language }),
});

export async function look(path: string, text: string, language?: string): Promise<Finding[]> {
  const signal = termsSignal(readTermLists(path));
  const [found = []] = await signal.assess([post(text, language)], { now: 0, testAccounts: {} });
  return found;
}
