import { z } from 'zod';
import { waits } from '../../../orders/index.js';
import { type Call, cursor, json } from './call.js';
import { short } from './order-calls.js';

const instant = z.iso.datetime();
const tag = 'Orders';
const limit = z.int().min(1).max(200).default(50);
const next = z.string().optional();

const listed = short.extend({
  authorityName: z.string().optional().describe('as the register has it, else as the order says'),
  issuingState: z.string().optional(),
  takenBy: z.string().optional(),
  waits: z.array(z.enum(waits)).describe('what is still to be done, the most urgent first'),
});
const deskCase = z.object({
  id: z.string(),
  order: z.string(),
  reference: z.string().optional(),
  instrument: z.enum(['tco', 'dsa9']),
  about: z.string(),
  openedAt: instant,
  dueAt: instant.optional(),
});
const form = z.object({
  order: z.string(),
  reference: z.string().optional(),
  n: z.int(),
  form: z.enum(['II', 'III']),
  madeAt: instant,
});
const attempt = z.object({
  id: z.string(),
  at: instant,
  channel: z.string(),
  claimed: z.string().describe('who it said it came from'),
  status: z.int(),
  reason: z.string(),
  bytes: z.int(),
  hash: z.string(),
});

/** The lists of the legal desk. */
export const deskCalls: readonly Call[] = [
  {
    method: 'get',
    path: '/v1/desk/orders',
    summary:
      'Orders by the time that is left (`show=open`), or the newest first (`show=all`), with what each waits for.',
    tag,
    scope: 'orders:read',
    query: {
      limit,
      show: z.enum(['open', 'all']).default('open'),
      authority: z.string().max(63).describe('of the register; "-": nobody of it signed').optional(),
      instrument: z.enum(['tco', 'dsa9']).optional(),
      cursor,
    },
    answers: {
      200: {
        description: 'Orders.',
        body: json(
          z.object({
            now: instant,
            counts: z.object({
              open: z.int(),
              withinHour: z.int().describe('their limit passes within the hour'),
              overdue: z.int(),
              most: z.int().describe('nothing is counted further'),
              forms: z.int().describe('forms that wait for a person to send them'),
            }),
            volume: z
              .array(z.object({ authority: z.string(), name: z.string(), since: instant, orders: z.int() }))
              .describe(
                'authorities that send far more than usual, until a person has confirmed the number; how many of their orders wait',
              ),
            orders: z.array(listed),
            next,
          }),
        ),
      },
    },
  },
  {
    method: 'get',
    path: '/v1/desk/cases',
    summary: 'What the desk is asked to look at, the oldest first, and the forms that a person has to send.',
    tag,
    scope: 'orders:read',
    query: { limit, cursor },
    answers: {
      200: {
        description: 'Cases of the desk.',
        body: json(z.object({ now: instant, cases: z.array(deskCase), forms: z.array(form), next })),
      },
    },
  },
  {
    method: 'post',
    path: '/v1/desk/cases/{id}/seen',
    summary: 'Close a case that only had to be looked at (executed without a person, nothing there, returned).',
    tag,
    scope: 'orders:decide',
    answers: { 202: { description: 'Closed.', body: json(z.object({ id: z.string() })) } },
    problems: [404, 409],
  },
  {
    method: 'get',
    path: '/v1/desk/attempts',
    summary: 'What came as an order and was none, the newest first.',
    tag,
    scope: 'orders:read',
    query: { limit, cursor },
    answers: { 200: { description: 'Attempts.', body: json(z.object({ attempts: z.array(attempt), next })) } },
  },
];
