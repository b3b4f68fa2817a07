import { ConflictError, loop, type Outgoing, type Runtime, type Stoppable, type Write } from '../../runtime/index.js';
import { preservationFact } from './keep.js';
import type { PreservedRow, PreservedRows } from './tables.js';

const pollEvery = 30_000;
const atOnce = 50;

/** A request to keep it longer (Article 6(2)). */
export interface Prolonged {
  until: string;
  authority: string;
  reference: string;
  reason: string;
  by: string;
  at: string;
}

/** What time erases of one: related data after the six months, its content then too, unless somebody asked for it to be kept longer. */
function erasureOf(
  runtime: Pick<Runtime, 'db'>,
  row: PreservedRow,
  now: number,
): { writes: Write[]; events: Outgoing[] } {
  const rows = runtime.db.tables<PreservedRows>();
  const longer = (row.prolonged_until ?? 0) >= now;
  const destroy = rows
    .updateTable('preserved_parts')
    .set({ wrapped: null, sealed: null })
    .where('preserved_id', '=', row.id);
  const change: Partial<PreservedRow> = longer
    ? { next_at: (row.prolonged_until ?? 0) + 1 }
    : { state: 'erased', erased_at: now, next_at: null };
  const guarded = rows
    .updateTable('preserved')
    .set(change)
    .where('id', '=', row.id)
    .where('next_at', '=', row.next_at)
    .where('state', '=', row.state);
  const done = { happened: 'done', at: now, by: 'enforce' } as const;
  const prolonged = JSON.parse(row.prolonged) as Prolonged[];
  const facts = [
    preservationFact(row, {
      ...done,
      ...{ duty: 'tco-preservation', subject: row.id },
      evidence: longer ? 'the keys of its related data are destroyed' : 'its keys are destroyed',
    }),
    ...(longer ? [] : prolonged).map((_, i) =>
      preservationFact(row, {
        ...done,
        ...{ duty: 'tco-preservation-extended', subject: `${row.id}/${i + 1}`, evidence: 'its keys are destroyed' },
      }),
    ),
  ];
  return {
    writes: [{ query: guarded, atLeast: 1 }, { query: longer ? destroy.where('part', '=', 'related') : destroy }],
    events: facts,
  };
}

/** @returns how many were looked after */
export async function eraseDue(runtime: Runtime, signal?: AbortSignal): Promise<number> {
  const { db, time, log } = runtime;
  const now = time.now();
  const due = await db
    .tables<PreservedRows>()
    .selectFrom('preserved')
    .selectAll()
    .where('next_at', '<=', now)
    .orderBy('next_at')
    .limit(atOnce)
    .execute();
  for (const row of due) {
    if (signal?.aborted) break;
    const { writes, events } = erasureOf(runtime, row, now);
    try {
      await runtime.commit(writes, events);
      log.info({ preserved: row.id }, 'preserved content is erased: its time is over');
    } catch (error) {
      // Prolonged at this moment: it is looked at again.
      if (!(error instanceof ConflictError)) throw error;
    }
  }
  return due.length;
}

/** Destroys keys when their time is over. */
export const startErasing = (runtime: Runtime): Stoppable =>
  loop(
    runtime.time,
    pollEvery,
    async signal => void (await eraseDue(runtime, signal)),
    error => runtime.log.warn({ err: error }, 'preserved content whose time is over: tried again'),
  );
