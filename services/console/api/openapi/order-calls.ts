import { z } from 'zod';
import {
  deskEventSchema,
  deskOrderSchema,
  doubts,
  holdGrounds,
  memberStates,
  newThreatSchema,
  orderSchema,
  phases,
  threatToldSchema,
} from '../../../orders/index.js';
import { type Call, json } from './call.js';

const instant = z.iso.datetime();
const state = z.enum(memberStates as [string, ...string[]]);
const instrument = z.enum(['tco', 'dsa9']).describe('TCO Article 3, or DSA Article 9');

export const short = z.object({
  id: z.string(),
  instrument,
  reference: z.string().optional(),
  authority: z.string().optional().describe('of the register; absent where nobody of it signed'),
  phase: z.enum(phases),
  route: z.string(),
  receivedAt: instant,
  dueAt: instant,
  executedAt: instant.optional(),
  automatic: z.boolean(),
  doubts: z.array(z.enum(doubts)).describe('why a person has to decide'),
  scrutiny: z.enum(['none', 'asked', 'opened', 'no-infringement', 'infringement', 'waived', 'lapsed']),
  finality: z.enum(['pending', 'final', 'annulled', 'withdrawn', 'void']),
  sealed: z.boolean().describe('nothing of it may be disclosed'),
  items: z.int(),
});
const form = z
  .looseObject({
    form: z.enum(['II', 'III']),
    template: z.string(),
    number: z.string(),
    madeAt: instant,
    language: z.string(),
  })
  .describe('the values of an answering form');
const receipt = short.extend({
  findings: z.array(z.object({ path: z.string(), message: z.string(), article: z.string() })),
  notice: z
    .enum(['given', 'short', 'missing'])
    .optional()
    .describe('the 12 hours before the first order, TCO Article 3(2)'),
  acknowledgement: z
    .object({
      promise: z.string().optional().describe('a signed note: the ledger has this entry by then'),
      includedBy: instant.optional(),
      entry: z.string(),
      salt: z.string(),
      opening: z.unknown(),
      detail: z.unknown(),
      detailSalt: z.string(),
    })
    .describe('what the ledger enters of the receipt, and opens to'),
  forms: z.array(form).optional().describe('where the order came before: what was answered'),
});
const order = receipt.omit({ items: true, forms: true }).extend({
  content: orderSchema,
  items: z.array(
    z.object({
      n: z.int(),
      url: z.string(),
      phase: z.string(),
      target: z
        .looseObject({ platform: z.string(), postId: z.string(), version: z.int(), public: z.boolean() })
        .optional(),
      removalId: z.string().optional(),
      askedAt: instant.optional(),
      goneAt: instant.optional(),
      evidence: z.string().optional(),
      duplicateOf: z.string().optional(),
      claimed: z.literal(true).optional(),
      moved: z.literal(true).optional(),
    }),
  ),
  holds: z.array(
    z.object({
      turn: z.int(),
      ground: z.enum(holdGrounds),
      explanation: z.string(),
      by: z.string(),
      at: instant,
      endedAt: instant.optional(),
      late: z.literal(true).optional().describe('stated when the limit had passed: it moves no clock'),
    }),
  ),
  sealedUntil: instant.optional(),
  takenBy: z.string().optional(),
  scrutinyRequestDueAt: instant.optional(),
  redress: z.looseObject({}).optional(),
  cases: z.array(
    z.object({
      id: z.string(),
      about: z.string(),
      openedAt: instant,
      dueAt: instant.optional(),
      closedAt: instant.optional(),
      closedBy: z.string().optional(),
    }),
  ),
  forms: z.array(
    z.object({
      n: z.int(),
      form: z.enum(['II', 'III']),
      madeAt: instant,
      sentAt: instant.optional(),
      receipt: z.string().optional(),
      attempts: z.int(),
      waitsForDesk: z.boolean().describe('no way leads to the authority: a person sends it, and enters the receipt'),
      error: z.string().optional(),
    }),
  ),
  files: z.array(z.object({ id: z.string(), name: z.string(), type: z.string(), bytes: z.int(), sha256: z.string() })),
  events: z.array(z.object({ type: z.string(), at: instant, by: z.string(), body: z.looseObject({}) })),
});
const authority = z.object({
  id: z.string(),
  name: z.string(),
  state,
  instruments: z.array(instrument),
  keys: z.array(z.string()),
  certificates: z.int(),
  usualOrdersADay: z.int().optional(),
  answersTo: z.string().optional(),
  noticeAt: instant.optional(),
  revoked: z.boolean(),
  orders: z.int(),
  firstOrderAt: instant.optional(),
  confirmedUntil: instant.optional(),
});
const threat = z.object({
  id: z.string(),
  platform: z.string(),
  post: z.string(),
  states: z.array(state),
  why: z.string(),
  tell: z.array(z.object({ who: z.string(), name: z.string().optional(), contact: z.string().optional() })),
  reportedBy: z.string(),
  reportedAt: instant,
  toldAt: instant.optional(),
  toldBy: z.string().optional(),
  receipt: z.string().optional(),
});

