import { z } from 'zod';

const ms = z
  .object({ p50: z.int(), p95: z.int(), p99: z.int(), max: z.int() })
  .describe('whole milliseconds, each a figure that there was, by nearest rank; left out where there are none');
const count = z.int().min(0);

/** What `GET /v1/sla` answers. */
export const slaSchema = z.object({
  from: z.iso.datetime().describe('the period holds what began then or later'),
  to: z.iso.datetime().describe('and before this'),
  at: z.iso.datetime().describe('what is open is past due by this instant'),
  limits: z.record(z.string(), z.number()).describe('seconds, as they are set today; a clock keeps its own'),
  size: z.int().describe('entries of the ledger that the figures follow from'),
  sealed: count.describe('clocks under non-disclosure in the months of the period; they are in no figure'),
  figures: z.array(
    z.object({
      obligation: z.string(),
      route: z.string().optional(),
      language: z.string().optional(),
      count: count.describe('ended by evidence'),
      limited: count.describe('those of them that had a limit'),
      within: count.describe('those of them that ended within it'),
      share: z.number().optional().describe('within / limited'),
      ms: ms.optional(),
      cancelled: count.describe('ended without a figure'),
      open: count,
      overdue: count.describe('open, and past due'),
      breaches: count.describe('over their limit: ended, with or without a figure, or open'),
      causes: z.record(z.string(), count).describe('breaches by what was told of why, last before the limit passed'),
    }),
  ),
  probe: z
    .array(z.object({ route: z.string(), count, failed: count, ms: ms.optional() }))
    .describe('the standard test post in the same period, from written to gone: in no figure'),
});
