import { type Database, sql, UnavailableError } from '../../runtime/index.js';
import { cancelledBucket, exactOf, openBucket } from './buckets.js';
import {
  type Dimension,
  dimensions,
  type Figure,
  figureOf,
  groupOf,
  inOrder,
  type Percentiles,
  percentiles,
  pick,
  rankOf,
  type Tally,
} from './figures.js';
import { earliest, latest, monthOf, monthStart, partsOf } from './period.js';
import type { Verdict } from './spans.js';

export interface FiguresQuery {
  /** The period holds the stretches that began at `from` or later, and before `to`: ms since 1970, UTC; up to the end of 2099. */
  from: number;
  to: number;
  /** What is open is past due by this instant. */
  now: number;
  /** By obligation alone where left out; the obligation is always among them. */
  by?: readonly Dimension[];
}

export interface Figures {
  /** The log's size that they belong to: they follow from the entries before it, and from nothing else. */
  size: number;
  /** Clocks under non-disclosure that first started in the months of the period: in no figure, and by nothing else than their number. */
  sealed: number;
  figures: Figure[];
}

/** How often it is read again where what was counted changed before its rows were read. */
const tries = 8;
/** Rows of one question's list: far below what an engine takes. */
const listed = 500;

interface Counted {
  kind: 'size' | 'sealed' | 'count' | 'undue';
  obligation: string;
  route: string;
  language: string;
  verdict: Verdict | '';
  n: number;
  /** Of `count`: buckets, each followed by how many there are in it. Rows for each were most of the time that a reading took. */
  buckets: string;
}

type Group = Pick<Counted, Dimension>;

/** What was counted of a group; `ended`: stretches with a figure, by bucket. */
interface Gathered {
  group: Group;
  tallies: Tally[];
  ended: Map<number, number>;
}

/** Of a group, the figures whose places are these are to be found in the rows of a bucket. */
interface Wanted {
  group: Group;
  bucket: number;
  /** How many there are in the bucket, and which of them are asked for: places from 1. */
  n: number;
  places: { name: keyof Percentiles; place: number; into: Percentiles }[];
}

/**
 * The figures of a period, exact: percentiles are figures that there are, by nearest rank.
 * Cost: the counts of its months (some ten thousand rows), and the rows of the buckets in which the percentiles lie. Of a month that is not whole,
 * the rows of the smaller part of it.
 * @throws UnavailableError where the database can't be read, or not in time
 */
export async function readFigures(db: Database, query: FiguresQuery): Promise<Figures> {
  for (let left = tries; left > 0; left--) {
    const from = Math.min(Math.max(query.from, earliest), latest - 1);
    const to = Math.max(Math.min(query.to, latest), from + 1);
    const figures = await readOnce(db, { ...query, from, to, by: dimensionsOf(query.by) });
    if (figures) return figures;
  }
  throw new UnavailableError('the figures changed each time while they were read');
}

const dimensionsOf = (by: readonly Dimension[] = []): Dimension[] => [
  'obligation',
  ...(['route', 'language'] as const).filter(dimension => by.includes(dimension)),
];

async function readOnce(db: Database, query: Required<FiguresQuery>): Promise<Figures | undefined> {
  const { by } = query;
  const counted = await count(db, query);
  const single = (kind: Counted['kind']): number => counted.find(row => row.kind === kind)?.n ?? 0;
  const size = single('size');

  const groups = new Map<string, Gathered>();
  for (const row of counted) {
    if (row.kind !== 'count' && row.kind !== 'undue') continue;
    const name = groupOf(by, row);
    const known: Gathered = groups.get(name) ?? { group: row, tallies: [], ended: new Map() };
    groups.set(name, known);
    const verdict = row.verdict as Verdict;
    if (row.kind === 'undue') known.tallies.push({ state: 'open', verdict, n: 0, undue: row.n });
    const sums = { stopped: 0, cancelled: 0, open: 0 };
    for (const [bucket, n] of pairs(row.buckets)) {
      const state = bucket === openBucket ? 'open' : bucket === cancelledBucket ? 'cancelled' : 'stopped';
      sums[state] += n;
      if (state === 'stopped') known.ended.set(bucket, (known.ended.get(bucket) ?? 0) + n);
    }
    for (const state of ['stopped', 'cancelled', 'open'] as const)
      known.tallies.push({ state, verdict, n: sums[state] });
  }
  const wanted: Wanted[] = [];
  const told = [...groups.values()].filter(({ tallies }) => tallies.some(({ n }) => n !== 0));
  const figures = told.map(({ group, tallies, ended }) => {
    const figure = figureOf(pick(by, group), tallies);
    return figure.count === 0 ? figure : { ...figure, ms: locate(group, ended, figure.count, wanted) };
  });
  // Entries may have come in since: what belongs to them is left out, and where they changed what was there, it is read again.
  const complete = await fill(db, query, size, wanted);
  return complete ? { size, sealed: single('sealed'), figures: figures.sort(inOrder(by)) } : undefined;
}

/** The months of a period in which anything began. Cost: one look-up in the index for each. */
async function monthsThere(db: Database, { from, to }: Pick<FiguresQuery, 'from' | 'to'>): Promise<string[]> {
  const last = monthOf(to - 1);
  const { rows } = await sql<{ month: string }>`select month from (
    with recursive there(month) as (
      select min(month) from sla_counts where month >= ${monthOf(from)} and month <= ${last}
      union all select (select min(month) from sla_counts where month > there.month and month <= ${last})
        from there where there.month is not null
    ) select month from there where month is not null) as found`.execute(db.tables<unknown>());
  return rows.map(({ month }) => month);
}

