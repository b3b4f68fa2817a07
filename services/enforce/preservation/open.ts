import { z } from 'zod';
import { type ApprovalKind, askApproval } from '../../accounts/index.js';
import { instant, toLedger } from '../../contracts/index.js';
import { ConflictError, isoTime, type Outgoing, Problem, type Runtime } from '../../runtime/index.js';
import { openPart, Unreadable } from './envelope.js';
import type { Prolonged } from './erase.js';
import { preservationFact } from './keep.js';
import type { PreservationKeys } from './keys.js';
import { type OpeningRow, openingsTable, type PreservedRow, type PreservedRows } from './tables.js';

/** How long (ms) what two agreed to open can be read, once. */
const readable = 3600_000;
/** How much longer one request can ask for: two years. */
const longest = 731 * 24 * 3600_000;

/** Article 6(1): (a) review and complaints, (b) prevention, detection, investigation and prosecution. */
export const purposes = ['review', 'complaint', 'investigation'] as const;
export const openingSchema = z.strictObject({
  purpose: z
    .enum(purposes)
    .describe(
      'administrative or judicial review; a complaint; prevention, investigation and prosecution of terrorist offences',
    ),
  reason: z.string().trim().min(20).max(2_000).describe('which proceedings, and why this content'),
});
export const prolongSchema = z.strictObject({
  until: instant,
  authority: z.string().trim().min(1).max(300).describe('the authority or court that asks for it'),
  reference: z.string().trim().min(1).max(200),
  reason: z.string().trim().min(20).max(2_000).describe('which review or complaint goes on'),
});

const findPreserved = ({ db }: Pick<Runtime, 'db'>, id: string): Promise<PreservedRow | undefined> =>
  db.tables<PreservedRows>().selectFrom('preserved').selectAll().where('id', '=', id).executeTakeFirst();

async function must(runtime: Pick<Runtime, 'db'>, id: string): Promise<PreservedRow> {
  const row = await findPreserved(runtime, id);
  if (!row) throw new Problem(404, 'Nothing is preserved under this id.');
  if (row.state === 'erased')
    throw new Problem(410, 'Its time is over: its keys are destroyed, and nobody can read it any more.');
  if (row.state === 'held') throw new Problem(409, 'It is not gone yet: it is only held until that is seen.');
  return row;
}

/** Kept beyond the six months, it is for the proceedings that it was kept for. */
function guardPurpose(row: PreservedRow, purpose: string, now: number): void {
  if (purpose === 'investigation' && (row.keep_until ?? 0) < now)
    throw new Problem(409, 'It is kept beyond the six months for a review or a complaint only (Article 6(2)).');
}

/** What the ledger enters of each opening: who, with whom, what for; nothing of the post. */
function accessed(row: PreservedRow, opening: OpeningRow, step: 'agreed' | 'read', at: number): Outgoing {
  const { id, purpose, reason, asked_by: by } = opening;
  const detail = {
    access: 'preserved content',
    step,
    preserved: row.id,
    order: row.order_id,
    item: row.n,
    opening: id,
    purpose,
    reason,
    by,
    second: opening.approved_by ?? '',
  };
  const made = { kind: 'data.accessed' as const, at, detail, ...(row.seal === null ? {} : { seal: row.seal }) };
  return toLedger(made, '/enforce', `${id}/${step}`);
}

interface Subject {
  opening: string;
  preserved: string;
  purpose: string;
}

/** Two people open it: one asks, another agrees. */
export const openingKind = (runtime: Runtime): ApprovalKind<Subject> => ({
  name: 'preserved-opening',
  scope: 'preserved:read',
  describe: ({ preserved, purpose }) => `Preserved content ${preserved} opened once, for: ${purpose}`,
  async apply({ opening, preserved, purpose }, { decided_by, decided_at }) {
    const rows = runtime.db.tables<PreservedRows>();
    const row = await must(runtime, preserved);
    const at = decided_at ?? runtime.time.now();
    guardPurpose(row, purpose, at);
    const asked = await rows.selectFrom('preserved_openings').selectAll().where('id', '=', opening).executeTakeFirst();
    if (!asked) throw new Problem(404, 'There is no such opening.');
    const change = { approved_by: decided_by, approved_at: at, until: at + readable };
    const query = rows
      .updateTable('preserved_openings')
      .set(change)
      .where('id', '=', opening)
      .where('approved_at', 'is', null);
    return { writes: [{ query, atLeast: 1 }], events: [accessed(row, { ...asked, ...change }, 'agreed', at)] };
  },
});

