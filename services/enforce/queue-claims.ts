import { Problem, type Runtime, sql } from '../runtime/index.js';
import { type QueueRow, type QueueRows, slotOf } from './queue-table.js';
import type { Kept } from './review-queues.js';
import type { Kind, ReviewRows } from './review-tables.js';
import type { CaseRow, EnforceRows } from './tables.js';

/** How long a case is kept for who has it before them, unless they say again that they are there. */
export const lease = 180_000;
/** Rows read at a time, and how often at the most, where much of what comes first is not for this person. */
const page = 50;
const pages = 8;

type Needs = Pick<Runtime, 'db' | 'time'>;

export interface Claim {
  /** How many. */
  n: number;
  /** Only these; `''` is what came without a language. */
  languages?: readonly string[];
  /** Only these; all, where left out. */
  kinds?: readonly Kind[] | undefined;
  /** Which of these cases are for them; all, where left out. @returns their ids */
  suits?(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Not these: passed over, or before them already. */
  except?: readonly string[];
  /** Lanes that this person serves beside what is for everybody. */
  lanes?: readonly string[];
  /** What waits in whatever lane since before this instant is for them too. */
  lateBefore?: number;
  /** Queues that this person serves: their cases come before others. */
  queues?: readonly string[];
  /** What others who are at work get first. */
  kept?: readonly Kept[];
  /** Half of the usual time is over of what was opened before this instant: it is for all again, and what is due first comes first. */
  halfBefore?: number;
}

/** Where cases are looked for: among these, among those of the queues that this person serves, or among all that are for everybody. */
type Source = readonly string[] | 'late' | 'served' | 'shared';

/** In this order. Who serves a queue gets its cases before others, but not before what has waited for half of its time. */
const sourcesOf = ({ queues = [] }: Claim): Source[] =>
  queues.length === 0 ? ['shared'] : ['late', 'served', 'shared'];

const mostPlaced = 500;

/** Cases that were handed to this person, then those of their lanes. Cost: short ranges of the indexes of `review_lanes`. */
async function placedFor({ db }: Needs, who: string, { lanes = [], lateBefore }: Claim): Promise<string[][]> {
  const placed = await db
    .tables<ReviewRows>()
    .selectFrom('review_lanes')
    .select(['case_id', 'assignee'])
    .where(row => {
      const late =
        lateBefore === undefined ? [] : [row.and([row('lane', 'is not', null), row('at', '<=', lateBefore)])];
      const mine = lanes.length > 0 ? [row('lane', 'in', db.among(lanes))] : [];
      return row.or([row('assignee', '=', who), ...mine, ...late]);
    })
    .orderBy('at')
    .limit(mostPlaced)
    .execute();
  return [true, false].map(own => placed.filter(row => (row.assignee === who) === own).map(row => row.case_id));
}

/**
 * Takes the next cases for a person, each under a lease: nobody else gets them meanwhile. What they had already (another tab, a page that was
 * loaded again) comes again. What is due first comes first; of what is due in the same quarter of an hour the most harmful. Cases of a queue come
 * first to those who serve it, and to nobody else while these are at work, until half of their time is over.
 * Cost: a short range of an index, as long as few are claimed; each claim is a compare-and-set.
 */
export async function claimCases(runtime: Needs, who: string, claim: Claim): Promise<CaseRow[]> {
  const claimed: CaseRow[] = [];
  for (const source of [...(await placedFor(runtime, who, claim)), ...sourcesOf(claim)]) {
    if (source.length === 0) continue;
    let after: QueueRow | undefined;
    for (let read = 0; read < pages && claimed.length < claim.n; read++) {
      const found = await readFree(runtime, who, claim, source, after);
      const had = new Set(claimed.map(({ id }) => id));
      const [open, suit] = await Promise.all([openCases(runtime, found), claim.suits?.(found.map(row => row.case_id))]);
      const free = open.filter(({ id }) => !had.has(id));
      const wanted = suit ? free.filter(({ id }) => suit.has(id)) : free;
      while (wanted.length > 0 && claimed.length < claim.n) {
        const asked = wanted.splice(0, claim.n - claimed.length);
        const taken = await take(runtime, who, asked);
        claimed.push(...taken);
        // Others ask at this moment, for the same: each goes on elsewhere among what is due now.
        if (taken.length < asked.length) wanted.push(...wanted.splice(0, placeOf(who, wanted.length)));
      }
      after = found.at(-1);
      if (found.length < page) break;
    }
  }
  return claimed;
}

/** A place in a list, by name. */
function placeOf(who: string, length: number): number {
  const sum = [...who].reduce((all, letter) => (all * 31 + (letter.codePointAt(0) ?? 0)) >>> 0, 7);
  return length === 0 ? 0 : sum % length;
}

async function readFree({ db, time }: Needs, who: string, claim: Claim, source: Source, after: QueueRow | undefined) {
  const { languages, kinds, except = [], queues = [], kept = [], halfBefore = 0 } = claim;
  const now = time.now();
  let query = db
    .tables<QueueRows & ReviewRows>()
    .selectFrom('review_queue')
    .selectAll()
    .where('held', 'is', null)
    .where(row => row.or([row('lease_until', '<=', now), row('holder', '=', who)]));
  if (languages && languages.length > 0) query = query.where('language', 'in', db.among(languages));
  if (kinds) query = query.where(sql<boolean>`kind in ${db.among(kinds)}`);
  if (except.length > 0) query = query.where('case_id', 'not in', db.among(except));
  if (source === 'late') {
    query = query
      .where('slot', '<=', slotOf(halfBefore))
      .where(sql<boolean>`(slot = 0 or not (${timely(now, halfBefore)}))`);
  }
  if (source === 'served') query = query.where('queue', 'in', db.among(queues));
  if (source === 'shared' && kept.length > 0)
    query = query.where(sql<boolean>`not (${keptFor(db, kept, timely(now, halfBefore))})`);
  if (typeof source === 'string') {
    query = query.where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('review_lanes as l')
            .select('l.case_id')
            .whereRef('l.case_id', '=', 'review_queue.case_id')
            .where(row => row.or([row('l.lane', 'is not', null), row('l.kept_until', '>', now)])),
        ),
      ),
    );
  } else {
    query = query.where('case_id', 'in', db.among(source));
  }
  if (after) {
    const { slot, rank, opened_at, case_id } = after;
    query = query.where(sql<boolean>`(slot, rank, opened_at, case_id) > (${slot}, ${rank}, ${opened_at}, ${case_id})`);
  }
  return query.orderBy('slot').orderBy('rank').orderBy('opened_at').orderBy('case_id').limit(page).execute();
}

