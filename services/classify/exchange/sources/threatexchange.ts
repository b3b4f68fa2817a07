import { z } from 'zod';
import { type Ask, askJson } from '../http.js';
import type { SourceOf } from '../settings.js';
import {
  type Answer,
  type HashKind,
  hashRow,
  type Page,
  type PullContext,
  PullError,
  type Row,
  type Source,
  tidy,
} from '../source.js';

/** Rows asked for in one page. */
const pageSize = 500;
/** Deletions are told for 90 days; ask for all anew before that. https://developers.facebook.com/docs/threat-exchange/reference/apis/threat-updates/ */
const remembers = 85 * 24 * 3600_000;
/** Descriptors of one indicator that are told our opinion. */
const mostTargets = 20;

const hashes = new Map<string, HashKind>([
  ['HASH_PDQ', 'pdq'],
  ['HASH_MD5', 'md5'],
  ['HASH_VIDEO_MD5', 'md5'],
  ['HASH_SHA256', 'sha256'],
  ['HASH_VIDEO_SHA256', 'sha256'],
]);
const links = new Map<string, 'link' | 'domain'>([
  ['URI', 'link'],
  ['RAW_URI', 'link'],
  ['UNCLICKABLE_URL', 'link'],
  ['DOMAIN', 'domain'],
]);

const idSchema = z.union([z.string().regex(/^\d{1,32}$/), z.int().transform(String)]);
/** Tags come as texts, or as objects below `data`. */
const tagsSchema = z
  .union([
    z.array(z.unknown()),
    z.object({ data: z.array(z.object({ text: z.unknown() })) }).transform(({ data }) => data.map(({ text }) => text)),
  ])
  .nullish()
  .transform(tags => tags ?? []);
const descriptor = z.object({ id: idSchema, status: z.string().optional(), tags: tagsSchema });
const update = z.object({
  id: idSchema,
  indicator: z.string().max(100_000).optional(),
  type: z.string().max(200).optional(),
  should_delete: z.boolean().default(false),
  status: z.string().optional(),
  tags: tagsSchema,
  descriptors: z.object({ data: z.array(descriptor) }).optional(),
});
const timed = z.object({ last_updated: z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]) });
const pageSchema = z.object({
  data: z.array(z.unknown()).max(10_000),
  paging: z.object({ next: z.url().optional() }).optional(),
});
const fields =
  'id,indicator,type,creation_time,last_updated,should_delete,tags,status,descriptors{id,owner{id},status,tags}';

/**
 * Meta's ThreatExchange, where GIFCT's list is: `GET /{privacy_group}/threat_updates`, ordered by the time of the change, which is the
 * cursor; opinions go back as reactions to the descriptors.
 */
export function threatExchange(settings: SourceOf<'threatexchange'>, secret: (name: string) => string): Source {
  const base = settings.url.replace(/\/$/, '');
  const list = `${base}/${settings.privacyGroup}/threat_updates/`;
  const token = (): string => secret(settings.tokenEnv);
  const asking = ({ time, signal }: PullContext): Ask => ({ time, signal, secrets: [token()] });

  /** The next page's address is given with a token in it: only its parameters are taken, and it has to be of the same list. */
  function following(next: string): URLSearchParams {
    const url = new URL(next);
    const same =
      url.origin === new URL(list).origin && url.pathname.replace(/\/$/, '') === new URL(list).pathname.slice(0, -1);
    if (!same) throw new PullError(`${new URL(list).host} names a next page elsewhere`);
    url.searchParams.delete('access_token');
    return url.searchParams;
  }

  async function* pages(cursor: string | undefined, context: PullContext): AsyncGenerator<Page> {
    let query: URLSearchParams | undefined = new URLSearchParams({ fields, limit: String(pageSize) });
    // What changed in the same second as the last row may have come after it.
    if (cursor !== undefined) query.set('start_time', String(Math.max(0, Number(cursor) - 1)));
    let last = Number(cursor ?? 0);
    while (query) {
      query.set('access_token', token());
      const { json } = await askJson(`${list}?${query}`, asking(context));
      const parsed = pageSchema.safeParse(json);
      if (!parsed.success) throw new PullError(`${new URL(list).host} sent a page of another shape`);
      const { data, paging } = parsed.data;
      for (const row of data) last = Math.max(last, timed.safeParse(row).data?.last_updated ?? 0);
      // A time to come would keep all that changes until then away from us.
      last = Math.min(last, Math.floor(context.time.now() / 1000));
      yield { rows: data.map(toRow), cursor: String(last) };
      query = paging?.next === undefined ? undefined : following(paging.next);
    }
  }

  async function answer({ target, opinions, withdrawn }: Answer, context: PullContext): Promise<void> {
    const body = new URLSearchParams({ access_token: token(), reactions: opinions.join(',') });
    if (withdrawn.length > 0) body.set('reactions_to_remove', withdrawn.join(','));
    await askJson(`${base}/${target}`, {
      ...asking(context),
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: body.toString(),
    });
  }

  return { pages, answer, whole: false, remembers };
}

function toRow(given: unknown, place: number): Row {
  const parsed = update.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const id = idSchema.safeParse((given as { id?: unknown } | null)?.id).data ?? `row ${place + 1}`;
    return { id, bad: `${issue?.path.join('.') || 'the row'}: ${issue?.message.slice(0, 150)}` };
  }
  const { id, indicator, type = '', should_delete, status, tags, descriptors } = parsed.data;
  const opinions = descriptors?.data ?? [];
  const statuses = [...(status === undefined ? [] : [status]), ...opinions.map(one => one.status)];
  // Nobody's opinion can be seen any more, or all say that it does no harm.
  const withdrawn = statuses.length === 0 || statuses.every(one => one === 'NON_MALICIOUS');
  if (should_delete || withdrawn) return { id, removed: true };
  if (indicator === undefined) return { id, bad: 'indicator: is missing' };
  const all = tidy([...tags, ...opinions.flatMap(one => one.tags)]);
  const targets = opinions.slice(0, mostTargets).map(one => one.id);
  const hash = hashes.get(type);
  if (hash) {
    const row = hashRow(id, hash, indicator, all);
    return 'entry' in row ? { ...row, targets } : row;
  }
  const link = links.get(type);
  if (link) return { id, entry: { kind: 'link', link: indicator, scope: link, tags: all }, targets };
  return { id, unknown: type || 'no type' };
}
