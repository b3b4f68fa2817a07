import { z } from 'zod';
import { actionSchema, bankName, platformName, postFlag } from '../contracts/index.js';

const unit = z.number().min(0).max(1);
const oneOrMore = <S extends z.ZodType>(item: S) =>
  z
    .union([item, z.array(item).min(1)])
    .transform((value): z.output<S>[] => (Array.isArray(value) ? value : [value]) as z.output<S>[]);
const language = z.string().regex(/^[a-z]{2,3}$/, 'must be a language such as "fr"');

/** Least score, one for all languages or by language; `other` is for the languages not named, and for posts without one. */
const leastSchema = z.union([unit, z.record(z.union([language, z.literal('other')]), unit)]);

/** One finding has to meet all that is said. */
const findingSchema = z
  .strictObject({
    signal: z
      .string()
      .min(1)
      .optional()
      .describe(
        "A signal's name; `own/*` stands for every model of the operator's own, also one that is declared later",
      ),
    label: oneOrMore(z.string().min(1)).optional(),
    confirmed: z
      .boolean()
      .optional()
      .describe("The bank entry that matched was confirmed by this operator's own people, or was not"),
    bank: oneOrMore(bankName).optional().describe('The entry that matched is in one of these banks'),
    over: z.literal(true).optional().describe("The score is over the signal's own threshold for the post's language"),
    atLeast: leastSchema.optional(),
    scores: z
      .record(z.string().min(1), leastSchema)
      .refine(scores => Object.keys(scores).length > 0, 'names no label')
      .optional()
      .describe(
        'Least scores by label, each as `atLeast`: one of them has to be reached. It names its labels, so `label` is left out',
      ),
  })
  .refine(({ label, atLeast, scores }) => !scores || (!label && atLeast === undefined), {
    path: ['scores'],
    message: 'stands instead of label and atLeast',
  })
  .transform((given): typeof given => (given.scores ? { ...given, label: Object.keys(given.scores) } : given));

/** What is asked of the post itself; all of it has to hold. */
const postSchema = z.strictObject({
  language: oneOrMore(language).optional(),
  platform: oneOrMore(platformName).optional(),
  flags: oneOrMore(postFlag).optional().describe('The post has one of these flags'),
  author: oneOrMore(z.string().min(1).max(512)).optional().describe('Accounts, as the platform names them'),
  authorRemoved: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('So many posts of the account were removed in the 90 days before'),
  has: oneOrMore(z.enum(['text', 'links', 'media']))
    .optional()
    .describe('It has one of these'),
  reply: z.boolean().optional().describe('It answers another post, or does not'),
  views: z
    .strictObject({ atLeast: z.int().min(0).optional(), below: z.int().min(1).optional() })
    .optional()
    .describe('How often it was seen, where the platform tells; a post of which that is not known meets neither'),
});

const conditionsSchema = z.strictObject({
  finding: findingSchema.optional(),
  with: findingSchema
    .optional()
    .describe(
      'Another finding that has to be there as well, by a signal that is asked at once: it narrows which posts a costly signal is asked about',
    ),
  context: z
    .literal(true)
    .optional()
    .describe('The post speaks as news, education, art, research or the like, by a signal that can tell'),
  post: postSchema.optional(),
});

const ruleSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and "-"'),
  action: actionSchema,
  when: conditionsSchema.default({}).describe('What has to hold; left out, the rule is for every post'),
  unless: conditionsSchema.optional().describe('Where this holds, the rule is not for the post'),
  sample: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe(
      'The rule is for this share of the posts only, the same ones whenever it is asked (a hash of platform and id decides)',
    ),
  queue: z.string().min(1).max(63).optional().describe('The review queue'),
  within: z
    .string()
    .regex(/^[1-9]\d{0,5}(s|m|h|d)$/, 'must be a time such as "30m"')
    .optional()
    .describe(
      "The obligation of whoever has to look: decided within this time, instead of the installation's own limit (`CLOCK_REVIEW`)",
    ),
  priority: z
    .union([unit, z.literal('score')])
    .default(0.5)
    .describe('From 0 to 1, or the score of the finding that the rule is about'),
  reason: z.string().min(1).max(500).describe('Said to whoever asks why'),
});

/** A policy as it is written: its rules in order. */
export const policySchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and "-"'),
  floor: unit
    .optional()
    .describe(
      'The precision that a rule must have to remove or withhold by itself: the evidence gate goes by it (0.95)',
    ),
  rules: z.array(ruleSchema).min(1).max(500),
});

export type PolicyText = z.output<typeof policySchema>;
export type Rule = PolicyText['rules'][number];
export type Conditions = z.output<typeof conditionsSchema>;
export type FindingCondition = z.output<typeof findingSchema>;
export type PostCondition = z.output<typeof postSchema>;

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3600_000, d: 24 * 3600_000 };
/** `within` of a rule, in milliseconds. */
export const withinMs = (within: string): number => Number(within.slice(0, -1)) * (units[within.at(-1) ?? ''] ?? 0);
