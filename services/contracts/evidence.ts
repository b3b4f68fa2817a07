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
  schema: z.object({
    ...item,
    caseId: z.string(),
    at: z.int(),
    route: z.string(),
    withheld: z.boolean(),
    language,
    /** The instant by which the policy's rule wants it decided; without it, the installation's own limit counts. */
    due: z.int().optional(),
    flags: z.array(postFlag).optional(),
  }),
} as const;
export const caseClosed = {
  type: 'case.closed.v1',
  schema: z.object({
    ...item,
    caseId: z.string(),
    at: z.int(),
    decision: z.enum(['remove', 'keep', 'restore', 'superseded']),
    by: z.string(),
    /** Why, in the law's terms; of what stays, the purpose that it serves (TCO Article 1(3)). */
    category: z.string().optional(),
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

/** A post that a fact about an order or a duty concerns; `''` and 0 where it is about no single post that is known. */
const aboutItem = { platform: z.string(), postId: z.string(), version: z.int(), seal: z.string().optional() };

/** What can happen to a removal order, as far as a time limit depends on it. What each means for which clock: services/clocks/law. */
export const orderHappened = z.enum([
  'received',
  /** A person has to decide; and one took it up. */
  'to-desk',
  'taken',
  /** Not executed on a ground that the law names; `held-late`: stated when the limit had passed, which it then does not move. */
  'held',
  'held-late',
  'released',
  'released-late',
  /** All that it names is seen to be gone; `returned`: it can be read again. */
  'executed',
  'returned',
  /** Nothing of it was there to remove, or is in its scope. */
  'nothing-there',
  /** It is no order: a person found that it does not come from an authority. */
  'refused',
  /** It binds no more: annulled, withdrawn, or void after scrutiny. */
  'lifted',
  'reinstated',
  'stays-down',
  /** The channel's receipt for the answering form is there; and for the form that says why it can't be executed. */
  'answered',
  'inability-told',
  'scrutiny-asked',
  'scrutiny-opened',
  'scrutiny-decided',
  'scrutiny-waived',
  /** Nothing of it may be disclosed; and that has ended. */
  'sealed',
  'unsealed',
  'final',
]);
export type OrderHappened = z.infer<typeof orderHappened>;

export const orderMoved = {
  type: 'order.moved.v1',
  schema: z.object({
    ...aboutItem,
    orderId: z.string(),
    instrument: z.enum(['tco', 'dsa9']),
    happened: orderHappened,
    at: z.int(),
    by: z.string(),
    /** The channel that it came by. */
    route: z.string(),
    /** With `received`: the instant that the order itself names. */
    due: z.int().optional(),
    /** With `received`: another State than the provider's issued it. */
    crossBorder: z.boolean().optional(),
    /** The probe's own: its clocks are in no figure. */
    uncounted: z.boolean().optional(),
    /** Which time it is held, counted from 1. */
    turn: z.int().optional(),
    /** With `lifted`: something has to be brought back. */
    restores: z.boolean().optional(),
    /** Who or what shows it: a form's number and receipt, where it was seen gone, a person's words. */
    evidence: z.string().optional(),
    /** Names of its clocks in the ledger, by obligation, where they were promised before. */
    clocks: z.record(z.string(), z.string()).optional(),
    /** It was entered in the ledger by who told it, in the same commit. */
    entered: z.boolean().optional(),
  }),
} as const;
export type OrderMoved = z.infer<typeof orderMoved.schema>;

/** A legal duty that is about no order's own course: preservation, a complaint, a threat to life, a report. `duty` names its obligation. */
export const dutyMoved = {
  type: 'duty.moved.v1',
  schema: z.object({
    ...aboutItem,
    duty: z.string(),
    subject: z.string(),
    happened: z.enum(['begun', 'suspended', 'resumed', 'done', 'void', 'reopened']),
    at: z.int(),
    by: z.string(),
    route: z.string(),
    /** With `begun`: the instant, where the case itself sets it. */
    due: z.int().optional(),
    /** What shows it; needed for all but `begun` and `reopened`. */
    evidence: z.string().optional(),
  }),
} as const;
export type DutyMoved = z.infer<typeof dutyMoved.schema>;

export const evidenceTypes = [
  orderMoved,
  dutyMoved,
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