const tag = 'Orders';

/** The calls about removal orders and threats to life. */
export const orderCalls: readonly Call[] = [
  {
    method: 'post',
    path: '/v1/removal-orders',
    summary:
      'Hand over a removal order: a compact JWS by a key of the register of authorities (no API key then; its payload is ' +
      '`{aud, iat, exp, jti, order}`), or what the desk enters. The same order again tells how it stands.',
    tag,
    scope: 'orders:write',
    body: { 'application/json': deskOrderSchema, 'application/jose': z.string() },
    answers: {
      202: { description: 'It is received, and its clock runs.', body: json(receipt) },
      200: { description: 'It was received before.', body: json(receipt) },
    },
    problems: [400, 409, 413, 503],
  },
  {
    method: 'get',
    path: '/v1/removal-orders',
    summary: 'Removal orders, the newest first.',
    tag,
    scope: 'orders:read',
    query: {
      limit: z.int().min(1).max(200).default(50),
      cursor: z.string().describe('the "next" of an earlier answer').optional(),
      phase: z.string().max(20).optional(),
    },
    answers: {
      200: { description: 'Orders.', body: json(z.object({ orders: z.array(short), next: z.string().optional() })) },
    },
  },
  {
    method: 'get',
    path: '/v1/removal-orders/{id}',
    summary: 'One order: items, limits, holds, forms, cases of the desk, files, and what happened to it.',
    tag,
    scope: 'orders:read',
    answers: { 200: { description: 'The order.', body: json(order) } },
    problems: [404],
  },
  {
    method: 'post',
    path: '/v1/removal-orders/{id}/events',
    summary: 'What the desk decides, or was told, about an order.',
    tag,
    scope: 'orders:decide',
    body: json(deskEventSchema),
    answers: { 201: { description: 'The order as it stands then.', body: json(order) } },
    problems: [400, 404, 409, 413],
  },
  {
    method: 'get',
    path: '/v1/removal-orders/{id}/feedback',
    summary: 'The values of the answering forms (Annex II, Annex III).',
    tag,
    scope: 'orders:read',
    answers: { 200: { description: 'The forms.', body: json(z.object({ forms: z.array(form) })) } },
    problems: [404],
  },
  {
    method: 'get',
    path: '/v1/removal-orders/{id}/files/{file}',
    summary: 'A file that came with an order, as it came. Nobody has opened or checked it.',
    tag,
    scope: 'orders:read',
    answers: { 200: { description: 'The file, to be kept.', body: { 'application/octet-stream': z.string() } } },
    problems: [404],
  },
  {
    method: 'get',
    path: '/v1/authorities',
    summary: 'The register: who may order.',
    tag,
    scope: 'orders:read',
    answers: { 200: { description: 'Authorities.', body: json(z.object({ authorities: z.array(authority) })) } },
  },
  {
    method: 'post',
    path: '/v1/authorities/{id}/confirm',
    summary: 'Confirm for a day that an authority really sends more orders than is usual for it.',
    tag,
    scope: 'orders:decide',
    answers: {
      202: { description: 'What waited for it goes on.', body: json(z.object({ confirmedUntil: instant })) },
    },
    problems: [404, 413],
  },
  {
    method: 'get',
    path: '/v1/threats',
    summary: 'Threats to life that were reported, the open ones first.',
    tag,
    scope: 'orders:read',
    answers: { 200: { description: 'Threats.', body: json(z.object({ threats: z.array(threat) })) } },
  },
  {
    method: 'post',
    path: '/v1/threats',
    summary: 'Report content that tells of an imminent threat to life. Answers whom to tell; the clock runs.',
    tag,
    scope: 'threats:report',
    body: json(newThreatSchema),
    answers: { 201: { description: 'Reported.', body: json(threat) } },
    problems: [400, 413],
  },
  {
    method: 'post',
    path: '/v1/threats/{id}/told',
    summary: 'Enter the receipt of the authority that was told. That ends the clock.',
    tag,
    scope: 'threats:report',
    body: json(threatToldSchema),
    answers: { 201: { description: 'Told.', body: json(threat) } },
    problems: [400, 404, 409, 413],
  },
];
