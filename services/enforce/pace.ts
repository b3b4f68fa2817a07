import type { Database } from '../runtime/index.js';
import type { EnforceRows } from './tables.js';

/** Longer, and somebody was away in between. */
const pause = 10 * 60_000;
const most = 20_000;
const minutes = 30 * 60_000;

/** How people get on with the cases. */
interface Pace {
  /** Median time from one decision of a person to their next, ms, where nobody was away in between; undefined below 20 of them. */
  handling?: number | undefined;
  decisions: number;
  /** People who decided something within half an hour. */
  reviewers: number;
  /** Open cases. */
  open: number;
}

/** Of cases that were opened since then. Cost: at most 20,000 rows of the index by opening. */
export async function readPace(db: Database, since: number, now: number): Promise<Pace> {
  const rows = db.tables<EnforceRows>();
  const [decided, waiting] = await Promise.all([
    rows
      .selectFrom('cases')
      .select(['decided_by', 'decided_at'])
      .where('state', '<>', 'open')
      .where('opened_at', '>', since)
      .where('decided_by', '<>', 'policy')
      .where('decided_at', 'is not', null)
      .orderBy('opened_at', 'desc')
      .limit(most)
      .execute(),
    rows
      .selectFrom('cases')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .where('state', '=', 'open')
      .executeTakeFirst(),
  ]);
  const byPerson = new Map<string, number[]>();
  for (const { decided_by, decided_at } of decided) {
    const times = byPerson.get(decided_by ?? '') ?? [];
    byPerson.set(decided_by ?? '', times);
    times.push(decided_at ?? 0);
  }
  const gaps: number[] = [];
  let reviewers = 0;
  for (const times of byPerson.values()) {
    times.sort((a, b) => a - b);
    if (now - times.at(-1)! <= minutes) reviewers++;
    for (let n = 1; n < times.length; n++) {
      const gap = times[n]! - times[n - 1]!;
      if (gap <= pause) gaps.push(gap);
    }
  }
  gaps.sort((a, b) => a - b);
  return {
    ...(gaps.length >= 20 && { handling: gaps[Math.floor(gaps.length / 2)] }),
    decisions: decided.length,
    reviewers,
    open: waiting?.n ?? 0,
  };
}
