import { z } from 'zod';
import { driftSchema, holdSchema, liftSchema, newHoldSchema, ruleStandingSchema } from '../../../policies/index.js';
import { type Call, json } from './call.js';

const tag = 'Policies';

/** The calls about rules that are held. */
export const holdCalls: readonly Call[] = [
  {
    method: 'get',
    path: '/v1/rule-holds',
    summary: 'Rules that do not act by themselves at present or did not once, and what is known of each that does.',
    tag,
    scope: 'policies:read',
    answers: {
      200: {
        description: 'Holds, the open ones first; and rules.',
        body: json(z.object({ holds: z.array(holdSchema), rules: z.array(ruleStandingSchema) })),
      },
    },
  },
  {
    method: 'post',
    path: '/v1/rule-holds',
    summary: 'Hold a rule: from the next post on, what it would remove or withhold goes to reviewers.',
    tag,
    scope: 'policies:write',
    body: json(newHoldSchema),
    answers: { 201: { description: 'It is held.', body: json(holdSchema) } },
    problems: [400, 404, 409, 413],
  },
  {
    method: 'post',
    path: '/v1/rule-holds/{id}/lift',
    summary: 'Ask that a rule acts by itself again. A second person agrees, or does not.',
    tag,
    scope: 'policies:write',
    body: json(liftSchema),
    answers: { 202: { description: 'It waits for a second person.', body: json(z.object({ approval: z.string() })) } },
    problems: [400, 404, 409, 413],
  },
  {
    method: 'get',
    path: '/v1/score-drifts',
    summary: "How each day's scores differed from the week before, the newest first, with examples.",
    tag,
    scope: 'policies:read',
    answers: {
      200: { description: 'By signal, label and language.', body: json(z.object({ series: z.array(driftSchema) })) },
    },
  },
];
