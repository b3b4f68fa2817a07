import { z } from 'zod';

/** A platform's short name: lower case, digits, hyphens. */
export const platformName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and "-"');

/** RFC 3339 time; kept in UTC. */
export const instant = z.iso.datetime({ offset: true });

const webUrl = z.url({ protocol: /^https?$/ }).max(2048);
const hex = (digits: number) =>
  z.string().regex(new RegExp(`^[0-9a-fA-F]{${digits}}$`), `must be ${digits} hex digits`);

const media = z.strictObject({
  url: webUrl.optional(),
  sha256: hex(64).optional(),
  md5: hex(32).optional(),
  pdq: hex(64).optional(),
  type: z.string().min(1).max(100),
});

/** One version of what somebody published on a platform. Key: `(platform, id, version)`. */
export const postSchema = z.strictObject({
  id: z.string().min(1).max(512),
  platform: platformName,
  version: z.int().min(1).max(1_000_000_000).default(1),
  url: webUrl,
  /** Only `public` posts are classified; of others nothing but the key is kept (promise 6). */
  audience: z.enum(['public', 'restricted', 'private']),
  author: z.strictObject({ id: z.string().min(1).max(512) }),
  text: z.string().max(100_000).optional(),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a BCP 47 tag such as "fr"')
    .optional(),
  createdAt: instant,
  /** Set by the version that tells of a deletion: its text is erased everywhere except in preservation. */
  deletedAt: instant.optional(),
  media: z.array(media).max(50).optional(),
  links: z.array(webUrl).max(200).optional(),
  inReplyTo: z.string().min(1).max(512).optional(),
  views: z.int().min(0).optional(),
  ciphertext: z.string().max(100_000).optional(),
});

export type Post = z.infer<typeof postSchema>;

/** What is told of a post beside its content. `probe`: by the account that is the probe's alone, so no figure counts it. */
export const postFlag = z.enum(['created-in-future', 'created-before-2000', 'backfill', 'not-public', 'probe']);
export type PostFlag = z.infer<typeof postFlag>;

/** The part of a post that names it. */
export const postKey = z.object({ platform: platformName, id: z.string(), version: z.int() });
export type PostKey = z.infer<typeof postKey>;

/** Names one version of a post. */
export const versionKey = ({ platform, version, id }: PostKey): string => `${platform}/${version}/${id}`;

/** The inverse of {@link versionKey}. An id may hold slashes. */
export function postOf(key: string): PostKey {
  const first = key.indexOf('/');
  const second = key.indexOf('/', first + 1);
  return {
    platform: key.slice(0, first),
    version: Number(key.slice(first + 1, second)),
    id: key.slice(second + 1),
  };
}

/** The bus key of a post: all versions of one item share it, so they stay in order. */
export const busKey = (post: { platform: string; id: string }): string => `${post.platform}/${post.id}`;
