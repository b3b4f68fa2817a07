import { eventId, type Ground, type PostAssessed, type PostFlag, type TextMarks } from '../contracts/index.js';
import type { Database } from '../runtime/index.js';
import { fact } from './facts.js';
import { dequeue, enqueue, requeue, type Sent } from './queue-table.js';
import type { Changes, RemovalRequest } from './request.js';
import { type Kind, keepMarks } from './review-tables.js';
import { type CaseRow, casesTable, type EnforceRows } from './tables.js';

const unbelievable = new Set(['created-in-future', 'created-before-2000']);

/** When a post was published; what can't be true counts from receipt. */
export const postedAt = ({
  flags,
  createdAt,
  receivedAt,
}: Pick<PostAssessed, 'flags' | 'createdAt' | 'receivedAt'>): number =>
  flags.some(flag => unbelievable.has(flag)) ? receivedAt : Math.min(createdAt, receivedAt);

/** What people are sent a case by, and by what the same text is found again. */
export interface About extends Sent {
  kind?: Kind;
  text?: TextMarks | undefined;
}

/** Pictures come before all else: they are the hardest to have seen. @param usual how long a case may wait where no rule says, in ms */
export const aboutOf = ({ media, findings, text, assessedAt, within, queue }: PostAssessed, usual: number): About => ({
  kind: media ? 'media' : findings.some(({ entry }) => entry) ? 'match' : 'text',
  text,
  queue,
  ...(within !== undefined && { due: assessedAt + within, usual }),
});

/** What a case of this assessment is about. */
export function caseOf(data: PostAssessed, item: string, at: number): CaseRow {
  return {
    id: eventId(`${item}/${data.version}`, 'case'),
    item,
    platform: data.platform,
    post_id: data.id,
    version: data.version,
    state: 'open',
    priority: data.priority,
    rule: data.rule,
    reasons: JSON.stringify(data.reasons),
    url: data.url,
    author_id: data.authorId,
    route: data.route,
    flags: JSON.stringify(data.flags),
    posted_at: postedAt(data),
    opened_at: at,
    decision: null,
    decided_at: null,
    decided_by: null,
    note: null,
    language: data.language ?? null,
    category: null,
  };
}

/** The removal of a case's post, on a ground. */
export const removalOf = (row: CaseRow, ground: Ground, by: string, at: number): RemovalRequest => ({
  platform: row.platform,
  postId: row.post_id,
  version: row.version,
  url: row.url,
  authorId: row.author_id,
  ground,
  by,
  at,
  postedAt: row.posted_at,
  route: row.route,
  flags: JSON.parse(row.flags),
  language: row.language ?? undefined,
});

export function openCase(db: Database, row: CaseRow, withheld: boolean, { kind, text, ...sent }: About = {}): Changes {
  const { due } = sent;
  const { id: caseId, item, platform, post_id: postId, version, route, opened_at: at } = row;
  const language = row.language ?? undefined;
  const flags = JSON.parse(row.flags) as PostFlag[];
  const told = { ...(language && { language }), ...(flags.length > 0 && { flags }), ...(due !== undefined && { due }) };
  const data = { platform, postId, version, caseId, at, route, withheld, ...told };
  return {
    writes: [
      db.insert(casesTable, [row], { onConflict: 'nothing' }),
      enqueue(db, row, kind ?? null, sent),
      ...keepMarks(db, row, text),
    ],
    events: [fact({ type: 'case.opened.v1', data }, item, caseId)],
  };
}

/** The case of what a rule removed by itself: decided from the start, so that a person can decide to bring it back. It starts no clock. */
export function closedCase(db: Database, row: CaseRow, at: number, { text }: About = {}): Changes {
  const closed: CaseRow = { ...row, state: 'decided', decision: 'remove', decided_at: at, decided_by: 'policy' };
  return {
    writes: [db.insert(casesTable, [closed], { onConflict: 'nothing' }), ...keepMarks(db, row, text)],
    events: [],
  };
}

/**
 * An open case of which more was found: it is about that from now on, and decided where a rule removed the post by itself; then its clock ends without a
 * figure. It conflicts where somebody decided it meanwhile.
 */
export function severerCase(
  db: Database,
  row: CaseRow,
  { rule, reasons, priority, opened_at: at }: CaseRow,
  removed: boolean,
  sent: Sent,
): Changes {
  const { id: caseId, item, platform, post_id: postId, version } = row;
  const decided = { state: 'decided', decision: 'remove', decided_at: at, decided_by: 'policy' } as const;
  const query = db
    .tables<EnforceRows>()
    .updateTable('cases')
    .set({ rule, reasons, priority, ...(removed && decided) })
    .where('id', '=', caseId)
    .where('state', '=', 'open');
  const by = 'a rule that acts by itself';
  const data = { platform, postId, version, caseId, at, decision: 'superseded' as const, by };
  return {
    writes: [{ query, atLeast: 1 }, ...(removed ? dequeue(db, caseId) : [requeue(db, { ...row, priority }, sent)])],
    events: removed ? [fact({ type: 'case.closed.v1', data }, item, caseId)] : [],
  };
}

/** Closes an open case that nobody has to decide any more. It conflicts where somebody did meanwhile. */
export function supersedeCase(db: Database, row: CaseRow, by: string, at: number): Changes {
  const { id: caseId, item, platform, post_id: postId, version } = row;
  const query = db
    .tables<EnforceRows>()
    .updateTable('cases')
    .set({ state: 'superseded', decided_at: at })
    .where('id', '=', caseId)
    .where('state', '=', 'open');
  const data = { platform, postId, version, caseId, at, decision: 'superseded' as const, by };
  return {
    writes: [{ query, atLeast: 1 }, ...dequeue(db, caseId)],
    events: [fact({ type: 'case.closed.v1', data }, item, caseId)],
  };
}
