import type { ApprovalKind } from '../accounts/index.js';
import { plusMonths } from '../clocks/index.js';
import { type DutyMoved, eventId, toLedger } from '../contracts/index.js';
import { readHumanCheck, setHumanCheck } from '../enforce/index.js';
import { ConflictError, type Outgoing, Problem, type Runtime, type Write } from '../runtime/index.js';
import { type ExposureRow, exposuresTable } from './exposed-table.js';
import type { Parts } from './parts.js';
import { readSettings } from './settings.js';
import type { OrderRows } from './tables.js';

/** Article 5(4): so many final orders in the last twelve months are an objective factor. The decision is the authority's all the same. */
export const manyFinal = 2;

/** A decision as it was notified. Times are instants in RFC 3339. */
export interface Notified {
  reference: string;
  authority: string;
  notifiedAt: string;
}
export interface Lifted {
  reference: string;
  liftedAt: string;
}

type Parted = Pick<Runtime, 'db' | 'config'>;

/** The decision that binds; undefined where the provider is not exposed. */
const readExposure = ({ db }: Pick<Runtime, 'db'>): Promise<ExposureRow | undefined> =>
  db.tables<OrderRows>().selectFrom('exposures').selectAll().where('binds', '=', 1).executeTakeFirst();

export const listExposures = ({ db }: Pick<Runtime, 'db'>): Promise<ExposureRow[]> =>
  db.tables<OrderRows>().selectFrom('exposures').selectAll().orderBy('notified_at', 'desc').limit(50).execute();

/** Final TCO orders received in the twelve months before an instant. Cost: a range of the index by time of receipt. */
export async function finalOrders({ db, config }: Parted, now: number): Promise<{ count: number; since: number }> {
  const since = plusMonths(config.LEGAL_ZONE, now, -12);
  const { count } = await db
    .tables<OrderRows>()
    .selectFrom('orders')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('instrument', '=', 'tco')
    .where('received_at', '>', since)
    // Quotation marks within a text of the state are escaped: this is the field and nothing else.
    .where('state', 'like', '%"finality":"final"%')
    .executeTakeFirstOrThrow();
  return { count: Number(count), since };
}

/** A fact about one of the clocks that follow from the decision. */
function duty(
  name: 'tco-exposed-report' | 'tco-exposed-review',
  subject: string,
  happened: DutyMoved['happened'],
  { at, by, due, evidence }: { at: number; by: string; due?: number; evidence?: string },
): Outgoing {
  const data: DutyMoved = {
    ...{ platform: '', postId: '', version: 0, duty: name, subject, happened, at, by, route: 'desk' },
    ...(due === undefined ? {} : { due }),
    ...(evidence === undefined ? {} : { evidence }),
  };
  const id = eventId(subject, `${name}/${happened}`, at);
  return {
    topic: 'evidence',
    event: { id, type: 'duty.moved.v1', source: '/orders', time: at, key: subject, data },
  };
}

const reportOf = (row: Pick<ExposureRow, 'id' | 'report'>): string => `${row.id}/report/${row.report}`;
const reviewOf = (row: Pick<ExposureRow, 'id' | 'review_at'>): string => `${row.id}/review/${row.review_at}`;

const entered = (at: number, detail: Record<string, string>, cause: string): Outgoing =>
  toLedger({ kind: 'access.changed', at, detail }, '/orders', cause);

