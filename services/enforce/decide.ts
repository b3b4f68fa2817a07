import { eventId } from '../contracts/index.js';
import { readPosts } from '../ingest/index.js';
import { ConflictError, Problem, type Runtime, type Write } from '../runtime/index.js';
import { fact } from './facts.js';
import { emptyChanges, requestRemoval, requestRestore } from './request.js';
import type { CaseRow, EnforceRows, GroundRow, RemovalRow } from './tables.js';

export interface Decision {
  decision: 'remove' | 'keep' | 'restore';
  reason: string;
  by: string;
}

export interface Decided {
  caseId: string;
  decision: Decision['decision'];
  at: number;
  /** The removal or restoration that follows; absent where nothing had to be done. */
  removalId?: string;
}

/** Grounds that a person's decision can lift. An order in force is not among them. */
const liftable = (row: GroundRow): boolean => row.kind !== 'order';

/**
 * A person's decision on a case. It goes the way of every removal: with its ground, and looked at. The same decision twice answers the same;
 * `restore` also reopens a case that was decided.
 * @throws Problem 404 (no such case), 409 (decided otherwise, or an order in force, which it names)
 */
export async function decideCase(runtime: Runtime, caseId: string, decision: Decision): Promise<Decided> {
  for (let tries = 0; ; tries++) {
    try {
      return await decideOnce(runtime, caseId, decision);
    } catch (error) {
      if (!(error instanceof ConflictError) || tries === 3) throw error;
    }
  }
}

async function decideOnce(runtime: Runtime, caseId: string, { decision, reason, by }: Decision): Promise<Decided> {
  const { db, time } = runtime;
  const rows = db.tables<EnforceRows>();
  const found = await rows.selectFrom('cases').selectAll().where('id', '=', caseId).executeTakeFirst();
  if (!found) throw new Problem(404, 'There is no such case.');
  const [removal, grounds] = await Promise.all([
    rows.selectFrom('removals').selectAll().where('item', '=', found.item).executeTakeFirst(),
    rows.selectFrom('grounds').selectAll().where('item', '=', found.item).where('lifted_at', 'is', null).execute(),
  ]);
  if (found.state !== 'open' && decision !== 'restore') {
    if (found.decision === decision) return answer(found, removal);
    throw new Problem(409, `The case is ${found.state}${found.decision ? `: ${found.decision} by ${found.decided_by}` : ''}. To bring the post back, decide "restore".`);
  }
  const at = time.now();
  const changes = emptyChanges();
  changes.writes.push(closing(runtime, found, decision, reason, by, at));
  const { platform, post_id: postId, version, item } = found;
  if (found.state === 'open') {
    changes.events.push(fact({ type: 'case.closed.v1', data: { platform, postId, version, caseId, at, decision, by } }, item, caseId));
  }
  if (decision === 'remove') {
    const [stored] = await readPosts(db, [{ platform, id: postId, version }]);
    const request = {
      platform,
      postId,
      version,
      ground: { kind: 'decision' as const, ref: `decision:${caseId}` },
      by,
      at,
      postedAt: stored ? Math.min(Date.parse(stored.post.createdAt), stored.receivedAt) : found.opened_at,
      route: found.route,
      flags: stored?.flags ?? [],
    };
    const more = requestRemoval(db, request, removal);
    changes.writes.push(...more.writes);
    changes.events.push(...more.events);
  } else {
    const order = grounds.find(ground => !liftable(ground));
    if (order && decision === 'restore') {
      throw new Problem(409, `${order.ref} is in force: the post stays down until it is lifted.`, { order: order.ref });
    }
    const lifting = rows
      .updateTable('grounds')
      .set({ lifted_at: at, lifted_by: by })
      .where('item', '=', item)
      .where('kind', '!=', 'order')
      .where('lifted_at', 'is', null);
    changes.writes.push({ query: lifting });
    if (removal && grounds.length > 0 && !order) {
      const more = requestRestore(db, removal, at);
      changes.writes.push(...more.writes);
      changes.events.push(...more.events);
    }
  }
  await runtime.commit(changes.writes, changes.events);
  return { caseId, decision, at, ...(changes.events.some(({ topic }) => topic === 'removals') ? { removalId: eventId(item, 'removal') } : {}) };
}

const answer = (found: CaseRow, removal: RemovalRow | undefined): Decided => ({
  caseId: found.id,
  decision: found.decision as Decision['decision'],
  at: found.decided_at ?? found.opened_at,
  ...(removal ? { removalId: removal.id } : {}),
});

function closing(runtime: Runtime, found: CaseRow, decision: string, note: string, by: string, at: number): Write {
  const query = runtime.db
    .tables<EnforceRows>()
    .updateTable('cases')
    .set({ state: 'decided', decision, decided_at: at, decided_by: by, note })
    .where('id', '=', found.id)
    .where('state', '=', found.state);
  return { query, atLeast: 1 };
}
