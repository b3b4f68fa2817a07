import type { Caller } from '../../accounts/index.js';
import { may } from '../../accounts/index.js';
import {
  countSeen,
  type Exposure,
  exposureOf,
  type Kept,
  kindsFor,
  leadLane,
  queuesFor,
  type Reviewer,
  seenSince,
  tellActive,
} from '../../enforce/index.js';
import { peopleOfIncidents } from '../../policies/index.js';
import type { Runtime } from '../../runtime/index.js';

/** The day that a page may ask its counter from is its own, and no older. */
const longestDay = 26 * 3600_000;

/** Who asks for cases, and what is read of them whatever they have before them. */
export interface Asking {
  caller: Caller;
  reviewer: Reviewer;
  queues: string[];
  kept: Kept[];
}

/** What they may be sent now. */
export interface Sent {
  exposure: Exposure;
  languages?: string[];
  kinds: ReturnType<typeof kindsFor>;
  lanes: string[];
  /** Leads are sent what waits in anybody's lane once half of its time is over. */
  lateBefore?: number;
  queues: string[];
  kept: Kept[];
  halfBefore: number;
}

/** Reads who asks, notes that they are at work, and counts what they looked at. */
export async function whoAsks(runtime: Runtime, caller: Caller, seen: readonly string[]): Promise<Asking> {
  const { config } = runtime;
  const { name } = caller;
  const [asks] = await Promise.all([
    peopleOfIncidents(runtime).then(named => queuesFor(runtime, name, named, config.REVIEW_PER_HOUR)),
    countSeen(runtime, name, seen),
  ]);
  await tellActive(runtime, asks.reviewer);
  return { caller, ...asks };
}

/** What this person is sent: where they chose languages, those of theirs that they chose. @param before cases that are before them */
export async function sentTo(
  runtime: Runtime,
  { caller, reviewer, ...queues }: Asking,
  chosen: readonly string[],
  before: readonly string[],
): Promise<Sent> {
  const { time, config } = runtime;
  const exposure = await exposureOf(runtime, reviewer, config.REVIEW_PER_HOUR, before);
  const own = reviewer.languages.length > 0 ? [...reviewer.languages, ''] : [];
  const languages = chosen.length === 0 ? own : own.length === 0 ? chosen : chosen.filter(one => own.includes(one));
  const leads = may(caller, 'queue:lead');
  const halfBefore = time.now() - config.CLOCK_REVIEW / 2;
  return {
    exposure,
    // Languages of which none is theirs: nothing is for them.
    ...((languages.length > 0 || chosen.length > 0) && {
      languages: [...languages, ...(languages.length ? [] : ['-'])],
    }),
    kinds: kindsFor(reviewer),
    lanes: [...reviewer.skills, ...(leads ? [leadLane] : [])],
    ...queues,
    halfBefore,
    ...(leads && { lateBefore: halfBefore }),
  };
}

/** What this person saw since their day began. */
export const seenToday = ({ db, time }: Runtime, person: string, dayBegan: number): Promise<number> =>
  seenSince(db, person, Math.max(dayBegan, time.now() - longestDay));
