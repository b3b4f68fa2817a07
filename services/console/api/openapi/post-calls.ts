import { z } from 'zod';
import { platformName, postSchema } from '../../../contracts/index.js';
import { outcomesSchema as askedOutcomesSchema } from '../outcomes.js';
import { standingSchema } from '../standing.js';
import * as answers from './answers.js';
import { type Call, flag, json, limit } from './call.js';

/** Posts and what people decide of them. */
export const postCalls: readonly Call[] = [
  {
    method: 'post',
    path: '/v1/posts',
    summary: 'Send one post, or a stream of posts. What is acknowledged is durable.',
    tag: 'Posts',
    scope: 'posts:write',
    query: {
      receipts: z.enum(['all', 'errors']).default('all').describe('`errors`: refused lines and a summary only'),
      backfill: flag.describe('posts of the past, which count in no posted-to-gone figure'),
    },
    body: { 'application/json': postSchema, 'application/x-ndjson': postSchema },
    answers: {
      202: { description: 'One post was taken in.', body: json(answers.receiptSchema) },
      200: {
        description: 'A stream: a line a post, in order.',
        body: { 'application/x-ndjson': answers.receiptLineSchema },
      },
    },
    problems: [400, 409, 413, 415, 503],
  },
  {
    method: 'get',
    path: '/v1/posts/{id}',
    summary: "Where a post stands: every step's time, signals, decision, evidence.",
    tag: 'Posts',
    scope: 'posts:read',
    query: { platform: platformName },
    answers: { 200: { description: 'Where it stands.', body: json(standingSchema) } },
    problems: [404],
  },
  {
    method: 'post',
    path: '/v1/posts/outcomes',
    summary: 'Where many posts of one platform stand, in short.',
    tag: 'Posts',
    scope: 'posts:read',
    body: json(askedOutcomesSchema),
    answers: {
      200: { description: 'One outcome for each id, in the order of the ids.', body: json(answers.outcomesSchema) },
    },
    problems: [400, 413],
  },
  {
    method: 'get',
    path: '/v1/cases',
    summary: 'The review queue, the most urgent first.',
    tag: 'Review',
    scope: 'cases:read',
    query: { limit: limit(500, 50) },
    answers: { 200: { description: 'Open cases.', body: json(answers.casesSchema) } },
  },
  {
    method: 'post',
    path: '/v1/cases/{id}/decisions',
    summary: "A person's decision on a case.",
    tag: 'Review',
    scope: 'cases:decide',
    body: json(answers.decisionSchema),
    answers: { 201: { description: 'It was decided.', body: json(answers.decidedSchema) } },
    problems: [400, 404, 409, 413],
  },
  {
    method: 'get',
    path: '/v1/removals',
    summary: 'The latest removals and restorations, and where they stand.',
    tag: 'Review',
    scope: 'cases:read',
    query: { limit: limit(500, 50), escalated: flag.describe('only those that are not confirmed') },
    answers: { 200: { description: 'Newest first.', body: json(answers.removalsSchema) } },
  },
];