/** Asks for it to be opened. @throws Problem 404, 409, 410 */
export async function askOpening(
  runtime: Runtime,
  id: string,
  { purpose, reason }: z.output<typeof openingSchema>,
  by: string,
): Promise<OpeningRow> {
  const { db, time } = runtime;
  const row = await must(runtime, id);
  const now = time.now();
  guardPurpose(row, purpose, now);
  const opening = time.uuid();
  const subject: Subject = { opening, preserved: id, purpose };
  const { row: approval, write } = askApproval(runtime, { kind: 'preserved-opening', subject, reason, by });
  const asked: OpeningRow = {
    ...{ id: opening, preserved_id: id, purpose, reason, asked_by: by, asked_at: now, approval: approval.id },
    ...{ approved_by: null, approved_at: null, until: null, read_at: null },
  };
  await db.commit([db.insert(openingsTable, [asked]), write]);
  return asked;
}

/** What was preserved, part by part. @throws Problem 500, 503 */
async function decrypt({ db, log }: Runtime, keys: PreservationKeys, row: PreservedRow) {
  const parts = await db
    .tables<PreservedRows>()
    .selectFrom('preserved_parts')
    .selectAll()
    .where('preserved_id', '=', row.id)
    .where('wrapped', 'is not', null)
    .orderBy('n')
    .execute();
  const opened: Record<'content' | 'related', unknown[]> = { content: [], related: [] };
  for (const part of parts) {
    const key = await keys.secret(part.kid);
    if (!key)
      throw new Problem(
        503,
        `It is encrypted for the key ${part.kid}, which is not in this installation's PRESERVATION_KEY_FILE: bring that file back.`,
      );
    try {
      opened[part.part].push(await openPart(part, key));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      log.error({ preserved: row.id, part: part.part, n: part.n }, 'preserved content can not be read: it was changed');
      throw new Problem(500, 'It can not be read: it was changed since it was encrypted, or is not what belongs here.');
    }
  }
  return opened;
}

/**
 * Reads what two agreed to open: once, by who asked, within the hour. Both are entered in the ledger before anything is told; who gets no answer then has to ask anew.
 * @throws Problem 403 (not agreed, over, or read already), 404, 410, 500, 503
 */
export async function readPreserved(runtime: Runtime, keys: PreservationKeys, id: string, by: string) {
  const { db, time } = runtime;
  const rows = db.tables<PreservedRows>();
  const row = await must(runtime, id);
  const now = time.now();
  const opening = await rows
    .selectFrom('preserved_openings')
    .selectAll()
    .where('preserved_id', '=', id)
    .where('asked_by', '=', by)
    .where('until', '>', now)
    .where('read_at', 'is', null)
    .orderBy('until')
    .limit(1)
    .executeTakeFirst();
  if (!opening)
    throw new Problem(
      403,
      'It takes an opening of your own that a second person agreed to within the last hour, and that was not read yet.',
    );
  guardPurpose(row, opening.purpose, now);
  const opened = await decrypt(runtime, keys, row);
  const query = rows
    .updateTable('preserved_openings')
    .set({ read_at: now })
    .where('id', '=', opening.id)
    .where('read_at', 'is', null);
  try {
    await runtime.commit([{ query, atLeast: 1 }], [accessed(row, opening, 'read', now)]);
  } catch (error) {
    if (error instanceof ConflictError) throw new Problem(403, 'This opening was read at the same moment.');
    throw error;
  }
  return { row, opening, ...opened };
}

/** Keeps its content longer, as an authority or a court asks (Article 6(2)). @throws Problem 404, 409, 410, 422 */
export async function prolong(
  runtime: Runtime,
  id: string,
  { until, authority, reference, reason }: z.output<typeof prolongSchema>,
  by: string,
): Promise<PreservedRow> {
  const row = await must(runtime, id);
  const at = runtime.time.now();
  const end = Date.parse(until);
  const stands = Math.max(row.keep_until ?? 0, row.prolonged_until ?? 0);
  const wrong =
    end <= stands
      ? 'is no later than it is kept already'
      : end > at + longest
        ? 'is more than two years away'
        : undefined;
  if (wrong)
    throw new Problem(422, 'Some fields are missing or wrong.', { errors: [{ path: 'until', message: wrong }] });
  const asked: Prolonged = { until, authority, reference, reason, by, at: isoTime(at) };
  const list = [...(JSON.parse(row.prolonged) as Prolonged[]), asked];
  const change = {
    prolonged_until: end,
    prolonged: JSON.stringify(list),
    // Its related data are not kept longer.
    next_at: (row.keep_until ?? 0) >= at ? row.next_at : end + 1,
  };
  const query = runtime.db
    .tables<PreservedRows>()
    .updateTable('preserved')
    .set(change)
    .where('id', '=', id)
    .where('state', '=', 'kept')
    .where('prolonged', '=', row.prolonged);
  const subject = `${id}/${list.length}`;
  const evidence = `${authority}, ${reference}: ${reason}`;
  const said = { duty: 'tco-preservation-extended', subject, happened: 'begun', at, by, due: end, evidence } as const;
  await runtime.commit([{ query, atLeast: 1 }], [preservationFact(row, said)]);
  return { ...row, ...change };
}