/** What two people agree on: that the provider is exposed, by a decision that was notified; and that it is so no more. */
export function exposedApprovals(runtime: Runtime): readonly ApprovalKind[] {
  const { db, config, time } = runtime;
  const share = readSettings(config.SANSDELAI_ORDERS).exposed.humanCheck;
  const exposed: ApprovalKind<Notified> = {
    name: 'exposed-provider',
    scope: 'orders:decide',
    describe: ({ reference, authority, notifiedAt }) =>
      `The provider is exposed to terrorist content: decision ${reference} of ${authority}, notified ${notifiedAt}`,
    async apply({ reference, authority, notifiedAt }, { id, asked_by, decided_by }) {
      if (await readExposure(runtime)) throw new Problem(409, 'A decision that the provider is exposed binds already.');
      const notified_at = Date.parse(notifiedAt);
      const at = time.now();
      const row: ExposureRow = {
        ...{ id, reference, authority, notified_at, entered_by: asked_by, approved_by: decided_by ?? '' },
        ...{ entered_at: at, report: 1, report_due_at: plusMonths(config.LEGAL_ZONE, notified_at, 3) },
        ...{ review_at: null, binds: 1, lifted_at: null, lifted_by: null, lifted_reference: null },
      };
      const detail = { change: 'exposed provider', reference, authority, notifiedAt, by: asked_by };
      return {
        writes: [db.insert(exposuresTable, [row]), setHumanCheck(db, share, at)],
        events: [
          duty('tco-exposed-report', reportOf(row), 'begun', { at: notified_at, by: asked_by }),
          entered(at, { ...detail, agreed: decided_by ?? '' }, `${id}/exposed`),
        ],
      };
    },
  };
  const lifted: ApprovalKind<Lifted> = {
    name: 'exposed-provider-lifted',
    scope: 'orders:decide',
    describe: ({ reference, liftedAt }) => `The provider is exposed no more: decision ${reference} of ${liftedAt}`,
    async apply({ reference, liftedAt }, { id, asked_by, decided_by }) {
      const row = await readExposure(runtime);
      if (!row) throw new Problem(409, 'No decision that the provider is exposed binds.');
      const at = time.now();
      const change = { binds: 0, lifted_at: Date.parse(liftedAt), lifted_by: asked_by, lifted_reference: reference };
      const ended = { at, by: asked_by, evidence: `lifted by decision ${reference}` };
      const detail = { change: 'exposed provider no more', reference, liftedAt, by: asked_by };
      return {
        writes: [moved(runtime, row, change as Partial<ExposureRow>), setHumanCheck(db, 0, at)],
        events: [
          duty('tco-exposed-report', reportOf(row), 'void', ended),
          ...(row.review_at === null ? [] : [duty('tco-exposed-review', reviewOf(row), 'void', ended)]),
          entered(at, { ...detail, agreed: decided_by ?? '' }, `${id}/lifted`),
        ],
      };
    },
  };
  return [exposed, lifted] as unknown as readonly ApprovalKind[];
}

/** The write that changes the decision as it was read, or conflicts. */
function moved({ db }: Pick<Runtime, 'db'>, row: ExposureRow, change: Partial<ExposureRow>): Write {
  const query = db
    .tables<OrderRows>()
    .updateTable('exposures')
    .set(change)
    .where('id', '=', row.id)
    .where('binds', '=', 1)
    .where('report', '=', row.report)
    .where(({ eb }) => (row.review_at === null ? eb('review_at', 'is', null) : eb('review_at', '=', row.review_at)));
  return { query, atLeast: 1 };
}

async function commitMoved(runtime: Runtime, write: Write, events: Outgoing[]): Promise<void> {
  try {
    await runtime.commit([write], events);
  } catch (error) {
    if (error instanceof ConflictError) throw new Problem(409, 'It changed meanwhile. Look again.');
    throw error;
  }
}

async function binding(runtime: Runtime): Promise<ExposureRow> {
  const row = await readExposure(runtime);
  if (!row) throw new Problem(409, 'No decision that the provider is exposed binds.');
  return row;
}

/** The report on the measures was sent (Article 5(5)): its clock ends, and the one of the next year begins. @throws Problem 409 */
export async function reportSent(runtime: Runtime, receipt: string, by: string): Promise<void> {
  const row = await binding(runtime);
  const at = runtime.time.now();
  const next = { report: row.report + 1, report_due_at: plusMonths(runtime.config.LEGAL_ZONE, row.report_due_at, 12) };
  await commitMoved(runtime, moved(runtime, row, next), [
    duty('tco-exposed-report', reportOf(row), 'done', { at, by, evidence: receipt }),
    duty('tco-exposed-report', reportOf({ ...row, ...next }), 'begun', { at, by, due: next.report_due_at }),
  ]);
}

/** A review of the decision was asked for, or answered (Article 5(6), 5(7)). @throws Problem 409 */
export async function reviewMoved(
  runtime: Runtime,
  what: 'asked' | 'answered',
  receipt: string,
  by: string,
): Promise<void> {
  const row = await binding(runtime);
  if ((row.review_at !== null) === (what === 'asked'))
    throw new Problem(409, what === 'asked' ? 'A review was asked for already.' : 'No review was asked for.');
  const at = runtime.time.now();
  const next = { ...row, review_at: what === 'asked' ? at : null };
  const event =
    what === 'asked'
      ? duty('tco-exposed-review', reviewOf(next), 'begun', { at, by })
      : duty('tco-exposed-review', reviewOf(row), 'done', { at, by, evidence: receipt });
  await commitMoved(runtime, moved(runtime, row, { review_at: next.review_at }), [event]);
}

/** The share that people verify follows the settings, while the provider is exposed. */
export async function keepHumanCheck({ runtime, settings }: Pick<Parts, 'runtime' | 'settings'>): Promise<void> {
  const { db, time } = runtime;
  const wanted = (await readExposure(runtime)) ? settings.exposed.humanCheck : 0;
  if ((await readHumanCheck(db)) !== wanted) await db.commit([setHumanCheck(db, wanted, time.now())]);
}
