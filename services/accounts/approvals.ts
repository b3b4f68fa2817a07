import { ConflictError, type Outgoing, Problem, type Runtime, type Write } from '../runtime/index.js';
import { type Caller, may } from './caller.js';
import type { Scope } from './scopes.js';
import { type AccountRows, type ApprovalRow, approvalsTable } from './tables.js';

/** How long (ms) what was asked for waits for a second person. */
const patience = 7 * 24 * 3600_000;

/** What happens once a second person agrees; it is committed with the agreement, or not at all. */
export interface Approved {
  writes: Write[];
  events?: Outgoing[];
}

/** Something that two people do together: one asks, another agrees. */
export interface ApprovalKind<S = unknown> {
  name: string;
  /** What the second person needs to be allowed. */
  scope: Scope;
  /** In words, from what is asked for: shown to who decides. */
  describe(subject: S): string;
  /** Reads what is there now and says what to do. @throws Problem where it can't be done any more */
  apply(subject: S, row: ApprovalRow): Promise<Approved>;
}

/** One row, by its id. */
const findApproval = ({ db }: Pick<Runtime, 'db'>, id: string): Promise<ApprovalRow | undefined> =>
  db.tables<AccountRows>().selectFrom('approvals').selectAll().where('id', '=', id).executeTakeFirst();

/** The newest first. */
export function listApprovals({ db }: Pick<Runtime, 'db'>, open: boolean): Promise<ApprovalRow[]> {
  const query = db.tables<AccountRows>().selectFrom('approvals').selectAll();
  return (open ? query.where('state', '=', 'open') : query).orderBy('asked_at', 'desc').limit(200).execute();
}

/** Asks for something that needs a second person. @returns its row, to be committed with whatever the asking changes */
export function askApproval(
  { db, time }: Pick<Runtime, 'db' | 'time'>,
  { kind, subject, reason, by }: { kind: string; subject: unknown; reason: string; by: string },
): { row: ApprovalRow; write: Write } {
  const now = time.now();
  const row: ApprovalRow = {
    id: time.uuid(),
    kind,
    subject: JSON.stringify(subject),
    reason,
    state: 'open',
    asked_by: by,
    asked_at: now,
    expires_at: now + patience,
    decided_by: null,
    decided_at: null,
  };
  return { row, write: db.insert(approvalsTable, [row]) };
}

/**
 * A second person agrees, or does not. What was agreed to is done in the same commit, once: of two who decide at the same moment one is told.
 * @throws Problem 403 (who asked can't agree; not allowed), 404, 409 (decided already, or too late)
 */
export async function decideApproval(
  runtime: Runtime,
  kinds: ReadonlyMap<string, ApprovalKind>,
  id: string,
  caller: Caller,
  agrees: boolean,
): Promise<ApprovalRow> {
  const { db, time } = runtime;
  const row = await findApproval(runtime, id);
  const kind = row && kinds.get(row.kind);
  if (!row || !kind) throw new Problem(404, 'There is nothing to approve under this id.');
  const own = row.asked_by === caller.name;
  if (own && agrees) throw new Problem(403, 'It needs a second person: who asked for it can only withdraw it.');
  if (!own && !may(caller, kind.scope)) throw new Problem(403, `Deciding on this needs ${kind.scope}.`);
  const now = time.now();
  if (row.state !== 'open') throw new Problem(409, `It was ${row.state} by ${row.decided_by} already.`);
  if (row.expires_at <= now) throw new Problem(409, 'It waited too long and has to be asked for anew.');
  const state = agrees ? 'approved' : own ? 'withdrawn' : 'rejected';
  const decided: ApprovalRow = { ...row, state, decided_by: caller.name, decided_at: now };
  const { writes, events = [] } = agrees ? await kind.apply(JSON.parse(row.subject), decided) : { writes: [] };
  const query = db
    .tables<AccountRows>()
    .updateTable('approvals')
    .set({ state, decided_by: caller.name, decided_at: now })
    .where('id', '=', id)
    .where('state', '=', 'open');
  try {
    await runtime.commit([{ query, atLeast: 1 }, ...writes], events);
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    const after = await findApproval(runtime, id);
    throw new Problem(
      409,
      after && after.state !== 'open'
        ? `It was ${after.state} by ${after.decided_by} already.`
        : 'What it is about changed meanwhile. Look again.',
    );
  }
  return decided;
}
