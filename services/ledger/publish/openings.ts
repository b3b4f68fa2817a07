import { type Database, sql } from '../../runtime/index.js';
import type { SlaRows } from '../sla/index.js';
import type { LedgerRows } from '../tables.js';

/** Rows read at once. */
const page = 1_000;

/** An entry under non-disclosure: its order's seal is not lifted. */
const sealed = sql<boolean>`seal is not null and seal not in (select seal from ledger_seals)`;

/** The entries that moved a clock, as far as its history tells (what is folded away of it is not told any more). */
function entriesOf(history: string): number[] {
  const { moments } = JSON.parse(history) as { moments: { id: string }[] };
  return moments.map(({ id }) => Number.parseInt(id, 10));
}

/** Entries that are not under non-disclosure themselves, of clocks that are hidden since a later one is. */
async function hidden(db: Database): Promise<ReadonlySet<number>> {
  const rows = await db
    .tables<SlaRows>()
    .selectFrom('sla_clocks')
    .select('history')
    .where('seal', 'is not', null)
    .execute();
  return new Set(rows.flatMap(row => entriesOf(row.history)));
}

/** How many entries from `first` up to (not including) `size` stay closed. */
export async function countClosed(db: Database, first: number, size: number): Promise<number> {
  const among = [...(await hidden(db))].filter(idx => idx >= first && idx < size);
  const rows = db.tables<LedgerRows>();
  const own = await rows
    .selectFrom('ledger_entries')
    .select('idx')
    .where(sealed)
    .where('idx', '>=', first)
    .where('idx', '<', size)
    .execute();
  return new Set([...among, ...own.map(({ idx }) => idx)]).size;
}

interface OpenRow {
  idx: number;
  salt: string;
  opening: string;
}

/** As it is published: `{"index", "salt", "opening"}`, a line. */
const lineOf = ({ idx, salt, opening }: OpenRow): string =>
  `{"index":${idx},"salt":${JSON.stringify(salt)},"opening":${opening}}\n`;

/** The openings of entries `first` up to (not including) `size` that may be opened, some lines at a time. */
export async function* openingsBetween(db: Database, first: number, size: number): AsyncGenerator<string> {
  const closed = await hidden(db);
  const rows = db.tables<LedgerRows>();
  for (let from = first; from < size; ) {
    const found = await rows
      .selectFrom('ledger_entries')
      .select(['idx', 'salt', 'opening'])
      .where('idx', '>=', from)
      .where('idx', '<', size)
      .where(sql<boolean>`not (${sealed})`)
      .orderBy('idx')
      .limit(page)
      .execute();
    const last = found.at(-1);
    if (!last) return;
    yield found
      .filter(({ idx }) => !closed.has(idx))
      .map(lineOf)
      .join('');
    from = last.idx + 1;
  }
}

/** Clocks with a stretch that began in a period, a page of their histories at a time. */
async function* historiesOf(db: Database, from: number, to: number): AsyncGenerator<string[]> {
  const rows = db.tables<SlaRows>();
  const ended = (after: { began: number; clock: string }) =>
    rows
      .selectFrom('sla_stretches as s')
      .innerJoin('sla_clocks as c', 'c.clock', 's.clock')
      .select(['s.began', 's.clock', 'c.history'])
      .where('s.began', '>=', after.began)
      .where('s.began', '<', to)
      .where(where => where.or([where('s.began', '>', after.began), where('s.clock', '>', after.clock)]))
      .orderBy('s.began')
      .orderBy('s.clock')
      .limit(page)
      .execute();
  const open = (after: { began: number; clock: string }) =>
    rows
      .selectFrom('sla_clocks as c')
      .select(['c.began', 'c.clock', 'c.history'])
      .where('c.open', '=', 1)
      .where('c.began', '>=', after.began)
      .where('c.began', '<', to)
      .where(where => where.or([where('c.began', '>', after.began), where('c.clock', '>', after.clock)]))
      .orderBy('c.began')
      .orderBy('c.clock')
      .limit(page)
      .execute();
  for (const read of [ended, open]) {
    for (let after: { began: number; clock: string } | undefined = { began: from, clock: '' }; after; ) {
      const found: { began: number | null; clock: string; history: string }[] = await read(after);
      yield found.map(({ history }) => history);
      const last = found.at(-1);
      after = last && found.length === page ? { began: last.began as number, clock: last.clock } : undefined;
    }
  }
}

/**
 * The openings of entries before `first` that moved clocks which began, or began again, in the period: a clock that was reopened is told with its
 * start.
 */
export async function* openingsBefore(db: Database, first: number, from: number, to: number): AsyncGenerator<string> {
  if (first === 0) return;
  const earlier = new Set<number>();
  for await (const histories of historiesOf(db, from, to))
    for (const idx of histories.flatMap(entriesOf)) if (idx < first) earlier.add(idx);
  const sorted = [...earlier].sort((a, b) => a - b);
  const closed = await hidden(db);
  for (let i = 0; i < sorted.length; i += page) {
    const found = await db
      .tables<LedgerRows>()
      .selectFrom('ledger_entries')
      .select(['idx', 'salt', 'opening'])
      .where('idx', 'in', sorted.slice(i, i + page))
      .where(sql<boolean>`not (${sealed})`)
      .orderBy('idx')
      .execute();
    yield found
      .filter(({ idx }) => !closed.has(idx))
      .map(lineOf)
      .join('');
  }
}
