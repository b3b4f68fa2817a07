import type { OpenMove } from '../../contracts/index.js';
import { type Database, sql, type Table, type Write } from '../../runtime/index.js';
import { findState } from '../state.js';
import type { LedgerRows } from '../tables.js';
import { bucketOfSpan } from './buckets.js';
import { monthOf } from './period.js';
import { emptyTrack, firstStart, follow, moveId, type Span, spansOf, type Track } from './spans.js';
import {
  type SlaClockRow,
  type SlaCountRow,
  type SlaRows,
  type SlaStretchRow,
  slaClocksTable,
  slaSealedTable,
  slaStretchesTable,
} from './tables.js';

/** A move as it was entered. */
export interface EnteredMove {
  entry: number;
  seal?: string;
  move: OpenMove;
}

const trackOf = ({ obligation, history }: SlaClockRow): Track => ({ obligation, history: JSON.parse(history) });

function rowOf(clock: string, track: Track, spans: readonly Span[], seal: string | null): SlaClockRow {
  const { obligation, history } = track;
  const row = { clock, obligation, history: JSON.stringify(history), seal };
  const closed = { ...row, open: 0, began: null, due: null, route: null, language: null, verdict: null } as const;
  // Of what is hidden only when it began is told, and only by the month.
  if (seal !== null) return { ...closed, began: firstStart(track) ?? null };
  const open = spans.at(-1);
  if (open?.state !== 'open') return closed;
  const { began, due, route, language, verdict } = open;
  return { ...row, open: 1, began, due: due ?? null, route, language, verdict };
}

function stretchOf(clock: string, span: Span, since: number): SlaStretchRow {
  const { obligation, route, language, began, ms, verdict } = span;
  return {
    month: monthOf(began),
    obligation,
    bucket: bucketOfSpan(span),
    route,
    language,
    ms,
    began,
    since,
    clock,
    verdict,
  };
}

/** Gathers what changes in one commit. */
class Changes {
  readonly clocks: SlaClockRow[] = [];
  readonly added: SlaStretchRow[] = [];
  readonly sealed: (SlaStretchRow & { seal: string })[] = [];
  readonly #removed: { row: SlaStretchRow; seal: string | null }[] = [];
  readonly #counts = new Map<string, SlaCountRow>();

  count({ month, obligation, route, language, bucket, verdict }: SlaStretchRow, n: 1 | -1): void {
    const key = [month, obligation, route, language, bucket, verdict].join('\0');
    const row = this.#counts.get(key) ?? { month, obligation, route, language, bucket, verdict, n: 0 };
    row.n += n;
    this.#counts.set(key, row);
  }

  put(clock: string, span: Span, since: number, seal: string | null): void {
    const row = stretchOf(clock, span, since);
    if (seal === null) this.count(row, 1);
    if (span.state === 'open') return;
    if (seal === null) this.added.push(row);
    else this.sealed.push({ ...row, seal });
  }

  take(clock: string, span: Span, seal: string | null): void {
    const row = stretchOf(clock, span, 0);
    if (seal === null) this.count(row, -1);
    if (span.state !== 'open') this.#removed.push({ row, seal });
  }

