import { z } from 'zod';
import { platformName, postFlag } from './post.js';

/** Why content is down: each ground stands by itself, and content is restored only when the last is lifted. */
export const groundSchema = z.object({
  kind: z.enum(['policy', 'withheld', 'decision', 'order', 'bank']),
  /** What it rests on: `policy:<version>#<rule>`, `decision:<id>`, … */
  ref: z.string(),
});
export type Ground = z.infer<typeof groundSchema>;

const item = {
  platform: platformName,
  postId: z.string(),
  version: z.int(),
  /** An order under non-disclosure that this is about. */
  seal: z.string().optional(),
};
/** Where a clock may start: the post's language, where it is known. */
const language = z.string().optional();

/** How the work on a removal or a restoration ended, or stands. */
export const outcomeSchema = z.enum(['gone', 'not-found', 'claimed', 'restored', 'cancelled']);
export type Outcome = z.infer<typeof outcomeSchema>;

/**
 * The facts on topic `evidence`: whatever starts, suspends or ends a clock. The clocks follow from them, and from nothing else.
 * All times are milliseconds since 1970, UTC.
 */
export const caseOpened = {
  type: 'case.opened.v1',
  schema: z.object({ ...item, caseId: z.string(), at: z.int(), route: z.string(), withheld: z.boolean(), language }),
} as const;
export const caseClosed = {
  type: 'case.closed.v1',
  schema: z.object({
    ...item,
    caseId: z.string(),
    at: z.int(),
    decision: z.enum(['remove', 'keep', 'restore', 'superseded']),
    by: z.string(),
  }),
} as const;
export const removalRequested = {
  type: 'removal.requested.v1',
  schema: z.object({
    ...item,
    removalId: z.string(),
    ground: groundSchema,
    /** When the decision or the match was made: the removal clock runs from here. */
    at: z.int(),
    /** When the post was published, or received where what the platform said cannot be true. */
    postedAt: z.int(),
    route: z.string(),
    flags: z.array(postFlag),
    language,
  }),
} as const;
export const removalEnded = {
  type: 'removal.ended.v1',
  schema: z.object({ ...item, removalId: z.string(), at: z.int(), outcome: outcomeSchema, vantage: z.string() }),
} as const;
export const removalReturned = {
  type: 'removal.returned.v1',
  schema: z.object({ ...item, removalId: z.string(), at: z.int(), where: z.string() }),
} as const;

/** Why content that is to go is not seen gone yet, as far as is known: a small closed set, since figures are told by it. */
export const holdCause = z.enum([
  /** The platform did not answer, or with an error. */
  'platform-failed',
  /** It said that it will not. */
  'platform-refused',
  /** It said that it will, and the content can be read all the same. */
  'still-readable',
  /** Looks at it could not tell: the site is away, or answers everybody alike. */
  'unclear',
  /** The platform's word is all there is: it has no public way to look. */
  'claimed',
  /** No connector serves the platform. */
  'not-connected',
]);
export type HoldCause = z.infer<typeof holdCause>;

/** Told while a removal takes long, and only where the cause is another than the one told last: what its breach is counted under. */
export const removalHeld = {
  type: 'removal.held.v1',
  schema: z.object({ ...item, removalId: z.string(), at: z.int(), cause: holdCause }),
} as const;

export const evidenceTypes = [
  caseOpened,
  caseClosed,
  removalRequested,
  removalHeld,
  removalEnded,
  removalReturned,
] as const;
type FactOf<T> = T extends { type: infer N; schema: z.ZodType<infer D> } ? { type: N; data: D } : never;
export type EvidenceFact = FactOf<(typeof evidenceTypes)[number]>;

/** `removal.due.v1` on `removals` (own lane): there is work to do on a removal now. Only a call to look into the table. */
export const removalDue = {
  type: 'removal.due.v1',
  schema: z.object({ removalId: z.string(), platform: platformName }),
} as const;