/** Less than half of its time is over. */
const timely = (now: number, halfBefore: number) =>
  sql`case when due_at is null then opened_at > ${halfBefore} else (opened_at + due_at) / 2 > ${now} end`;

/** What others get first. Never null: that would keep from all what has no queue. */
function keptFor(db: Needs['db'], kept: readonly Kept[], early: ReturnType<typeof timely>) {
  const of = kept.map(({ queues, languages, kinds }) => {
    const language = languages.length > 0 ? sql` and language in ${db.among([...languages, ''])}` : sql``;
    const kind = kinds ? sql` and coalesce(kind, 'media') in ${db.among(kinds)}` : sql``;
    return sql`(coalesce(queue, '') in ${db.among(queues)}${language}${kind})`;
  });
  return sql`queue is not null and ${early} and (${sql.join(of, sql` or `)})`;
}

/** Their cases, in this order; rows whose case is not open any more are left out. */
async function openCases({ db }: Needs, found: readonly QueueRow[]): Promise<CaseRow[]> {
  const rows = await db
    .tables<EnforceRows>()
    .selectFrom('cases')
    .selectAll()
    .where('id', 'in', db.among(found.map(row => row.case_id)))
    .where('state', '=', 'open')
    .execute();
  const byId = new Map(rows.map(row => [row.id, row]));
  return found.flatMap(row => byId.get(row.case_id) ?? []);
}

