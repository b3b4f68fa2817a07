import type { ApprovalKind } from '../accounts/index.js';
import { busKey, eventId, type PostKey, type TextMarks } from '../contracts/index.js';
import { readPosts, type StoredPost } from '../ingest/index.js';
import type { Runtime } from '../runtime/index.js';
import { openCase } from './cases.js';
import type { Decision } from './decide.js';
import { withoutTests } from './quality/apart.js';
import { lease } from './queue-claims.js';
import { undoFor } from './queue-held.js';
import type { QueueRows } from './queue-table.js';
import { type Changes, emptyChanges } from './request.js';
import type { CaseRow, EnforceRows } from './tables.js';

type Needs = Pick<Runtime, 'db' | 'time'>;
/** By what a text is found again: `marksOf` of classify, which stands on this folder. */
type MarksOf = (text: string) => TextMarks | undefined;

/** The rule of cases that somebody opened from a search. */
export const foundRule = 'found';
const foundPriority = 0.5;

/** Many cases that get the same decision: those that wait, and posts of which one is opened where there is none. */
export interface Many {
  cases: string[];
  posts: PostKey[];
  decision: Decision;
}

/** Each is decided by itself, in ten seconds, unless it is taken back. What somebody else has before them stays theirs. */
export async function decideMany(
  runtime: Runtime,
  many: Many,
  marksOf: MarksOf,
): Promise<{ ids: string[]; actsAt: number }> {
  const { changes, ids, actsAt } = await planMany(runtime, many, marksOf);
  await runtime.commit(changes.writes, changes.events);
  const rows = await runtime.db
    .tables<QueueRows>()
    .selectFrom('review_queue')
    .select('case_id')
    .where('case_id', 'in', runtime.db.among(ids))
    .where('held', '=', JSON.stringify(many.decision))
    .execute();
  return { ids: rows.map(row => row.case_id), actsAt };
}

async function planMany(
  runtime: Needs,
  asked: Many,
  marksOf: MarksOf,
): Promise<{ changes: Changes; ids: string[]; actsAt: number }> {
  const { db, time } = runtime;
  const many = { ...asked, ...(await withoutTests(runtime, asked)) };
  const now = time.now();
  const changes = emptyChanges();
  const ids = [...many.cases];
  for (const { id, opened } of await casesFor(runtime, many, now, marksOf)) {
    ids.push(id);
    changes.writes.push(...(opened?.writes ?? []));
    changes.events.push(...(opened?.events ?? []));
  }
  const actsAt = now + undoFor;
  const { by } = many.decision;
  const query = db
    .tables<QueueRows>()
    .updateTable('review_queue')
    .set({ held: JSON.stringify(many.decision), act_at: actsAt, holder: by })
    .where('case_id', 'in', db.among(ids))
    .where('held', 'is', null)
    .where(row => row.or([row('lease_until', '<=', now), row('holder', '=', by)]));
  changes.writes.push({ query });
  return { changes, ids, actsAt };
}

/** The case of each post: the one that waits, or one that is opened now. What is down already needs none, and what stays needs none either. */
async function casesFor(
  { db }: Needs,
  { posts, decision }: Many,
  now: number,
  marksOf: MarksOf,
): Promise<{ id: string; opened?: Changes }[]> {
  if (posts.length === 0) return [];
  const rows = db.tables<EnforceRows>();
  const items = db.among(posts.map(busKey));
  const [stored, open, removals] = await Promise.all([
    readPosts(db, posts),
    rows.selectFrom('cases').selectAll().where('item', 'in', items).where('state', '=', 'open').execute(),
    rows.selectFrom('removals').select(['item', 'wanted', 'state']).where('item', 'in', items).execute(),
  ]);
  const down = new Set(removals.filter(row => row.wanted === 'gone' && row.state !== 'not-found').map(row => row.item));
  return posts.flatMap((post, n) => {
    const item = busKey(post);
    const waiting = open.find(row => row.item === item);
    if (waiting) return { id: waiting.id };
    const found = stored[n];
    if (!found || decision.decision !== 'remove' || down.has(item)) return [];
    const row = caseOf(found, item, decision.by, now);
    const { text, media } = found.post;
    const about = { kind: media?.length ? ('media' as const) : ('text' as const), text: marksOf(text ?? '') };
    return { id: row.id, opened: openCase(db, row, false, about) };
  });
}

function caseOf({ post, route, flags, receivedAt }: StoredPost, item: string, by: string, now: number): CaseRow {
  return {
    id: eventId(`${item}/${post.version}/${by}`, 'case-found', now),
    item,
    platform: post.platform,
    post_id: post.id,
    version: post.version,
    state: 'open',
    priority: foundPriority,
    rule: foundRule,
    reasons: JSON.stringify([`${by} found it in a search`]),
    url: post.url,
    author_id: post.author.id,
    route,
    flags: JSON.stringify(flags),
    posted_at: Math.min(Date.parse(post.createdAt), receivedAt),
    opened_at: now,
    decision: null,
    decided_at: null,
    decided_by: null,
    note: null,
    language: post.language ?? null,
    category: null,
  };
}

/** Takes decisions back that were not carried out yet. @returns how many */
export async function takeBackMany({ db, time }: Needs, who: string, ids: readonly string[]): Promise<number> {
  const query = db
    .tables<QueueRows>()
    .updateTable('review_queue')
    .set({ held: null, act_at: null, lease_until: time.now() + lease })
    .where('case_id', 'in', db.among(ids))
    .where('holder', '=', who)
    .where('held', 'is not', null);
  const [result] = await db.commit([{ query }]);
  return result?.affected ?? 0;
}

/** What is beyond one person's bound: somebody else agrees, and it is carried out. */
export const manyKind = (runtime: Needs, marksOf: MarksOf): ApprovalKind<Many> => ({
  name: 'decisions',
  scope: 'queue:lead',
  describe: ({ cases, posts, decision: { decision, category } }) =>
    `${decision === 'remove' ? 'Remove' : 'Keep'} ${cases.length + posts.length} posts at once (${category ?? 'no category'})`,
  async apply(many, { asked_by, decided_by }) {
    const reason = `${many.decision.reason} (${decided_by} agreed)`;
    const asked = { ...many, decision: { ...many.decision, reason, by: asked_by } };
    const { changes } = await planMany(runtime, asked, marksOf);
    return changes;
  },
});