  writes(db: Database): Write[] {
    const insert = <R extends object>(table: Table, rows: readonly R[]): Write[] =>
      rows.length === 0 ? [] : [db.insert(table, rows, table === slaClocksTable ? { onConflict: 'replace' } : {})];
    return [
      ...this.#removed.map(({ row, seal }) => removal(db, row, seal)),
      ...insert(slaClocksTable, this.clocks),
      ...insert(slaStretchesTable, this.added),
      ...insert(slaSealedTable, this.sealed),
      ...addCounts(
        db,
        [...this.#counts.values()].filter(({ n }) => n !== 0),
      ),
    ];
  }
}

/** Takes out a stretch that is another one by what came later. */
function removal(db: Database, row: SlaStretchRow, seal: string | null): Write {
  const { month, obligation, bucket, route, language, ms, began, clock, verdict } = row;
  const rows = db.tables<SlaRows>();
  if (seal !== null) {
    const query = rows
      .deleteFrom('sla_sealed')
      .where('seal', '=', seal)
      .where('clock', '=', clock)
      .where('bucket', '=', bucket)
      .where('began', '=', began)
      .where('ms', '=', ms)
      .where('verdict', '=', verdict);
    return { query, atLeast: 1 };
  }
  const query = rows
    .deleteFrom('sla_stretches')
    .where('month', '=', month)
    .where('obligation', '=', obligation)
    .where('bucket', '=', bucket)
    .where('route', '=', route)
    .where('language', '=', language)
    .where('ms', '=', ms)
    .where('began', '=', began)
    .where('clock', '=', clock)
    .where('verdict', '=', verdict);
  return { query, atLeast: 1 };
}

/** Sizes of statements: few, so that each is prepared once. */
const together = [200, 20, 1];

function addCounts(db: Database, counts: readonly SlaCountRow[]): Write[] {
  const writes: Write[] = [];
  let at = 0;
  for (const size of together) {
    for (; counts.length - at >= size; at += size) {
      const query = db
        .tables<SlaRows>()
        .insertInto('sla_counts')
        .values(counts.slice(at, at + size))
        .onConflict(conflict =>
          conflict
            .columns(['month', 'obligation', 'route', 'language', 'bucket', 'verdict'])
            .doUpdateSet({ n: sql<number>`sla_counts.n + excluded.n` }),
        );
      writes.push({ query });
    }
  }
  return writes;
}

/** Spans as far as they are the same: what has to be put, and what taken. */
function difference(before: readonly Span[], after: readonly Span[]): { put: Span[]; take: Span[] } {
  if (before.length === 0) return { put: [...after], take: [] };
  const left = new Map<string, Span[]>();
  const nameOf = ({ due: _, ...span }: Span): string => JSON.stringify(Object.values(span));
  for (const span of before) left.set(nameOf(span), [...(left.get(nameOf(span)) ?? []), span]);
  const put = after.filter(span => left.get(nameOf(span))?.pop() === undefined);
  return { put, take: [...left.values()].flat() };
}

/**
 * What a batch of entries changes in the figures, for the commit that appends them. The moves alone decide: they may come late, twice, or in any
 * order. Cost: one look-up by key for the batch.
 * @param moves of the entries, in the log's order. `seal`: its clock is hidden from now on, unless `ledger_seals` says that the seal was lifted.
 * The size of the log must have been read before, and be guarded by an earlier write of the same commit.
 */
export async function figureWrites(db: Database, moves: readonly EnteredMove[]): Promise<Write[]> {
  if (moves.length === 0) return [];
  const rows = db.tables<SlaRows & LedgerRows>();
  const lifted = moves.some(({ seal }) => seal !== undefined)
    ? await rows.selectFrom('ledger_seals').select('seal').execute()
    : undefined;
  const isLifted = new Set(lifted?.map(({ seal }) => seal));
  const found = await rows
    .selectFrom('sla_clocks')
    .selectAll()
    .where('clock', 'in', db.among([...new Set(moves.map(({ move }) => move.clock))]))
    .execute();
  const known = new Map(found.map(row => [row.clock, row]));

  const states = new Map<string, { track: Track; settled: Span[]; seal: string | null; since: number }>();
  let place = -1;
  for (const [i, { entry, seal, move }] of moves.entries()) {
    place = moves[i - 1]?.entry === entry ? place + 1 : 0;
    const row = known.get(move.clock);
    const state = states.get(move.clock) ?? {
      track: row ? trackOf(row) : emptyTrack(move.obligation),
      settled: [],
      seal: row?.seal ?? null,
      since: entry,
    };
    const { track, settled } = follow(state.track, moveId(entry, place), move);
    const hidden = seal !== undefined && !isLifted.has(seal) ? seal : null;
    states.set(move.clock, {
      track,
      settled: [...state.settled, ...settled],
      seal: state.seal ?? hidden,
      since: entry,
    });
  }

  const changes = new Changes();
  for (const [clock, { track, settled, seal, since }] of states) {
    const before = known.get(clock);
    const spans = spansOf(track);
    const after = rowOf(clock, track, spans, seal);
    if (before?.seal === seal && before.history === after.history) continue;
    const old = before ? spansOf(trackOf(before)) : [];
    const all = [...settled, ...spans];
    const moved = (before?.seal ?? null) === seal ? difference(old, all) : { put: all, take: old };
    for (const span of moved.take) changes.take(clock, span, before?.seal ?? null);
    for (const span of moved.put) changes.put(clock, span, since, seal);
    changes.clocks.push(after);
  }
  const hidden = found.filter(row => row.seal !== null).map(({ clock }) => clock);
  return [...sealGuards(db, hidden, lifted?.length), ...changes.writes(db)];
}

/** Conflict where a seal was lifted since this was read: what was hidden then would be hidden for good. */
function sealGuards(db: Database, hidden: readonly string[], seals: number | undefined): Write[] {
  const rows = db.tables<SlaRows & LedgerRows>();
  const guards: Write[] = [];
  if (hidden.length > 0) {
    const query = rows
      .updateTable('sla_clocks')
      .set(({ ref }) => ({ seal: ref('seal') }))
      .where('clock', 'in', db.among(hidden))
      .where('seal', 'is not', null);
    guards.push({ query, atLeast: hidden.length });
  }
  if (seals !== undefined) {
    const query = sql`update ledger_state set changed_at = changed_at
      where id = 1 and (select count(*) from ledger_seals) = ${seals}`.compile(rows);
    guards.push({ query, atLeast: 1 });
  }
  return guards;
}

/**
 * What was hidden by this order comes into the figures. For the commit that puts the seal into `ledger_seals`; it conflicts where something was
 * appended since this was read, and has to be made afresh then.
 */
export async function unsealWrites(db: Database, seal: string): Promise<Write[]> {
  const rows = db.tables<SlaRows & LedgerRows>();
  const state = await findState(db);
  if (!state) return [];
  const clocks = await rows.selectFrom('sla_clocks').selectAll().where('seal', '=', seal).execute();
  const stretches = await rows.selectFrom('sla_sealed').selectAll().where('seal', '=', seal).execute();
  const changes = new Changes();
  for (const { seal: _, ...row } of stretches) {
    changes.count(row, 1);
    changes.added.push(row);
  }
  for (const row of clocks) {
    const track = trackOf(row);
    const spans = spansOf(track);
    for (const span of spans) if (span.state === 'open') changes.put(row.clock, span, 0, null);
    changes.clocks.push(rowOf(row.clock, track, spans, null));
  }
  const guard = rows
    .updateTable('ledger_state')
    .set({ size: state.size })
    .where('id', '=', 1)
    .where('size', '=', state.size);
  return [
    { query: guard, atLeast: 1 },
    { query: rows.deleteFrom('sla_sealed').where('seal', '=', seal) },
    ...changes.writes(db),
  ];
}
