import { busKey, type PostKey } from '../../contracts/index.js';
import type { Runtime } from '../../runtime/index.js';
import type { QualityRows } from './tables.js';

type Needs = Pick<Runtime, 'db'>;
type Named = Pick<PostKey, 'platform' | 'id'>;

/** Of these cases and posts, those that are none of a test: what acts on many, or is asked of a second person, leaves tests out. Cost: a look-up each. */
export async function withoutTests<Post extends Named>(
  { db }: Needs,
  { cases, posts }: { cases: readonly string[]; posts: readonly Post[] },
): Promise<{ cases: string[]; posts: Post[] }> {
  const rows = db.tables<QualityRows>();
  const read = rows.selectFrom('test_cases').select(['case_id', 'platform', 'post_id']);
  const [tests, planted] = await Promise.all([
    cases.length === 0 ? [] : read.where('case_id', 'in', db.among(cases)).execute(),
    posts.length === 0 ? [] : read.where('post_id', 'in', db.among(posts.map(({ id }) => id))).execute(),
  ]);
  const apart = new Set(tests.map(row => row.case_id));
  const named = new Set(planted.map(row => busKey({ platform: row.platform ?? '', id: row.post_id ?? '' })));
  return { cases: cases.filter(id => !apart.has(id)), posts: posts.filter(post => !named.has(busKey(post))) };
}

/**
 * The post that this name stands for: itself; of a second decision the post that was decided first; `none` of a golden item, which nobody
 * published.
 */
export async function realPost({ db }: Needs, { platform, id }: Named): Promise<Named | 'none'> {
  const rows = db.tables<QualityRows>();
  const test = await rows
    .selectFrom('test_cases')
    .leftJoin('made_decisions', 'made_decisions.case_id', 'test_cases.ref')
    .select(['kind', 'item'])
    .where('platform', '=', platform)
    .where('post_id', '=', id)
    .executeTakeFirst();
  if (!test) return { platform, id };
  if (test.kind === 'golden' || test.item === null) return 'none';
  // The key of a post is its platform, a slash, and its id.
  return { platform, id: test.item.slice(platform.length + 1) };
}
