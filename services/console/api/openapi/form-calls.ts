import { z } from 'zod';
import type { Call } from './call.js';

const block = z.looseObject({ kind: z.enum(['field', 'boxes', 'text', 'heading', 'signature']) });
const document = z
  .object({
    language: z.enum(['en', 'fr', 'de']),
    annex: z.string().optional(),
    title: z.string(),
    article: z.string(),
    number: z.string(),
    drawnUp: z.string(),
    at: z.iso.datetime(),
    intro: z.string().optional(),
    sections: z.array(z.object({ heading: z.string(), blocks: z.array(block) })),
  })
  .describe('the form as it is to be read: labels and values in its language');

const either = { 'application/pdf': z.string(), 'application/json': document };
const query = {
  language: z.enum(['en', 'fr', 'de']).describe("that of the order, or of its State, where it isn't given").optional(),
};

/** The calls that show forms and orders to people. */
export const formCalls: readonly Call[] = [
  {
    method: 'get',
    path: '/v1/removal-orders/{id}/forms/{file}',
    summary:
      'An answering form (Annex II, Annex III, or the answer under DSA Article 9): `{n}.pdf` as a tagged PDF, `{n}.json` as the same in JSON.',
    tag: 'Orders',
    scope: 'orders:read',
    query,
    answers: { 200: { description: 'The form.', body: either } },
    problems: [404, 503],
  },
  {
    method: 'get',
    path: '/v1/removal-orders/{id}/order.{kind}',
    summary: 'The order itself, as its data say it (Annex I): `order.pdf` or `order.json`.',
    tag: 'Orders',
    scope: 'orders:read',
    query,
    answers: { 200: { description: 'The order.', body: either } },
    problems: [404, 503],
  },
];
