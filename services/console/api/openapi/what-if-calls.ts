import { z } from 'zod';
import { curveQuery, whatIfQuery } from '../../../policies/index.js';
import { type Call, json } from './call.js';

const share = z.number().min(0).max(1);
const estimate = z
  .object({
    enough: z.boolean().describe('whether there is evidence enough for an interval'),
    value: share.optional(),
    low: share,
    high: share.describe('with low: the 95 % interval; without enough evidence what is certain all the same'),
    decisions: z.int(),
    lacking: z.int().optional().describe('about so many decisions more are needed'),
    words: z.string().optional(),
  })
  .describe('an estimate by the decisions of people, weighted by what they stand for');

const point = z.object({
  threshold: share,
  reviewedPerDay: z.number(),
  removedPerDay: z.number(),
  addedPerDay: z.number().describe('allowed now'),
  droppedPerDay: z.number().describe('by the rule now, and allowed then'),
  reviewHoursPerDay: z.number().optional().describe("absent below 20 decisions to take people's pace from"),
  utilisation: z.number().optional().describe('work that arrives for each that can be done; above 1 the queue grows'),
  clocksAtRiskPerDay: z.number().optional(),
  clocksAtRisk: share.optional(),
  precision: estimate,
  recall: estimate,
});

const basis = {
  signal: z.string(),
  label: z.string(),
  rule: z.string().optional(),
  action: z.string(),
  days: z.number().describe('that there are counts of'),
  reviewers: z.int(),
  handlingSeconds: z.number().optional(),
  decisions: z.int(),
  undecided: z.int().describe('chosen as evidence, and decided by nobody yet'),
  lost: z.int().describe('deleted before anybody decided'),
  removedUnseen: share.describe('of all posts: removed by a rule, without an audit of that'),
};

export const whatIfCalls: readonly Call[] = [
  {
    method: 'get',
    path: '/v1/what-if',
    summary: 'What a threshold would lead to, by language, and the posts that would change sides.',
    tag: 'Policies',
    scope: 'policies:read',
    query: whatIfQuery.shape,
    answers: {
      200: {
        description: 'What follows.',
        body: json(
          z.object({
            ...basis,
            all: point,
            languages: z.array(point.extend({ language: z.string().describe('empty: not known') })),
            posts: z
              .array(
                z.object({
                  platform: z.string(),
                  id: z.string(),
                  version: z.int(),
                  language: z.string(),
                  score: share,
                  action: z.string(),
                  rule: z.string(),
                  at: z.iso.datetime(),
                }),
              )
              .describe('some of them, the nearest to the threshold first'),
          }),
        ),
      },
    },
  },
  {
    method: 'get',
    path: '/v1/what-if/curve',
    summary: 'The same at every hundredth from 0 to 1, for a slider.',
    tag: 'Policies',
    scope: 'policies:read',
    query: curveQuery.shape,
    answers: {
      200: {
        description: 'What follows, by threshold.',
        body: json(z.object({ ...basis, language: z.string().optional(), curve: z.array(point) })),
      },
    },
  },
  {
    method: 'get',
    path: '/v1/what-if/labels',
    summary: 'Signals and labels that scores were counted of within 30 days.',
    tag: 'Policies',
    scope: 'policies:read',
    answers: {
      200: {
        description: 'By name.',
        body: json(z.object({ labels: z.array(z.object({ signal: z.string(), label: z.string() })) })),
      },
    },
  },
];
