import { quality } from '../../../enforce/index.js';
import type { Database } from '../../../runtime/index.js';
import type { LiveItem } from './frame.js';
import { readAbout, readNewest, type SeenAssessment, type SeenPost } from './views.js';

const listed = 30;

/** What posts of test cases are to look as if they had been assessed as. */
async function readMadeOf(db: Database, posts: readonly SeenPost[]): Promise<SeenAssessment[]> {
  const named = posts.map(({ item }) => {
    const slash = item.indexOf('/');
    return { platform: item.slice(0, slash), id: item.slice(slash + 1) };
  });
  const made = await quality.readMade({ db }, named);
  return posts.flatMap(({ key, item, received_at }) => {
    const { assessment } = made.get(item) ?? {};
    if (!assessment) return [];
    const { action, rule, assessedAt } = assessment;
    return [{ key, item, action, rule, received_at, assessed_at: assessedAt }];
  });
}

/** The newest posts, and those of `acted`, each with what became of it. */
export async function listItems(
  db: Database,
  acted: readonly SeenAssessment[],
): Promise<{ items: LiveItem[]; acted: LiveItem[] }> {
  const newest = await readNewest(db, listed);
  const made = await readMadeOf(db, newest);
  // Those that waited for a person, among what was acted on: the newest first, as many as there were.
  const later = made.filter(row => acted.length < listed || row.assessed_at >= (acted.at(-1)?.assessed_at ?? 0));
  const follows = [...acted, ...later]
    .sort((a, b) => b.assessed_at - a.assessed_at)
    .slice(0, Math.max(listed, acted.length));
  const all = [...newest, ...follows];
  const about = await readAbout(db, [...new Set(all.map(row => row.key))], [...new Set(all.map(row => row.item))]);
  const posts = new Map(about.posts.map(row => [row.key, row]));
  const assessments = new Map(about.assessments.map(row => [row.key, row]));
  for (const row of made) assessments.set(row.key, row);
  const removals = new Map(about.removals.map(row => [row.item, row]));
  // Oldest first, so the latest of an item stays.
  const cases = new Map(about.cases.map(row => [row.item, row]));

  const show = (key: string): LiveItem[] => {
    const post = posts.get(key);
    if (!post) return [];
    const assessed = assessments.get(key);
    const removal = removals.get(post.item);
    const latest = cases.get(post.item);
    const slash = post.item.indexOf('/');
    return [
      {
        platform: post.item.slice(0, slash),
        id: post.item.slice(slash + 1),
        version: post.version,
        createdAt: post.created_at,
        receivedAt: post.received_at,
        flags: JSON.parse(post.flags) as string[],
        ...(assessed && {
          action: assessed.action as LiveItem['action'],
          rule: assessed.rule,
          assessedAt: assessed.assessed_at,
        }),
        ...(removal && {
          removal: {
            wanted: removal.wanted,
            state: removal.state,
            requestedAt: removal.requested_at,
            ...(removal.ended_at !== null && { endedAt: removal.ended_at }),
            escalated: removal.escalated_at !== null && removal.state === 'pending',
          },
        }),
        ...(latest && {
          case: { state: latest.state, ...(latest.decision !== null && { decision: latest.decision }) },
        }),
      },
    ];
  };
  return { items: newest.flatMap(row => show(row.key)), acted: follows.flatMap(row => show(row.key)) };
}
