import { z } from 'zod';
import { type Ask, askJson } from '../http.js';
import type { SourceOf } from '../settings.js';
import {
  type HashKind,
  hashRow,
  type Page,
  type PullContext,
  PullError,
  type Row,
  type Source,
  tidy,
} from '../source.js';

const pageSize = 1_000;
const algorithms = new Map<string, HashKind>([
  ['PDQ', 'pdq'],
  ['MD5', 'md5'],
  ['SHA256', 'sha256'],
]);

const entry = z.object({
  id: z.union([z.int(), z.string().min(1).max(100)]).transform(String),
  hash_digest: z.string().max(1_000),
  algorithm: z.string().max(100),
  ideology: z.string().max(100).nullish(),
  file_type: z.string().max(100).nullish(),
  deleted: z.boolean().default(false),
});
const pageSchema = z.object({
  next: z.string().nullish(),
  checkpoint: z.string().max(200).nullish(),
  results: z.array(z.unknown()).max(10_000),
});

const tokenSchema = z.object({ token: z.string().min(1).max(8192) });

/**
 * The hash list of Tech Against Terrorism, version 2: pages in the order of change. Each page's `checkpoint`, time and id of its last
 * row, is the cursor, so it does not matter how `next` is written. https://terrorismanalytics.org/docs/hash-list-v2
 */
export function tcap(settings: SourceOf<'tcap'>, secret: (name: string) => string): Source {
  const base = settings.url.replace(/\/$/, '');
  const { host } = new URL(base);

  /** A token is asked for anew with each pull. */
  async function signIn({ time, signal }: PullContext): Promise<Ask> {
    const password = secret(settings.passwordEnv);
    const { json } = await askJson(`${base}/token-auth/tcap/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: secret(settings.userEnv), password }),
      secrets: [password],
      time,
      signal,
    });
    const parsed = tokenSchema.safeParse(json);
    if (!parsed.success) throw new PullError(`${host} gave no token`);
    const { token } = parsed.data;
    return { headers: { authorization: `Bearer ${token}` }, secrets: [password, token], time, signal };
  }

  async function* pages(cursor: string | undefined, context: PullContext): AsyncGenerator<Page> {
    const asking = await signIn(context);
    for (let after = cursor ?? '', more = true; more; ) {
      const query = new URLSearchParams({ ideology: settings.ideology, order: 'asc', limit: String(pageSize), after });
      const { json } = await askJson(`${base}/api/hash-list/v2/all?${query}`, asking);
      const parsed = pageSchema.safeParse(json);
      if (!parsed.success) throw new PullError(`${host} sent a page of another shape`);
      const { next, checkpoint, results } = parsed.data;
      more = Boolean(next) && results.length > 0;
      if (more && (!checkpoint || checkpoint === after))
        throw new PullError(`${host} does not get on from its checkpoint`);
      after = checkpoint || after;
      yield { rows: results.map(toRow), ...(after !== '' && { cursor: after }) };
    }
  }
  return { pages, whole: false };
}

function toRow(given: unknown, place: number): Row {
  const parsed = entry.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const id = String((given as { id?: unknown } | null)?.id ?? `row ${place + 1}`).slice(0, 100);
    return { id, bad: `${issue?.path.join('.') || 'the row'}: ${issue?.message.slice(0, 150)}` };
  }
  const { id, hash_digest, algorithm, ideology, file_type, deleted } = parsed.data;
  if (deleted) return { id, removed: true };
  const kind = algorithms.get(algorithm.toUpperCase().replace('-', ''));
  return kind ? hashRow(id, kind, hash_digest, tidy([ideology, file_type])) : { id, unknown: algorithm };
}
