import { z } from 'zod';

const reason = z.string().min(1).max(500);
/** `POST /v1/rule-holds` */
export const newHoldSchema = z.strictObject({ rule: z.string().min(1).max(63), reason });
/** `POST /v1/rule-holds/{id}/lift` */
export const liftSchema = z.strictObject({ reason });

export const holdSchema = z.object({
  id: z.string(),
  rule: z.string(),
  cause: z.enum(['evidence', 'volume', 'person']),
  why: z.string(),
  figures: z.record(z.string(), z.union([z.string(), z.number()])),
  placedAt: z.iso.datetime(),
  placedBy: z.string(),
  toldAt: z.iso.datetime().optional().describe('when somebody on call was told'),
  liftedAt: z.iso.datetime().optional(),
  liftedBy: z.string().optional(),
  liftedWhy: z.string().optional(),
});

export const ruleStandingSchema = z.object({
  rule: z.string(),
  floor: z.number(),
  decisions: z.int().describe('reviewed decisions that count, of those picked by chance or withheld'),
  wrong: z.int().describe('of which went against the rule'),
  lower: z.number().describe('of its precision, with 95 % confidence'),
  upper: z.number(),
  overturned: z.int().describe('brought back without having been picked'),
  acted: z.int().describe('what it did by itself in the same time'),
});
