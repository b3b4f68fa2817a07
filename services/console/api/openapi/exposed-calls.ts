import { z } from 'zod';
import { exposedSchema, liftSchema, reportSchema, reviewSchema } from '../../../orders/index.js';
import { type Call, json } from './call.js';

const instant = z.iso.datetime();

const state = z.object({
  exposed: z.boolean(),
  finalOrders: z.object({
    count: z.int().describe('TCO orders that were received since then and are final'),
    since: instant,
    manyEnough: z.boolean().describe('as many as Article 5(4) names as a factor; the decision is an authority’s'),
  }),
  humanCheck: z.number().describe('share of what rules remove by themselves that a person verifies'),
  decisions: z.array(
    z.object({
      id: z.string(),
      reference: z.string(),
      authority: z.string(),
      notifiedAt: instant,
      enteredBy: z.string(),
      approvedBy: z.string(),
      binds: z.boolean(),
      report: z.int().optional().describe('which report is due next, counted from 1'),
      reportDueAt: instant.optional(),
      reviewAskedAt: instant.optional(),
      liftedAt: instant.optional(),
      liftedBy: z.string().optional(),
      liftedReference: z.string().optional(),
    }),
  ),
});
const asked = json(z.object({ approval: z.string().describe('what a second person agrees to at /v1/approvals') }));

const tag = 'Orders';

/** The calls about TCO Article 5. */
export const exposedCalls: readonly Call[] = [
  {
    method: 'get',
    path: '/v1/exposed-provider',
    summary: 'TCO Article 5: final orders in twelve months, and whether a decision says that the provider is exposed.',
    tag,
    scope: 'orders:read',
    answers: { 200: { description: 'As it stands.', body: json(state) } },
  },
  {
    method: 'post',
    path: '/v1/exposed-provider',
    summary: 'Enter a notified decision that the provider is exposed. A second person has to agree.',
    tag,
    scope: 'orders:decide',
    body: json(exposedSchema),
    answers: { 202: { description: 'It waits for a second person.', body: asked } },
    problems: [400, 413],
  },
  {
    method: 'post',
    path: '/v1/exposed-provider/lift',
    summary: 'Enter that the provider is exposed no more. A second person has to agree.',
    tag,
    scope: 'orders:decide',
    body: json(liftSchema),
    answers: { 202: { description: 'It waits for a second person.', body: asked } },
    problems: [400, 413],
  },
  {
    method: 'post',
    path: '/v1/exposed-provider/reports',
    summary: 'The report on the measures was sent: its clock ends, and that of the next year begins.',
    tag,
    scope: 'orders:decide',
    body: json(reportSchema),
    answers: { 201: { description: 'As it stands then.', body: json(state) } },
    problems: [400, 409, 413],
  },
  {
    method: 'post',
    path: '/v1/exposed-provider/reviews',
    summary: 'A review of the decision was asked for, or answered (Article 5(6), 5(7)).',
    tag,
    scope: 'orders:decide',
    body: json(reviewSchema),
    answers: { 201: { description: 'As it stands then.', body: json(state) } },
    problems: [400, 409, 413],
  },
];
