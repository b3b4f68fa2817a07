import { z } from 'zod';
import { policyBodies as bodies } from '../../../policies/index.js';
import { type Call, json } from './call.js';

const instant = z.iso.datetime();
const state = z.enum(['draft', 'shadow', 'canary', 'live', 'retired']);
const problem = z.object({
  path: z.string().describe('in the policy, as `rules[2].when.finding.label`'),
  message: z.string(),
  line: z.int().optional(),
  column: z.int().optional(),
});
const version = z.object({
  id: z.string().describe('`<name>@<hash of its text>`'),
  name: z.string(),
  state,
  origin: z.enum(['file', 'api']),
  createdAt: instant,
  createdBy: z.string(),
  note: z.string(),
  liveAt: instant.optional().describe('when it became live last'),
  before: z.string().optional().describe('what was live before it: what rolling back leads to'),
});
const force = z.object({
  revision: z
    .int()
    .describe('grows with each change; name it in a call, and it answers 409 where something changed since'),
  live: z.string(),
  canary: z.object({ id: z.string(), share: z.number(), bound: z.number(), since: z.int() }).optional(),
  shadows: z.array(z.string()),
});
const inForce = z.object({ inForce: force });
const counted = z.object({ n: z.int(), wrong: z.int() });
const arm = z.object({
  posts: z.int(),
  byAction: z.record(z.string(), z.int()),
  reviewed: counted.describe('cases that people decided, and those in which they let the post stand'),
  acted: counted.describe('posts removed by itself, and those that people brought back'),
  complaints: counted.describe('posts removed or withheld, and those that somebody complained of'),
});
const difference = z.object({
  difference: z.number().optional(),
  low: z.number(),
  high: z.number(),
  exceeded: z.boolean().describe('beyond the bound: the canary is stopped'),
});
const decided = z.object({ action: z.string(), rule: z.string() });
const modelStanding = z.object({
  name: z.string(),
  standing: z.enum(['draft', 'shadow', 'live', 'retired']),
  history: z.array(
    z.object({
      from: z.string(),
      to: z.string(),
      at: instant,
      by: z.string(),
      secondedBy: z.string().optional(),
      why: z.string(),
    }),
  ),
});
const policyId = '/v1/policies/{id}';

const move = (path: string, summary: string): Call => ({
  method: 'post',
  path: `${policyId}/${path}`,
  summary,
  tag: 'Policies',
  scope: 'policies:write',
  body: json(bodies.moveSchema),
  answers: { 200: { description: 'What is in force now.', body: json(inForce) } },
  problems: [404, 409],
});

