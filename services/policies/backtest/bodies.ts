import { z } from 'zod';

const count = z.int().min(0);
const action = z.enum(['remove', 'withhold', 'review', 'allow']);
const counts = z.object({ remove: count, withhold: count, review: count, allow: count });
const share = z
  .object({ of: count, value: z.number(), from: z.number(), to: z.number() })
  .nullable()
  .describe('with its 95 % interval; null where there is nothing to tell');
const shares = z.object({ acted: share, flagged: share });
const quality = z.object({ violating: counts, harmless: counts, precision: shares, recall: shares });
const done = z.object({ action, rule: z.string() });

/** `POST /v1/backtests` */
export const newBacktestSchema = z.strictObject({
  name: z.string().min(1).max(200).default('backtest'),
  /** The draft: its text (YAML), or the version of a policy that is kept. */
  policy: z.union([
    z.strictObject({
      text: z
        .string()
        .min(1)
        .max(1024 * 1024),
    }),
    z.strictObject({ version: z.string().min(1).max(100) }),
  ]),
  over: z.union([
    z.strictObject({
      days: z.number().positive().max(400),
      /** Posts of which a signal goes by another version now are assessed afresh. */
      again: z.boolean().default(false),
    }),
    z.strictObject({
      /** Posts are sent afterwards, to `…/posts`. */
      posts: z.literal(true),
      /** Labels that are violating; left out: incitement, glorification, recruitment and threat. */
      violating: z.array(z.string().min(1).max(100)).min(1).max(50).optional(),
    }),
  ]),
  /** What it is held against: what was done, or what the live policy makes of the same posts. A file is always held against the live one. */
  against: z.enum(['done', 'live']).default('done'),
});

export const backtestSchema = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(['awaiting-posts', 'queued', 'running', 'done', 'failed', 'cancelled']),
  version: z.string().describe('of the draft'),
  against: z.string().describe('the version that it is held against, or "done": what was done'),
  over: z.enum(['stored', 'again', 'posts']),
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
  by: z.string(),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().optional(),
  endedAt: z.iso.datetime().optional(),
  error: z.string().optional(),
  progress: z.object({
    done: count,
    total: count,
    perSecond: z.number(),
    secondsLeft: z.number().optional().describe('while it runs'),
  }),
});

export const backtestResultSchema = backtestSchema.extend({
  result: z.object({
    posts: count,
    before: counts,
    after: counts,
    moves: z
      .array(z.object({ language: z.string(), before: done, after: done, posts: count }))
      .describe('by language and rule, the most posts first'),
    confusion: z
      .array(
        z.object({
          by: z.enum(['all', 'label', 'language', 'slice']),
          value: z.string(),
          before: quality,
          after: quality,
        }),
      )
      .describe('of posts that are labelled, or that people decided'),
    left: z.array(z.object({ why: z.string(), posts: count })).describe('posts that could not be decided'),
  }),
});

export const changeSchema = z.object({
  platform: z.string(),
  id: z.string(),
  version: z.int(),
  language: z.string().optional(),
  slice: z.string(),
  label: z.string().optional(),
  truth: z.enum(['violating', 'harmless']).optional(),
  before: done,
  after: done,
  met: z.array(z.object({ signal: z.string(), label: z.string(), score: z.number() })),
  stands: z.number().describe('how many such changes this one stands for: of many, an even sample is listed'),
});