/** All that is counted, in one statement: one state of the database. */
async function count(db: Database, { from, to, now, by }: Required<FiguresQuery>): Promise<Counted[]> {
  const { months, edges } = partsOf(from, to, now);
  const told = (dimension: Dimension) => (by.includes(dimension) ? sql.ref(dimension) : sql`''`);
  const group = sql`obligation, ${told('route')} as route, ${told('language')} as language`;
  const grouped = sql.join(by.map(dimension => sql.ref(dimension)));
  const open = sql.lit(openBucket);
  const sources = [
    ...(months.length === 0
      ? []
      : [
          sql`select obligation, route, language, bucket, verdict, n from sla_counts where month in (${sql.join(months)})`,
        ]),
    ...edges.flatMap(({ from, to, sign }) => [
      sql`select obligation, route, language, bucket, verdict, ${sql.lit(sign)} as n from sla_stretches
        where began >= ${from} and began < ${to}`,
      sql`select obligation, route, language, ${open} as bucket, verdict, ${sql.lit(sign)} as n from sla_clocks
        where open = 1 and began >= ${from} and began < ${to}`,
    ]),
  ];
  const counts = sql.join(sources, sql` union all `);
  // The counts of one month are as they are stored, where they are told by everything.
  const asStored = months.length === 1 && edges.length === 0 && by.length === dimensions.length;
  const summed = asStored
    ? counts
    : sql`select ${group}, bucket, verdict, cast(sum(n) as bigint) as n from (${counts}) as parts
      group by ${grouped}, bucket, verdict having sum(n) <> 0`;
  const lastMonth = monthStart(to - 1, 1);
  const pair = sql`cast(bucket as text) || ' ' || cast(n as text)`;
  const pairs = db.engine === 'postgres' ? sql`string_agg(${pair}, ' ')` : sql`group_concat(${pair}, ' ')`;
  const { rows } = await sql<Counted>`
    select 'size' as kind, '' as obligation, '' as route, '' as language, '' as verdict,
      coalesce((select size from ledger_state where id = 1), 0) as n, '' as buckets
    union all select 'sealed', '', '', '', '', count(*), '' from sla_clocks
      where seal is not null and began >= ${monthStart(from)} and began < ${lastMonth}
    union all select 'count', obligation, route, language, verdict, 0, ${pairs} from (${summed}) as counted
      group by obligation, route, language, verdict
    union all select 'undue', ${group}, verdict, count(*), '' from sla_clocks
      where open = 1 and due >= ${now} and began >= ${from} and began < ${to} group by ${grouped}, verdict
  `.execute(db.tables<unknown>());
  return rows;
}

function* pairs(list: string): Generator<[number, number]> {
  if (list === '') return;
  const numbers = list.split(' ');
  for (let i = 0; i < numbers.length; i += 2) yield [Number(numbers[i]), Number(numbers[i + 1])];
}

/** Finds the bucket of each percentile. Where it has one figure only that is told; the others are asked for. */
function locate(group: Group, ended: ReadonlyMap<number, number>, count: number, wanted: Wanted[]): Percentiles {
  const into: Percentiles = { p50: 0, p95: 0, p99: 0, max: 0 };
  const left = Object.entries(percentiles) as [keyof Percentiles, number][];
  let before = 0;
  for (const [bucket, n] of [...ended].sort(([a], [b]) => a - b)) {
    const here = left.filter(([, percent]) => rankOf(percent, count) <= before + n);
    left.splice(0, here.length);
    const exact = exactOf(bucket);
    for (const [name] of here) into[name] = exact ?? 0;
    if (exact === undefined && here.length > 0) {
      const places = here.map(([name, percent]) => ({ name, place: rankOf(percent, count) - before, into }));
      wanted.push({ group, bucket, n, places });
    }
    before += n;
  }
  return into;
}

/** Reads the rows of the buckets that percentiles lie in. @returns false where they are not those that were counted */
async function fill(
  db: Database,
  { from, to, by }: Required<FiguresQuery>,
  size: number,
  wanted: readonly Wanted[],
): Promise<boolean> {
  if (wanted.length === 0) return true;
  const months = await monthsThere(db, { from, to });
  const asked = wanted.flatMap((want, i) => months.map(month => ({ i, month, ...want })));
  const found = wanted.map(() => [] as { ms: number; n: number }[]);
  const same = sql.join(
    (['month', 'bucket', ...by] as const).map(column => sql`s.${sql.ref(column)} = t.${sql.ref(column)}`),
    sql` and `,
  );
  const chunks = Array.from({ length: Math.ceil(asked.length / listed) }, (_, n) =>
    asked.slice(n * listed, (n + 1) * listed),
  );
  await Promise.all(
    chunks.map(async chunk => {
      const list = chunk.map(
        ({ i, month, bucket, group }) =>
          sql`(cast(${i} as integer), ${month}, cast(${bucket} as integer), ${group.obligation}, ${group.route}, ${group.language})`,
      );
      const { rows } = await sql<{ i: number; ms: number; n: number }>`select * from (
        with t(i, month, bucket, obligation, route, language) as (values ${sql.join(list)})
        select t.i as i, s.ms as ms, count(*) as n from t cross join sla_stretches as s
        where ${same} and s.began >= ${from} and s.began < ${to} and s.since < ${size} group by t.i, s.ms) as found
      `.execute(db.tables<unknown>());
      for (const { i, ms, n } of rows) found[i]?.push({ ms, n });
    }),
  );
  return wanted.every(({ n, places }, i) => {
    const rows = (found[i] ?? []).sort((a, b) => a.ms - b.ms);
    if (rows.reduce((sum, row) => sum + row.n, 0) !== n) return false;
    for (const { name, place, into } of places) {
      let before = 0;
      for (const { ms, n } of rows) {
        if (before < place) into[name] = ms;
        before += n;
      }
    }
    return true;
  });
}
