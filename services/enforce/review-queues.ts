import type { Runtime } from '../runtime/index.js';
import { kindsFor, type Reviewer, readAtWork, unknown } from './review-people.js';
import type { Kind, ReviewRows } from './review-tables.js';

type Needs = Pick<Runtime, 'db' | 'time'>;

/** Cases of these queues are first for somebody who is at work, in the languages and of the kinds that they take. */
export interface Kept {
  queues: readonly string[];
  /** Empty for all. */
  languages: readonly string[];
  /** Left out for all. */
  kinds?: readonly Kind[] | undefined;
}

const hour = 3600_000;

/** Of these people, those who were sent in the last hour all that they may be: nothing is kept for them. */
async function sated({ db, time }: Needs, people: readonly Reviewer[], usual: number): Promise<Set<string>> {
  const now = time.now();
  if (people.length === 0) return new Set();
  const rows = await db
    .tables<ReviewRows>()
    .selectFrom('review_seen')
    .select(({ fn }) => ['person', fn.sum<number>('cases').as('n')])
    .where('person', 'in', db.among(people.map(({ person }) => person)))
    .where('at', '>', now - hour)
    .groupBy('person')
    .execute();
  const seen = new Map(rows.map(({ person, n }) => [person, Number(n)]));
  const full = people.filter(
    ({ person, perHour = usual, liftedUntil }) => liftedUntil <= now && (seen.get(person) ?? 0) >= perHour,
  );
  return new Set(full.map(({ person }) => person));
}

/**
 * This person, the queues whose cases come first to them, and what is kept for others who serve queues and are at work. A person serves the queues that
 * their skills name, and those that name them. Cost: one pass over the people, of whom those at work are read who serve any.
 * @param named people by queue, beside their skills
 * @param usual cases an hour, where nothing else is set for somebody
 */
export async function queuesFor(
  runtime: Needs,
  who: string,
  named: ReadonlyMap<string, readonly string[]>,
  usual: number,
): Promise<{ reviewer: Reviewer; queues: string[]; kept: Kept[] }> {
  const naming = (person: string): string[] => [...named].flatMap(([name, all]) => (all.includes(person) ? name : []));
  const read = await readAtWork(runtime, who, [...named.values()].flat());
  const reviewer = read.find(({ person }) => person === who) ?? unknown(who);
  const people = read
    .map(one => ({ ...one, serves: [...new Set([...one.skills, ...naming(one.person)])].sort() }))
    .filter(({ serves }) => serves.length > 0);
  const serving = people.find(({ person }) => person === who);
  const working = people.filter(({ person }) => person !== who);
  const full = await sated(runtime, working, usual);
  const kept = working
    .filter(({ person }) => !full.has(person))
    .map(one => ({ queues: one.serves, languages: one.languages, kinds: kindsFor(one) }));
  // Those who take the same are one condition.
  const unlike = new Map(kept.map(one => [JSON.stringify(one), one]));
  return { reviewer, queues: serving?.serves ?? naming(who), kept: [...unlike.values()] };
}
