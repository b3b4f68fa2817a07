import { busKey } from '../contracts/index.js';
import { latestVersions, readVersions } from '../ingest/index.js';
import { connectorsOf } from '../platforms/index.js';
import type { Runtime } from '../runtime/index.js';
import type { OrderContent } from './annex-one.js';
import type { Item, Target } from './machine/index.js';

type Asked = NonNullable<OrderContent['items']>[number];
type Located = Pick<Item, 'phase' | 'target'>;

const marker = 'sansdelaiItem0';

/** The id that an address names on a platform, by the ways in which the public can read its items. */
function idsIn(runtime: Runtime, url: string): { platform: string; id: string }[] {
  const named = { id: marker, version: 1, url: 'https://sansdelai.invalid/', authorId: marker };
  return [...connectorsOf(runtime).connectors.values()].flatMap(connector => {
    const { platform } = connector;
    return connector.readPaths({ ...named, platform }).flatMap(path => {
      const [before, after, ...more] = path.url.split(marker);
      if (path.kind !== 'item' || before === undefined || after === undefined || more.length > 0) return [];
      if (!url.startsWith(before) || !url.endsWith(after) || url.length <= before.length + after.length) return [];
      const id = url.slice(before.length, url.length - after.length);
      if (/[/?#]/.test(id)) return [];
      try {
        return [{ platform, id: decodeURIComponent(id) }];
      } catch {
        return [];
      }
    });
  });
}

/** The same address, written as browsers write it, without its fragment. */
function plainUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  url.hash = '';
  return url.href;
}

/** A post as an order can be about it; undefined where it was never taken in. `url` is for where none is known of it. */
export async function targetOf(
  runtime: Runtime,
  platform: string,
  id: string,
  url: string,
): Promise<Target | undefined> {
  const versions = await readVersions(runtime.db, platform, id);
  const newest = versions.at(-1);
  if (!newest) return undefined;
  const stored = versions.findLast(one => 'post' in one);
  const post = stored && 'post' in stored ? stored.post : undefined;
  const { deleted = false } =
    (await latestVersions(runtime.db, [{ platform, id }])).get(busKey({ platform, id })) ?? {};
  return {
    platform,
    postId: id,
    version: 'post' in newest ? newest.post.version : newest.version,
    authorId: post?.author.id ?? 'unknown',
    url: post?.url ?? url,
    // Of what is not public no text is kept; of what its author deleted, neither.
    public: 'post' in newest ? newest.post.audience === 'public' : deleted,
  };
}

/**
 * What an order's address is on one of our platforms. `found` only where the post was taken in, is public, and has just this address: nothing else is acted on
 * without a person.
 */
export async function locate(runtime: Runtime, asked: Asked): Promise<Located> {
  const url = plainUrl(asked.url);
  if (url === undefined) return { phase: 'unknown' };
  const byAddress = idsIn(runtime, url);
  const given = asked.platform && asked.id ? [{ platform: asked.platform, id: asked.id }] : [];
  for (const { platform, id } of [...byAddress, ...given]) {
    const target = await targetOf(runtime, platform, id, url);
    const same =
      byAddress.some(one => one.platform === platform && one.id === id) || (target && plainUrl(target.url) === url);
    if (target && same) return { phase: target.public ? 'found' : 'not-public', target };
  }
  return { phase: 'unknown' };
}
