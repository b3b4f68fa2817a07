import { eventId, type PostBanked, type PostUnbanked } from '../contracts/index.js';
import { ConflictError, type Outgoing, Problem, type Runtime, type Write } from '../runtime/index.js';
import { removalOf } from './cases.js';
import { fact } from './facts.js';
import { answerTest, findTest } from './quality/answer.js';
import { noteDecision } from './quality/log.js';
import { dequeue } from './queue-table.js';
import { type Changes, liftGrounds, requestRemoval } from './request.js';
import type { CaseRow, EnforceRows, GroundRow, RemovalRow } from './tables.js';

/** Why something is terrorist content, by Article 2(7) TCO, or goes for another reason; or, where it stays, what it is for (Article 1(3)). */
export const categories = {
  remove: ['incites', 'solicits', 'recruits', 'instructs', 'threatens', 'other'],
  keep: ['harmless', 'news', 'education', 'art', 'research', 'counter-speech', 'other'],
} as const;
export type Category = (typeof categories)[keyof typeof categories][number];

export interface Decision {
  decision: 'remove' | 'keep' | 'restore';
  reason: string;
  by: string;
  category?: Category | undefined;
  /** With `remove`: what the post says and shows enters this bank, so that it stays down. */
  bank?: string | undefined;
}

export interface Decided {
  caseId: string;
  decision: Decision['decision'];
  at: number;
  /** The item's removal or restoration; absent where there was never anything to do. */
  removalId?: string;
}

/** What a decision rests on, read in this order: a change of the grounds after the removal was read makes the commit conflict. */
interface Found {
  case: CaseRow;
  removal: RemovalRow | undefined;
  /** In force. */
  grounds: GroundRow[];
}

/** Grounds that a person's decision can lift. An order in force is not among them. */
const liftable = (row: GroundRow): boolean => row.kind !== 'order';

/**
 * A person's decision on a case. It goes the way of every removal: with its ground, and looked at. The same decision twice answers the same;
 * `restore` also reopens a case that was decided.
 * @param held the decision as it waited to be taken back: it conflicts where it was
 * @throws Problem 404 (no such case), 409 (decided otherwise, or an order in force, which it names)
 */
export async function decideCase(
  runtime: Runtime,
  caseId: string,
  decision: Decision,
  held?: string,
): Promise<Decided> {
  for (let tries = 0; ; tries++) {
    try {
      return await decideOnce(runtime, caseId, decision, held);
    } catch (error) {
      if (!(error instanceof ConflictError) || tries === 10) throw error;
    }
  }
}

async function read(runtime: Runtime, caseId: string): Promise<Found> {
  const rows = runtime.db.tables<EnforceRows>();
  const found = await rows.selectFrom('cases').selectAll().where('id', '=', caseId).executeTakeFirst();
  if (!found) throw new Problem(404, 'There is no such case.');
  const { item } = found;
  const removal = await rows.selectFrom('removals').selectAll().where('item', '=', item).executeTakeFirst();
  const grounds = await rows
    .selectFrom('grounds')
    .selectAll()
    .where('item', '=', item)
    .where('lifted_at', 'is', null)
    .execute();
  return { case: found, removal, grounds };
}

async function decideOnce(runtime: Runtime, caseId: string, decision: Decision, held?: string): Promise<Decided> {
  const test = await findTest(runtime, caseId);
  if (test) return answerTest(runtime, test, decision, held);
  const found = await read(runtime, caseId);
  const known = answered(found, decision);
  if (known) {
    await enterBank(runtime, found.case, decision, known.at);
    return known;
  }
  const at = runtime.time.now();
  const { writes, events } = follow(runtime, found, decision, at);
  events.push(...banking(found.case, decision, at));
  const { platform, post_id: postId, version, item, state } = found.case;
  if (state === 'open') {
    const told = decision.category === undefined ? {} : { category: decision.category };
    const data = { platform, postId, version, caseId, at, decision: decision.decision, by: decision.by, ...told };
    events.push(fact({ type: 'case.closed.v1', data }, item, caseId));
  }
  const done = [...dequeue(runtime.db, caseId, held), ...(await noteDecision(runtime, found.case, decision, at))];
  await runtime.commit([closing(runtime, found.case, decision, at), ...done, ...writes], events);
  const removal = found.removal !== undefined || decision.decision === 'remove';
  return { caseId, decision: decision.decision, at, ...(removal ? { removalId: eventId(item, 'removal') } : {}) };
}

/** What was decided so already; undefined where there is something to do. @throws Problem 409 where it was decided otherwise. */
function answered({ case: row, removal, grounds }: Found, { decision }: Decision): Decided | undefined {
  if (row.state === 'open') return undefined;
  const done = row.decision === decision && (decision !== 'restore' || grounds.length === 0);
  if (done) {
    const at = row.decided_at ?? row.opened_at;
    return { caseId: row.id, decision, at, ...(removal ? { removalId: removal.id } : {}) };
  }
  if (decision === 'restore') return undefined;
  const how = row.decision ? `: ${row.decision} by ${row.decided_by}` : '';
  throw new Problem(409, `The case is ${row.state}${how}. To bring the post back, decide "restore".`);
}

/** @throws Problem 409 where an order in force forbids it. */
function follow({ db }: Runtime, found: Found, { decision, by }: Decision, at: number): Changes {
  const { removal, grounds } = found;
  if (decision === 'remove') {
    const ground = { kind: 'decision' as const, ref: `decision:${found.case.id}` };
    return requestRemoval(db, removalOf(found.case, ground, by, at), removal);
  }
  const order = grounds.find(ground => !liftable(ground));
  if (order && decision === 'restore') {
    throw new Problem(409, `${order.ref} is in force: the post stays down until it is lifted.`, { order: order.ref });
  }
  return liftGrounds(db, removal, grounds, liftable, by, at);
}

/** A removal that was decided without a bank enters one all the same where it is decided again with one. The same twice is the same event. */
async function enterBank(runtime: Runtime, row: CaseRow, decision: Decision, at: number): Promise<void> {
  if (decision.decision !== 'remove' || !decision.bank) return;
  // Changes nothing, and conflicts where somebody brings the post back at this moment.
  const query = runtime.db
    .tables<EnforceRows>()
    .updateTable('cases')
    .set({ state: row.state })
    .where('id', '=', row.id)
    .where('decision', '=', 'remove')
    .where('decided_at', '=', at);
  await runtime.commit([{ query, atLeast: 1 }], banking(row, decision, at));
}

/** What other services follow of a decision: the post enters a bank, or leaves those that it entered. */
function banking(row: CaseRow, { decision, bank, by }: Decision, at: number): Outgoing[] {
  const { id: caseId, item, platform, post_id: postId, version } = row;
  const tell = (type: string, data: PostBanked | PostUnbanked): Outgoing => ({
    topic: 'decisions',
    event: { id: eventId(`${caseId}/${at}`, type, bank), type, source: '/enforce', time: at, key: item, data },
  });
  if (decision === 'restore') return [tell('post.unbanked.v1', { platform, postId, caseId, by, at })];
  if (decision !== 'remove' || !bank) return [];
  return [tell('post.banked.v1', { platform, postId, version, caseId, bank, by, at })];
}

function closing({ db }: Runtime, row: CaseRow, { decision, reason, by, category }: Decision, at: number): Write {
  const query = db
    .tables<EnforceRows>()
    .updateTable('cases')
    .set({ state: 'decided', decision, decided_at: at, decided_by: by, note: reason, category: category ?? null })
    .where('id', '=', row.id)
    .where('state', '=', row.state);
  return { query, atLeast: 1 };
}
