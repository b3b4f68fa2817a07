import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

/** The lines of a JSONL file (gzip where its name ends so), one object a line. @throws Error naming file and line. */
export async function* readJsonLines(file: string): AsyncGenerator<Record<string, unknown>> {
  const raw = createReadStream(file);
  const input = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  raw.on('error', error => input.destroy(error));
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line++;
    if (text.trim() === '') continue;
    try {
      yield JSON.parse(text) as Record<string, unknown>;
    } catch (error) {
      throw new Error(`${file}, line ${line}: not JSON (${(error as Error).message})`);
    }
  }
}

/** What the fields of common data sets are called, and what a post needs; `url` and `createdAt` are made where they are missing. */
export function toPost(
  entry: Record<string, unknown>,
  line: number,
  platform: string,
  now: number,
): Record<string, unknown> {
  const { lang, grp, label: _label, sub: _sub, src: _src, tier: _tier, ...rest } = entry;
  const id = String(rest.id ?? line);
  return {
    platform,
    audience: 'public',
    url: `https://${platform}.invalid/posts/${encodeURIComponent(id)}`,
    createdAt: new Date(now).toISOString(),
    ...(typeof lang === 'string' && /^[a-z]{2,3}$/.test(lang) ? { language: lang } : {}),
    author: { id: String(grp || 'unknown') },
    ...rest,
    id,
  };
}
