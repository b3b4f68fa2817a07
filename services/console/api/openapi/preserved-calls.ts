import { z } from 'zod';
import { openingSchema, prolongSchema, purposes } from '../../../enforce/index.js';
import { type Call, json } from './call.js';

const instant = z.iso.datetime();
const opening = z.object({
  id: z.string(),
  purpose: z.enum(purposes),
  reason: z.string(),
  askedBy: z.string(),
  askedAt: instant,
  approval: z.string().describe('what a second person has to agree to: POST /v1/approvals/{id}/decision'),
  approvedBy: z.string().optional(),
  approvedAt: instant.optional(),
  readableUntil: instant.optional(),
  readAt: instant.optional(),
});
const preserved = z.object({
  id: z.string(),
  order: z.string(),
  n: z.int().describe('which item of the order'),
  platform: z.string(),
  post: z.string(),
  state: z
    .enum(['held', 'kept', 'erased'])
    .describe('`held`: its removal is asked for; `kept`: it is gone; `erased`: its keys are destroyed'),
  heldAt: instant,
  removedAt: instant.optional(),
  keptUntil: instant.optional().describe('six months by the calendar after its removal'),
  prolongedUntil: instant.optional().describe('its content only'),
  prolonged: z.array(prolongSchema.extend({ by: z.string(), at: instant })),
  bytes: z.int(),
  erasedAt: instant.optional(),
  openings: z.array(opening),
});
const opened = preserved.extend({
  content: z.array(z.object({ versions: z.array(z.looseObject({ version: z.int() })) })),
  related: z.array(
    z.object({ versions: z.array(z.looseObject({ version: z.int() })), looks: z.array(z.looseObject({})) }),
  ),
});

const tag = 'Preserved content';

/** The calls about what orders took down (TCO Article 6). */
export const preservedCalls: readonly Call[] = [
  {
    method: 'get',
    path: '/v1/preserved',
    summary: 'What is preserved, the newest first: everything but its content.',
    tag,
    scope: 'preserved:read',
    query: {
      limit: z.int().min(1).max(200).default(50),
      cursor: z.string().describe('the "next" of an earlier answer').optional(),
      order: z.string().max(64).optional(),
    },
    answers: {
      200: {
        description: 'Preserved items.',
        body: json(z.object({ preserved: z.array(preserved), next: z.string().optional() })),
      },
    },
  },
  {
    method: 'get',
    path: '/v1/preserved/{id}',
    summary:
      'Read preserved content: once, within an hour after a second person agreed, by the person who asked. It is entered in the ledger first.',
    tag,
    scope: 'preserved:read',
    answers: { 200: { description: 'The content and its related data.', body: json(opened) } },
    problems: [404, 409, 410, 503],
  },
  {
    method: 'post',
    path: '/v1/preserved/{id}/openings',
    summary: 'Ask to open preserved content, for a purpose of TCO Article 6(1). A second person has to agree.',
    tag,
    scope: 'preserved:read',
    body: json(openingSchema),
    answers: { 202: { description: 'It waits for a second person.', body: json(opening) } },
    problems: [400, 404, 409, 410, 413],
  },
  {
    method: 'post',
    path: '/v1/preserved/{id}/prolong',
    summary: 'Keep the content longer, on request of an authority or a court (TCO Article 6(2)).',
    tag,
    scope: 'orders:decide',
    body: json(prolongSchema),
    answers: { 201: { description: 'As it stands then.', body: json(preserved) } },
    problems: [400, 404, 409, 410, 413],
  },
];
