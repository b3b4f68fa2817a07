import { busKey, eventId, type PostKey } from '../contracts/index.js';
import { latestVersions, readPosts } from '../ingest/index.js';
import type { Database, Outgoing, Write } from '../runtime/index.js';
import { openCase, supersedeCase } from './cases.js';
import type { CaseRow, EnforceRows } from './tables.js';

/** The rule, and the queue, of cases that were drawn for the audit. Who decides them sees neither score nor finding. */
export const auditRule = 'audit';

const idOf = (post: PostKey, of: 'case' | 'audit'): string => eventId(`${busKey(post)}/${post.version}`, of);

/** A case as evidence: what a person decided, or that nobody will. */
interface CaseSeen {
  id: string;
  rule: string;
  decision?: { violates: boolean; at: number } | undefined;
  over: boolean;
}

interface SeenCases {
  policy?: CaseSeen | undefined;
  audit?: CaseSeen | undefined;
  /** The audit's case can't be decided any more: its post was deleted. */
  gone: boolean;
}

const seen = ({ id, rule, state, decision, decided_by, decided_at }: CaseRow): CaseSeen => ({
  id,
  rule,
  over: state === 'superseded' || (state === 'decided' && decided_by === 'policy'),
  ...(state === 'decided' &&
    decided_by !== 'policy' && { decision: { violates: decision === 'remove', at: decided_at ?? 0 } }),
});

/** The cases that the policy and the audit opened of these versions, in this order. Cost: two look-ups by key for each. */
export async function readSeen(db: Database, posts: readonly PostKey[]): Promise<SeenCases[]> {
  const ids = posts.flatMap(post => [idOf(post, 'case'), idOf(post, 'audit')]);
  const rows = await readCases(db, ids);
  const found = new Map(rows.map(row => [row.id, seen(row)]));
  const latest = await latestVersions(db, posts);
  return posts.map(post => ({
    policy: found.get(idOf(post, 'case')),
    audit: found.get(idOf(post, 'audit')),
    gone: latest.get(busKey(post))?.deleted === true,
  }));
}

const readCases = (db: Database, ids: readonly string[]): Promise<CaseRow[]> =>
  db.tables<EnforceRows>().selectFrom('cases').selectAll().where('id', 'in', db.among(ids)).execute();

/** The changes that take open cases of the audit from the queue whose posts were deleted. They conflict where somebody decides one at this moment. */
export async function withdrawAudits(
  db: Database,
  posts: readonly PostKey[],
  now: number,
): Promise<{ writes: Write[]; events: Outgoing[] }> {
  const rows = await readCases(
    db,
    posts.map(post => idOf(post, 'audit')),
  );
  const made = rows
    .filter(({ state }) => state === 'open')
    .map(row => supersedeCase(db, row, 'the post was deleted', now));
  return { writes: made.flatMap(({ writes }) => writes), events: made.flatMap(({ events }) => events) };
}

/**
 * The changes that open cases of the audit. They have no harm to go by: among what is due at the same time they come last. Of posts that were deleted, or have a
 * newer version, there are none.
 * @returns `opened`: of which there is one, in the order given
 */
export async function openAudits(
  db: Database,
  posts: readonly PostKey[],
  now: number,
): Promise<{ writes: Write[]; events: Outgoing[]; opened: boolean[] }> {
  const made = { writes: [] as Write[], events: [] as Outgoing[], opened: [] as boolean[] };
  if (posts.length === 0) return made;
  const [stored, latest] = await Promise.all([readPosts(db, posts), latestVersions(db, posts)]);
  posts.forEach((key, n) => {
    const post = stored[n];
    const newest = latest.get(busKey(key));
    const isThere = post !== undefined && newest?.version === key.version && !newest.deleted;
    made.opened.push(isThere);
    if (!isThere) return;
    const { url, author, language, createdAt } = post.post;
    const { writes, events } = openCase(
      db,
      {
        id: idOf(key, 'audit'),
        item: busKey(key),
        platform: key.platform,
        post_id: key.id,
        version: key.version,
        state: 'open',
        priority: 0,
        rule: auditRule,
        reasons: JSON.stringify(['Drawn at random, to see how right the rules are.']),
        url,
        author_id: author.id,
        route: post.route,
        flags: JSON.stringify(post.flags),
        posted_at: Math.min(Date.parse(createdAt), post.receivedAt),
        opened_at: now,
        decision: null,
        decided_at: null,
        decided_by: null,
        note: null,
        language: language ?? null,
        category: null,
      },
      false,
    );
    made.writes.push(...writes);
    made.events.push(...events);
  });
  return made;
}
