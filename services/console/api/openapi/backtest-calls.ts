import { z } from 'zod';
import { backtestResultSchema, backtestSchema, changeSchema, newBacktestSchema } from '../../../policies/index.js';
import { type Call, json } from './call.js';

const tag = 'Policies';

/** The calls about backtests. */
export const backtestCalls: readonly Call[] = [
  {
    method: 'post',
    path: '/v1/backtests',
    summary:
      'Hold a draft against the assessments of the last days, or against a file of labelled posts that is sent afterwards. It works in the background, one at a time.',
    tag,
    scope: 'policies:write',
    body: json(newBacktestSchema),
    answers: { 201: { description: 'It waits for its turn, or for its posts.', body: json(backtestSchema) } },
    problems: [400, 404, 409, 413],
  },
  {
    method: 'get',
    path: '/v1/backtests',
    summary: 'Backtests, the newest first.',
    tag,
    scope: 'policies:read',
    query: { limit: z.int().min(1).max(200).default(50) },
    answers: {
      200: { description: 'Backtests.', body: json(z.object({ backtests: z.array(backtestSchema) })) },
    },
  },
  {
    method: 'get',
    path: '/v1/backtests/{id}',
    summary: 'One backtest: how far it is, and what it found so far.',
    tag,
    scope: 'policies:read',
    answers: { 200: { description: 'The backtest.', body: json(backtestResultSchema) } },
    problems: [404],
  },
  {
    method: 'post',
    path: '/v1/backtests/{id}/posts',
    summary:
      'Send the labelled posts of a backtest, a line a post: `text` and what else a post has, `label`, `language`, and `slice` for figures of its own. All at once, at most 512 MiB.',
    tag,
    scope: 'policies:write',
    body: {
      'application/x-ndjson': z.looseObject({
        text: z.string().optional(),
        label: z.string().optional(),
        language: z.string().optional(),
        slice: z.string().optional(),
      }),
    },
    answers: { 200: { description: 'All are there, and it waits for its turn.', body: json(backtestSchema) } },
    problems: [404, 409, 413],
  },
  {
    method: 'get',
    path: '/v1/backtests/{id}/changes',
    summary: 'What would be decided otherwise, and what was found: of many changes of a kind an even sample.',
    tag,
    scope: 'policies:read',
    query: {
      limit: z.int().min(1).max(1_000).default(100),
      cursor: z.string().describe('the "next" of an earlier answer').optional(),
    },
    answers: {
      200: {
        description: 'Changes.',
        body: json(z.object({ changes: z.array(changeSchema), next: z.string().optional() })),
      },
    },
    problems: [404],
  },
  {
    method: 'get',
    path: '/v1/backtests/{id}/export.csv',
    summary: 'One of its tables, for a spreadsheet: no cell is taken for a formula.',
    tag,
    scope: 'policies:read',
    query: { table: z.enum(['changes', 'moves', 'confusion']).default('changes') },
    answers: { 200: { description: 'The table.', body: { 'text/csv': z.string() } } },
    problems: [404],
  },
  {
    method: 'get',
    path: '/v1/backtests/{id}/export.json',
    summary: 'All of it: the policy, what was found, and every change that is listed.',
    tag,
    scope: 'policies:read',
    answers: {
      200: {
        description: 'The backtest.',
        body: json(backtestResultSchema.extend({ policy: z.string(), changes: z.array(changeSchema) })),
      },
    },
    problems: [404],
  },
  {
    method: 'delete',
    path: '/v1/backtests/{id}',
    summary: 'Cancel it. What it found so far stays.',
    tag,
    scope: 'policies:write',
    answers: { 200: { description: 'It is cancelled.', body: json(backtestSchema) } },
    problems: [404, 409],
  },
];
