import { z } from 'zod';
import { actionSchema, bankName, platformName, postFlag } from '../contracts/index.js';

const unit = z.number().min(0).max(1);
const oneOrMore = <S extends z.ZodType>(item: S) =>
  z
    .union([item, z.array(item).min(1)])
    .transform((value): z.output<S>[] => (Array.isArray(value) ? value : [value]) as z.output<S>[]);
const language = z.string().regex(/^[a-z]{2,3}$/, 'must be a language such as "fr"');

/** One finding has to meet all that is said. */
const findingSchema = z.strictObject({
  /** A signal's name; `own/*` stands for every model of the operator's own, also one that is declared later. */
  signal: z.string().min(1).optional(),
  label: oneOrMore(z.string().min(1)).optional(),
  /** The bank entry that matched was confirmed by this operator's own people, or was not. */
  confirmed: z.boolean().optional(),
  /** The entry that matched is in one of these banks. */
  bank: oneOrMore(bankName).optional(),
  /** The score is over the signal's own threshold for the post's language. */
  over: z.literal(true).optional(),
  /** Least score, one for all languages or by language; `other` is for the languages not named, and for posts without one. */
  atLeast: z.union([unit, z.record(z.union([language, z.literal('other')]), unit)]).optional(),
});

/** What is asked of the post itself; all of it has to hold. */
const postSchema = z.strictObject({
  language: oneOrMore(language).optional(),
  platform: oneOrMore(platformName).optional(),
  /** The post has one of these flags. */
  flags: oneOrMore(postFlag).optional(),
});

const conditionsSchema = z.strictObject({
  finding: findingSchema.optional(),
  /** Another finding that has to be there as well, by a signal that is asked at once: it narrows which posts a costly signal is asked about. */
  with: findingSchema.optional(),
  /** The post speaks as news, education, art, research or the like, by a signal that can tell. */
  context: z.literal(true).optional(),
  post: postSchema.optional(),
});

const ruleSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and "-"'),
  action: actionSchema,
  /** What has to hold; left out, the rule is for every post. */
  when: conditionsSchema.default({}),
  /** Where this holds, the rule is not for the post. */
  unless: conditionsSchema.optional(),
  /** The review queue. */
  queue: z.string().min(1).max(63).optional(),
  /** From 0 to 1, or the score of the finding that the rule is about. */
  priority: z.union([unit, z.literal('score')]).default(0.5),
  /** Said to whoever asks why. */
  reason: z.string().min(1).max(500),
});

/** A policy as it is written: its rules in order. */
export const policySchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and "-"'),
  /** The precision that a rule must have to remove or withhold by itself: the evidence gate goes by it (0.95). */
  floor: unit.optional(),
  rules: z.array(ruleSchema).min(1).max(500),
});

export type PolicyText = z.output<typeof policySchema>;
export type Rule = PolicyText['rules'][number];
export type Conditions = z.output<typeof conditionsSchema>;
export type FindingCondition = z.output<typeof findingSchema>;
export type PostCondition = z.output<typeof postSchema>;
