import { z } from 'zod';
import { deadLetterSchema } from '../dead-letters.js';
import * as answers from './answers.js';
import { type Call, json, limit, text } from './call.js';

/** Deliveries, dead letters, and how the processes are. */
export const operationCalls: readonly Call[] = [
  {
    method: 'get',
    path: '/v1/deliveries',
    summary: 'Calls to platforms, with every attempt.',
    tag: 'Operation',
    scope: 'deliveries:read',
    query: {
      platform: z.string().optional(),
      item: z.string().optional(),
      state: z.enum(['pending', 'accepted', 'refused', 'failed']).optional(),
      before: z.iso.datetime({ offset: true }).optional(),
      limit: limit(200, 50),
    },
    answers: {
      200: { description: 'Newest first.', body: json(z.object({ deliveries: z.array(answers.deliverySchema) })) },
    },
  },
  {
    method: 'post',
    path: '/v1/deliveries/{id}/replay',
    summary: 'Send a delivery again, under the same id.',
    tag: 'Operation',
    scope: 'deliveries:replay',
    answers: { 200: { description: 'It was sent again.', body: json(answers.deliverySchema) } },
    problems: [404, 409],
  },
  {
    method: 'get',
    path: '/v1/dead-letters',
    summary: 'What could not be handled, with the reason.',
    tag: 'Operation',
    scope: 'dead-letters:read',
    query: { limit: limit(500, 100) },
    answers: {
      200: { description: 'Newest first.', body: json(z.object({ deadLetters: z.array(deadLetterSchema) })) },
    },
  },
  {
    method: 'post',
    path: '/v1/dead-letters/{id}/replay',
    summary: 'Hand a dead letter to its stage again.',
    tag: 'Operation',
    scope: 'dead-letters:replay',
    answers: { 202: { description: 'It is on its way.', body: json(z.object({ id: z.string() })) } },
    problems: [404],
  },
  {
    method: 'get',
    path: '/healthz',
    summary: 'Whether the process is alive.',
    tag: 'Operation',
    answers: { 200: { description: 'It is.', body: json(z.object({ status: z.literal('alive') })) } },
  },
  {
    method: 'get',
    path: '/readyz',
    summary: 'Whether it can take work; names what is not ready.',
    tag: 'Operation',
    answers: {
      200: { description: 'It can.', body: json(z.object({ status: z.literal('ready') })) },
      503: {
        description: 'It can not.',
        body: json(z.object({ status: z.literal('not ready'), problems: z.record(z.string(), z.string()) })),
      },
    },
  },
  {
    method: 'get',
    path: '/metrics',
    summary: 'Metrics in the Prometheus text format. On other addresses than loopback with the metrics token.',
    tag: 'Operation',
    answers: { 200: { description: 'The metrics.', body: text('text/plain') } },
    problems: [401, 403],
  },
  {
    method: 'get',
    path: '/openapi.json',
    summary: 'This description.',
    tag: 'Operation',
    answers: { 200: { description: 'OpenAPI 3.1.', body: json(z.looseObject({ openapi: z.string() })) } },
  },
];