/** @returns those that nobody else took at the same moment */
async function take({ db, time }: Needs, who: string, cases: readonly CaseRow[]): Promise<CaseRow[]> {
  const now = time.now();
  const results = await db.commit(
    cases.map(({ id }) => ({
      query: db
        .tables<QueueRows>()
        .updateTable('review_queue')
        .set({ holder: who, lease_until: now + lease })
        .where('case_id', '=', id)
        .where('held', 'is', null)
        .where(row => row.or([row('lease_until', '<=', now), row('holder', '=', who)])),
    })),
  );
  return cases.filter((_, i) => (results[i]?.affected ?? 0) > 0);
}

/** Keeps cases for who still has them before them. @returns those that are theirs; the others were decided, or went to somebody else */
export async function renewClaims(runtime: Needs, who: string, ids: readonly string[]): Promise<string[]> {
  const rows = await runtime.db
    .tables<EnforceRows>()
    .selectFrom('cases')
    .selectAll()
    .where('id', 'in', runtime.db.among(ids))
    .where('state', '=', 'open')
    .execute();
  return rows.length === 0 ? [] : (await take(runtime, who, rows)).map(({ id }) => id);
}

/** Gives a case back: it is for others again. */
export async function releaseCase({ db }: Needs, who: string, id: string): Promise<void> {
  const query = db
    .tables<QueueRows>()
    .updateTable('review_queue')
    .set({ holder: null, lease_until: 0 })
    .where('case_id', '=', id)
    .where('holder', '=', who)
    .where('held', 'is', null);
  await db.commit([{ query }]);
}

export const findQueued = ({ db }: Needs, id: string): Promise<QueueRow | undefined> =>
  db.tables<QueueRows>().selectFrom('review_queue').selectAll().where('case_id', '=', id).executeTakeFirst();

/** Who has a case before them, or decided it so that it can still be taken back: nobody else decides it meanwhile. @throws Problem 409 */
export async function guardClaim(runtime: Needs, id: string, who: string): Promise<void> {
  guardRow(runtime, await findQueued(runtime, id), who);
}

/** @throws Problem 409 as {@link guardClaim} */
export function guardRow({ time }: Pick<Needs, 'time'>, row: QueueRow | undefined, who: string): void {
  if (!row?.holder || (row.holder === who && row.held === null)) return;
  if (row.held !== null)
    throw new Problem(409, `${row.holder} has decided it a moment ago and can still take that back.`, {
      holder: row.holder,
    });
  if (row.lease_until > time.now()) throw new Problem(409, `${row.holder} has it before them.`, { holder: row.holder });
}

/** As the index of leases has it: without, SQLite reads the whole queue to find the few that somebody has before them. */
export const inHand = sql<boolean>`lease_until > 0`;

export interface QueueCounts {
  open: number;
  /** Before somebody now. */
  claimed: number;
  /** When the oldest of them was opened, ms since 1970. */
  oldest?: number;
  languages: { language: string; open: number }[];
}

/** What waits. Cost: one pass over the index by language. */
export async function countQueue({ db, time }: Needs): Promise<QueueCounts> {
  const rows = db.tables<QueueRows>();
  const [languages, claimed] = await Promise.all([
    rows
      .selectFrom('review_queue')
      .select(({ fn }) => ['language', fn.countAll<number>().as('open'), fn.min<number>('opened_at').as('oldest')])
      .where('held', 'is', null)
      .groupBy('language')
      .execute(),
    rows
      .selectFrom('review_queue')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .where('lease_until', '>', time.now())
      .where(inHand)
      .where('held', 'is', null)
      .executeTakeFirst(),
  ]);
  const oldest = Math.min(...languages.map(row => row.oldest));
  return {
    open: languages.reduce((all, row) => all + row.open, 0),
    claimed: claimed?.n ?? 0,
    ...(Number.isFinite(oldest) && { oldest }),
    languages: languages.map(({ language, open }) => ({ language, open })).sort((a, b) => b.open - a.open),
  };
}
