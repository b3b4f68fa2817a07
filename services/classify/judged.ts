import { readAuthorsRemoved } from '../enforce/index.js';
import type { StoredPost } from '../ingest/index.js';
import { asksAuthorRemoved, type InForce } from '../policies/index.js';
import type { Database } from '../runtime/index.js';
import type { JudgedPost } from './tiers.js';

/** How far back (ms) removals count as what is known of an account. */
const back = 90 * 24 * 3600_000;

/** Posts with what policies may ask of them; what is known of their accounts is looked up only where a policy in force asks for it. */
export async function judgedPosts(
  db: Database,
  policies: InForce,
  posts: readonly StoredPost[],
  now: number,
): Promise<JudgedPost[]> {
  const canary = policies.canary()?.policy;
  const asks = [policies.current(), ...(canary ? [canary] : []), ...policies.shadows()].some(asksAuthorRemoved);
  if (!asks) return posts.map(({ post, flags }) => ({ ...post, flags }));
  const authors = posts.map(({ post }) => ({ platform: post.platform, id: post.author.id }));
  const removed = await readAuthorsRemoved(db, authors, now - back);
  return posts.map(({ post, flags }) => ({
    ...post,
    flags,
    authorRemoved: removed.get(`${post.platform}/${post.author.id}`) ?? 0,
  }));
}
