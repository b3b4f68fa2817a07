import { z } from 'zod';
import { type Event, eventId } from './event.js';
import { holdCause } from './evidence.js';

/** What a fact does to a clock; the meaning of each is told in services/clocks/obligations.ts. */
export const moveKind = z.enum(['start', 'hold', 'suspend', 'resume', 'stop', 'cancel', 'reopen', 'release']);

/**
 * A move of a clock as the ledger opens it to whoever checks a figure. It says nothing of the post, its author or who decided: `clock` is a random
 * name that leads to nothing outside the database.
 */
export const openMove = z.object({
  clock: z.string(),
  obligation: z.string(),
  kind: moveKind,
  /** Milliseconds since 1970, UTC. */
  at: z.int(),
  /** With `start`, `reopen` and a `resume` that runs afresh: the limit's instant as it was fixed then. */
  due: z.int().optional(),
  /** With `start`. */
  route: z.string().optional(),
  /** With `start`: the post's language, two or three letters. */
  language: z.string().optional(),
  /** With `start`: in no figure (the probe, posts that are read in afterwards). */
  uncounted: z.boolean().optional(),
  /** With `hold`: what a breach is counted under from here on. */
  cause: holdCause.optional(),
});
export type OpenMove = z.infer<typeof openMove>;

/** What an entry is about, as it is told openly. */
export const entryKind = z.enum([
  'case.opened',
  'case.closed',
  'removal.requested',
  'removal.held',
  'removal.ended',
  'removal.returned',
  'order.moved',
  'duty.moved',
  'policy.changed',
  'bank.changed',
  'data.accessed',
  'data.erased',
  'key.changed',
  'access.changed',
  'approval.decided',
]);
export type EntryKind = z.infer<typeof entryKind>;

/**
 * `entry.v1` on `ledger`: something to be entered. `moves` and `kind` are what its opening tells; `detail` is committed to apart, and opened to
 * regulators who were granted it.
 */
export const entryMade = {
  type: 'entry.v1',
  schema: z.object({
    kind: entryKind,
    at: z.int(),
    moves: z.array(openMove).max(32),
    detail: z.record(z.string(), z.json()),
    /** The post that `detail` is about (`platform/id`): erasing it erases the detail. */
    item: z.string().optional(),
    /** With `data.erased`: what was entered of `item` so far loses its detail, with its salt. */
    erasesDetails: z.boolean().optional(),
    /** An order under non-disclosure: until its seal is lifted, the entry is only counted. */
    seal: z.string().optional(),
    /** Where inclusion was promised before: the salts that the promise rests on, base64url of 32 bytes. */
    salts: z.object({ entry: z.string(), detail: z.string() }).optional(),
  }),
} as const;
export type EntryMade = z.infer<typeof entryMade.schema>;

/**
 * The event that enters something in the ledger.
 * @param source who says so, e.g. `/enforce`
 * @param cause what it follows from: the same cause enters once
 */
export function toLedger(
  made: Omit<EntryMade, 'moves'> & { moves?: EntryMade['moves'] },
  source: string,
  cause: string,
): { topic: 'ledger'; event: Event<EntryMade> } {
  const data: EntryMade = { moves: [], ...made };
  const id = eventId(cause, 'entry');
  return { topic: 'ledger', event: { id, type: entryMade.type, source, time: made.at, key: made.item ?? id, data } };
}
