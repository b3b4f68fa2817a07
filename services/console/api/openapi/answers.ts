import { z } from 'zod';
import { platformName } from '../../../contracts/index.js';

/** What the calls of the other services answer, for the description. The tests hold it against what they really answer. */
const instant = z.iso.datetime();
const item = { platform: platformName, postId: z.string(), version: z.int() };

/** RFC 9457. */
export const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  errors: z
    .array(z.object({ path: z.string(), message: z.string() }))
    .optional()
    .describe('which fields are missing or wrong'),
});

export const receiptSchema = z.object({
  id: z.string(),
  receipt: z.string().describe('the same post gets the same receipt'),
});

const lineProblem = problemSchema.omit({ type: true });
/** One line of the answer to a stream. */
export const receiptLineSchema = z.union([
  z.object({ line: z.int(), id: z.string(), receipt: z.string() }),
  z.object({ line: z.int(), error: lineProblem }),
  z.object({ resumeFrom: z.int().describe('send from this line on again'), error: lineProblem }),
  z.object({ summary: z.object({ accepted: z.int(), known: z.int(), rejected: z.int() }) }),
]);

export const outcomesSchema = z.object({
  outcomes: z.array(
    z.object({
      id: z.string(),
      action: z.enum(['remove', 'withhold', 'review', 'allow']).optional(),
      rule: z.string().optional(),
      receivedAt: z.number().optional().describe('milliseconds since 1970'),
      assessedAt: z.number().optional(),
      wanted: z.enum(['gone', 'public']).optional(),
      state: z.string().optional(),
      requestedAt: z.number().optional(),
      endedAt: z.number().nullable().optional(),
    }),
  ),
});

export const casesSchema = z.object({
  cases: z.array(
    z.object({
      id: z.string(),
      ...item,
      state: z.enum(['open', 'decided', 'superseded']),
      priority: z.number(),
      rule: z.string(),
      reasons: z.array(z.string()),
      url: z.string(),
      openedAt: instant,
      text: z.string().optional(),
    }),
  ),
});

export const decisionSchema = z.strictObject({
  decision: z.enum(['remove', 'keep', 'restore']),
  reason: z.string().min(1).max(2_000),
});
export const decidedSchema = z.object({
  caseId: z.string(),
  decision: z.enum(['remove', 'keep', 'restore']),
  at: instant,
  removalId: z.string().optional().describe('the removal or restoration that follows'),
});

export const removalsSchema = z.object({
  removals: z.array(
    z.object({
      id: z.string(),
      ...item,
      wanted: z.enum(['gone', 'public']),
      state: z.enum(['pending', 'gone', 'not-found', 'claimed', 'restored']),
      requestedAt: instant,
      seenAt: instant.optional().describe('when it was seen readable, before the call'),
      calledAt: instant.optional(),
      acceptedAt: instant.optional(),
      endedAt: instant.optional(),
      escalatedAt: instant.optional(),
      attempts: z.int(),
      nextAt: instant.optional(),
      detail: z.string(),
    }),
  ),
});

const next = z.string().optional().describe('the cursor of what follows');

export const clocksSchema = z.object({
  clocks: z.array(
    z.object({
      id: z.string(),
      obligation: z.string(),
      state: z.enum(['running', 'suspended', 'breached']),
      subject: z.string(),
      platform: platformName,
      post: z.string(),
      version: z.int(),
      route: z.string().optional(),
      startedAt: instant.optional(),
      dueAt: instant.optional(),
      secondsLeft: z.number().optional(),
      level: z.int().describe('share of the limit, in percent, that people were told of last'),
      reopened: z.int(),
    }),
  ),
  next,
});

export const obligationsSchema = z.object({
  obligations: z.array(
    z.object({
      name: z.string(),
      setBy: z.enum(['law', 'operator']),
      article: z.string().optional(),
      starts: z.string(),
      suspends: z.string().optional(),
      stops: z.string(),
      seconds: z.number().optional(),
      histogram: z.string(),
    }),
  ),
});

export const pagesSchema = z.object({
  pages: z.array(
    z.object({
      id: z.string(),
      state: z.enum(['waiting', 'sent', 'acknowledged', 'resolved']),
      level: z.int(),
      clocks: z.int(),
      createdAt: instant,
      sentAt: instant.optional(),
      turn: z.int(),
      attempts: z.int(),
      nextAt: instant.optional(),
      acknowledgedAt: instant.optional(),
      acknowledgedBy: z.string().optional(),
      error: z.string().optional(),
    }),
  ),
  next,
});
export const acknowledgedSchema = z.object({
  id: z.string(),
  state: z.string(),
  acknowledgedBy: z.string().optional(),
});

export const bankEntrySchema = z.object({
  id: z.string(),
  bank: z.string(),
  kind: z.enum(['text', 'link']),
  content: z.string(),
  scope: z.string().optional(),
  source: z.string(),
  tags: z.array(z.string()),
  confirmedBy: z.string().optional(),
  confirmedAt: z.number().optional().describe('milliseconds since 1970'),
  actsAt: z.number().optional(),
  expiresAt: z.number().optional(),
  createdAt: z.number(),
});
export const bankEntriesSchema = z.object({ entries: z.array(bankEntrySchema), next });
const common = {
  source: z.string().min(1).max(500),
  tags: z.array(z.string().min(1).max(100)).max(50).default([]),
  expiresAt: z.int().min(0).optional().describe('when it stops to match, milliseconds since 1970'),
  confirmed: z.boolean().default(false).describe('the caller stands for it: it may act by itself'),
};
export const newBankEntrySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('text'),
    text: z.string().min(1).max(100_000),
    actsAt: z.number().min(0.5).max(1).default(0.8).describe('similarity from which a changed text counts as this one'),
    ...common,
  }),
  z.strictObject({
    kind: z.literal('link'),
    link: z.string().min(1).max(2048),
    scope: z.enum(['link', 'prefix', 'domain']).default('link'),
    ...common,
  }),
]);

export const deliverySchema = z.object({
  id: z.string(),
  platform: platformName,
  kind: z.string(),
  item: z.string(),
  version: z.int(),
  state: z.enum(['pending', 'accepted', 'refused', 'failed']),
  createdAt: instant,
  updatedAt: instant,
  request: z.unknown().describe('what was sent'),
  attempts: z.array(
    z.object({
      at: instant,
      ms: z.number(),
      status: z.int().optional(),
      outcome: z.string(),
      detail: z.string(),
      replay: z.boolean(),
    }),
  ),
});
