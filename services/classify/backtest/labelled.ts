import { violentExtremism } from '../../../models/text/index.js';
import { type Post, postSchema } from '../../contracts/index.js';

/** A post of a file, and how it is labelled. */
export interface Labelled {
  post: Post;
  slice: string;
  label?: string;
  truth?: 'violating' | 'harmless';
}

/** Labels that say neither that a post is violating nor that it is not: they are about its account. */
const saysNothing: ReadonlySet<string> = new Set(['terror_support_weak']);
const shortText = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.replace(/\p{Cc}+/gu, ' ').slice(0, 100) : undefined;

/**
 * A line of a file of labelled posts: the fields of a post, of which only `text` (or what else there is to assess) is needed, with `label` and `slice`. Other
 * names that data sets use: `lang`, `grp` (author), `src` (slice).
 * @returns undefined where it is no post
 */
export function labelledPost(
  entry: Record<string, unknown>,
  line: number,
  violating: ReadonlySet<string> = violentExtremism,
): Labelled | undefined {
  const { lang, grp, src } = entry;
  const id = String(entry.id ?? line).slice(0, 512);
  const known = Object.fromEntries(
    Object.keys(postSchema.shape).flatMap(key => (key in entry ? [[key, entry[key]]] : [])),
  );
  const parsed = postSchema.safeParse({
    platform: 'backtest',
    audience: 'public',
    url: `https://backtest.invalid/posts/${encodeURIComponent(id).slice(0, 1_000)}`,
    createdAt: '2000-01-01T00:00:00Z',
    author: { id: shortText(grp) ?? 'unknown' },
    ...(typeof lang === 'string' && /^[a-z]{2,3}$/.test(lang) && { language: lang }),
    ...known,
    id,
  });
  if (!parsed.success) return undefined;
  const label = shortText(entry.label);
  const slice = shortText(entry.slice) ?? shortText(src) ?? parsed.data.platform;
  if (label === undefined) return { post: parsed.data, slice };
  const truth = saysNothing.has(label) && !violating.has(label) ? undefined : violating.has(label);
  return {
    post: parsed.data,
    slice,
    label,
    ...(truth !== undefined && { truth: truth ? ('violating' as const) : ('harmless' as const) }),
  };
}