/** Policies: versions, what runs beside the live one, promotion and rolling back. */
export const policyCalls: readonly Call[] = [
  {
    method: 'get',
    path: '/v1/policies',
    summary: 'Every version, the newest first, and what is in force.',
    tag: 'Policies',
    scope: 'policies:read',
    answers: { 200: { description: 'Versions.', body: json(inForce.extend({ policies: z.array(version) })) } },
  },
  {
    method: 'post',
    path: '/v1/policies',
    summary: 'Keep a draft: as text (YAML or JSON), or as an object. It is checked before.',
    tag: 'Policies',
    scope: 'policies:write',
    body: json(bodies.draftSchema),
    answers: {
      201: { description: 'The draft.', body: json(version) },
      200: { description: 'This text is there already.', body: json(version) },
    },
    problems: [409],
  },
  {
    method: 'post',
    path: '/v1/policies/check',
    summary: 'Check a policy without keeping it: what is wrong, with path, line and column.',
    tag: 'Policies',
    scope: 'policies:read',
    body: json(bodies.checkSchema),
    answers: {
      200: {
        description: 'What is wrong with it.',
        body: json(z.object({ usable: z.boolean(), id: z.string().optional(), problems: z.array(problem) })),
      },
    },
  },
  {
    method: 'get',
    path: '/v1/policies/schema.json',
    summary: 'JSON Schema of a policy, for editors.',
    tag: 'Policies',
    answers: { 200: { description: 'The schema.', body: { 'application/schema+json': z.unknown() } } },
  },
  {
    method: 'post',
    path: '/v1/policies/roll-back',
    summary: 'Put back in force what was live before. One person is enough; a canary ends.',
    tag: 'Policies',
    scope: 'policies:write',
    body: json(bodies.moveSchema),
    answers: { 200: { description: 'What is in force now.', body: json(inForce) } },
    problems: [409],
  },
  {
    method: 'get',
    path: policyId,
    summary: 'One version: its text, what it stands for, and who moved it when and why.',
    tag: 'Policies',
    scope: 'policies:read',
    answers: {
      200: {
        description: 'The version.',
        body: json(
          version.extend({
            text: z.string(),
            policy: z.unknown().optional(),
            problems: z.array(problem).describe('what it would be refused for today'),
            history: z.array(
              z.object({
                from: state.optional(),
                to: state,
                at: instant,
                by: z.string(),
                secondedBy: z.string().optional(),
                why: z.string(),
                share: z.number().optional(),
              }),
            ),
          }),
        ),
      },
    },
    problems: [404],
  },
  {
    method: 'get',
    path: `${policyId}/difference`,
    summary: 'What differs from another version (`to`; the live one): as text, and by rule.',
    tag: 'Policies',
    scope: 'policies:read',
    query: { to: z.string().optional() },
    answers: {
      200: {
        description: 'What would change if this version took the place of the other.',
        body: json(
          z.object({
            from: z.string(),
            to: z.string(),
            text: z.string().describe('as `diff -u` has it'),
            rules: z.array(
              z.object({
                rule: z.string(),
                change: z.enum(['added', 'removed', 'changed', 'moved']),
                fields: z.array(
                  z.object({ path: z.string(), from: z.unknown().optional(), to: z.unknown().optional() }),
                ),
                words: z.string(),
              }),
            ),
          }),
        ),
      },
    },
    problems: [404, 409],
  },
  move('draft', 'Take a version out of shadow or canary, or out of retirement.'),
  move('shadow', 'Let it decide beside the live version, and change nothing. Three at the most.'),
  move('retire', 'Put a version away.'),
  {
    ...move('canary', 'Let it decide on a share of the accounts.'),
    body: json(bodies.canarySchema),
  },
  {
    ...move('promote', 'Put it in force; a second person is asked as soon as there is one.'),
    answers: {
      200: { description: 'It is live.', body: json(inForce) },
      202: {
        description: 'A second person is asked: the approval.',
        body: json(inForce.extend({ approval: z.string() })),
      },
    },
  },
  {
    method: 'get',
    path: `${policyId}/comparison`,
    summary: 'A version under trial beside the live one: counts of a shadow; of a canary also what people overturned.',
    tag: 'Policies',
    scope: 'policies:read',
    query: { days: z.int().min(1).max(90).default(7).describe('of a shadow') },
    answers: {
      200: {
        description: 'The comparison.',
        body: json(
          z.union([
            z.object({
              state: z.literal('canary'),
              against: z.string(),
              share: z.number(),
              since: instant,
              canary: arm,
              live: arm,
              bound: z.number(),
              confidence: z.number(),
              differences: z.object({ reviewed: difference, acted: difference, complaints: difference }),
            }),
            z.object({
              state,
              against: z.string(),
              since: instant,
              posts: z.int(),
              differing: z.int().describe('posts for which the action is another'),
              counts: z.array(
                z.object({ language: z.string().optional(), live: decided, shadow: decided, posts: z.int() }),
              ),
              hours: z.array(z.object({ hour: instant, posts: z.int(), differing: z.int() })),
            }),
          ]),
        ),
      },
    },
    problems: [404],
  },
  {
    method: 'get',
    path: `${policyId}/examples`,
    summary: 'Some of the posts on which a shadow and the live version differ, with the reasons of both.',
    tag: 'Policies',
    scope: 'policies:read',
    query: { limit: z.int().min(1).max(500).default(100) },
    answers: {
      200: {
        description: 'Posts, the newest first.',
        body: json(
          z.object({
            examples: z.array(
              z.object({
                platform: z.string(),
                id: z.string(),
                version: z.int(),
                at: instant,
                language: z.string().optional(),
                live: decided.extend({ policy: z.string(), reasons: z.array(z.string()) }),
                shadow: decided.extend({ reasons: z.array(z.string()) }),
              }),
            ),
          }),
        ),
      },
    },
    problems: [404],
  },
  {
    method: 'post',
    path: `${policyId}/seen`,
    summary: 'Say that you have seen that it was stopped by itself: its clock ends.',
    tag: 'Policies',
    scope: 'policies:write',
    body: json(bodies.seenSchema),
    answers: { 204: undefined },
    problems: [404, 409],
  },
  ...(['draft', 'shadow', 'promote'] as const).map(
    (path): Call => ({
      method: 'post',
      path: `/v1/models/{name}/${path}`,
      summary: {
        draft: 'Ask a model nothing any more.',
        shadow: 'Ask a model beside the one whose place it could take; no rule sees what it says.',
        promote: 'Let a model take the place of another; a second person is asked as soon as there is one.',
      }[path],
      tag: 'Models',
      scope: 'policies:write',
      body: json(bodies.seenSchema),
      answers: {
        200: { description: 'Where it stands.', body: json(modelStanding) },
        ...(path === 'promote' && {
          202: {
            description: 'A second person is asked: the approval.',
            body: json(modelStanding.extend({ approval: z.string() })),
          },
        }),
      },
      problems: [404, 409],
    }),
  ),
  {
    method: 'post',
    path: '/v1/models/{name}/roll-back',
    summary: 'Let the model speak again that did so before. One person is enough.',
    tag: 'Models',
    scope: 'policies:write',
    body: json(bodies.seenSchema),
    answers: { 200: { description: 'Where it stands.', body: json(modelStanding) } },
    problems: [404, 409],
  },
  {
    method: 'get',
    path: '/v1/models/{name}/comparison',
    summary:
      'A model in shadow beside the one that speaks: of the same posts, over the threshold or not, by label and language.',
    tag: 'Models',
    scope: 'policies:read',
    answers: {
      200: {
        description: 'Seven days of this version.',
        body: json(
          modelStanding.extend({
            version: z.string(),
            instead: z.string().optional(),
            since: instant,
            answers: z.int().describe('to the same posts, one a label'),
            differing: z.int(),
            counts: z.array(
              z.object({
                language: z.string().optional(),
                label: z.string(),
                live: z.boolean(),
                shadow: z.boolean(),
                posts: z.int(),
              }),
            ),
          }),
        ),
      },
    },
    problems: [404],
  },
];
