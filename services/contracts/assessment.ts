import { z } from 'zod';
import { platformName, postFlag } from './post.js';

/** What a policy lets follow from an assessment. `withhold`: hidden while a person looks. */
export const actionSchema = z.enum(['remove', 'withhold', 'review', 'allow']);
export type Action = z.infer<typeof actionSchema>;

/** What one signal found: a score from 0 to 1 for a label, and why. */
export const findingSchema = z.object({
  signal: z.string(),
  label: z.string(),
  score: z.number().min(0).max(1),
  reason: z.string(),
  /** The signal itself holds the score to be high, by a threshold of its own for the post's language. */
  over: z.boolean().optional(),
  /** The bank entry that matched, and whether this operator's own people confirmed it (promise 4). */
  entry: z.object({ bank: z.string(), id: z.string(), confirmed: z.boolean() }).optional(),
  /** Where in the post's text it stands: start and end in UTF-16 units, in order. */
  spans: z.array(z.tuple([z.int().min(0), z.int().min(0)])).optional(),
});
export type Finding = z.infer<typeof findingSchema>;

/**
 * `post.received.v1` on `posts`: a version of a post that was taken in durably. It names the post and carries none of its text, which so lives in
 * one place only, where a deletion erases it.
 */
export const postReceived = {
  type: 'post.received.v1',
  schema: z.object({
    platform: platformName,
    id: z.string(),
    version: z.int(),
    createdAt: z.int(),
    receivedAt: z.int(),
    /** Which door it came through: `api`, `kafka`, or a connector's name. */
    route: z.string(),
    flags: z.array(postFlag),
  }),
} as const;
export type PostReceived = z.infer<typeof postReceived.schema>;

/** What a text is known by without being kept: nothing of it can be read from this. */
export const textMarks = z.object({
  /** Of its normal form: the same where the texts are. */
  same: z.string(),
  /** Four values of which nearly the same texts share one; none of a short text. */
  bands: z.array(z.string()).max(4),
  /** 64 bytes, base64url: two texts share about as many as they have in common. Empty of a short text. */
  sketch: z.string().max(90),
});
export type TextMarks = z.infer<typeof textMarks>;

/** What an assessment was made with: the policy, the text model, and by name every signal that was asked. */
export const assessedWith = z.object({
  policy: z.string(),
  model: z.string().optional(),
  signals: z.record(z.string(), z.string()).optional(),
});
export type AssessedWith = z.infer<typeof assessedWith>;

/** `post.assessed.v1` on `assessments`: what the signals found and what the policy makes of it. */
export const postAssessed = {
  type: 'post.assessed.v1',
  schema: z.object({
    platform: platformName,
    id: z.string(),
    version: z.int(),
    url: z.string(),
    authorId: z.string(),
    language: z.string().optional(),
    action: actionSchema,
    /** Most urgent first: a higher number comes first in the queue. */
    priority: z.number(),
    /** The policy's rule that decided. */
    rule: z.string(),
    /** The review queue that the rule names. */
    queue: z.string().optional(),
    /** Milliseconds in which a person has to have decided, where the rule says so. */
    within: z.int().optional(),
    reasons: z.array(z.string()),
    scores: z.record(z.string(), z.number()),
    findings: z.array(findingSchema),
    versions: assessedWith,
    route: z.string(),
    flags: z.array(postFlag),
    /** It has pictures, video or other files. */
    media: z.boolean().optional(),
    /** By which the same text, and nearly the same, is found again; absent where it has hardly any letters. */
    text: textMarks.optional(),
    createdAt: z.int(),
    receivedAt: z.int(),
    assessedAt: z.int(),
  }),
} as const;
export type PostAssessed = z.infer<typeof postAssessed.schema>;
