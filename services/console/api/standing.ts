import { z } from 'zod';
import { actionSchema, assessedWith, findingSchema, groundSchema, instant, postFlag } from '../../contracts/index.js';

/** One thing that happened to a post, and how long after it was received. */
const step = z.object({
  at: instant,
  step: z.enum([
    'created',
    'received',
    'assessed',
    'case opened',
    'case decided',
    'case superseded',
    'ground added',
    'ground lifted',
    'requested',
    'seen readable',
    'called',
    'accepted',
    'looked',
    'escalated',
    'gone',
    'not-found',
    'claimed',
    'restored',
    'deleted',
  ]),
  detail: z.string().optional(),
  version: z.int().optional(),
  /** Milliseconds since the first version was received; below zero before that. */
  after: z.number().optional(),
});

const assessment = z.object({
  action: actionSchema,
  rule: z.string(),
  assessedAt: instant,
  scores: z.record(z.string(), z.number()),
  reasons: z.array(z.string()).optional(),
  findings: z.array(findingSchema).optional(),
  versions: assessedWith,
  /** Costly signals that were asked later, and what came of it. */
  asked: z.array(z.looseObject({ signal: z.string(), state: z.string() })).optional(),
});

const version = z.object({
  version: z.int(),
  receivedAt: instant,
  /** The text was erased: nothing but the key and the time is left. */
  erased: z.boolean(),
  createdAt: instant.optional(),
  deletedAt: instant.optional(),
  url: z.string().optional(),
  audience: z.enum(['public', 'restricted', 'private']).optional(),
  language: z.string().optional(),
  route: z.string().optional(),
  flags: z.array(postFlag).optional(),
  assessment: assessment.optional(),
});

/** One look at one public address, as it was kept. */
const look = z.looseObject({
  at: z.number(),
  path: z.string(),
  kind: z.enum(['item', 'listing', 'control']),
  url: z.string(),
  identity: z.string(),
  cacheAvoided: z.boolean(),
  status: z.number().nullable(),
  verdict: z.enum(['gone', 'readable', 'unclear', 'normal']),
  detail: z.string(),
  ms: z.number(),
  vantage: z.string(),
});

/** Where a post stands: what `GET /v1/posts/{id}` answers. It holds none of the post's text. */
export const standingSchema = z.object({
  platform: z.string(),
  id: z.string(),
  state: z
    .enum([
      'received',
      'not assessed',
      'allowed',
      'in review',
      'removing',
      'gone',
      'not-found',
      'claimed',
      'restoring',
      'restored',
    ])
    .describe('`removing` until it was seen to be gone; `claimed`: only the platform says so'),
  versions: z.array(version),
  steps: z.array(step),
  cases: z.array(
    z.object({
      id: z.string(),
      version: z.int(),
      state: z.enum(['open', 'decided', 'superseded']),
      rule: z.string(),
      reasons: z.array(z.string()),
      openedAt: instant,
      decision: z.string().optional(),
      decidedAt: instant.optional(),
      decidedBy: z.string().optional(),
      note: z.string().optional(),
    }),
  ),
  removal: z
    .object({
      id: z.string(),
      version: z.int(),
      wanted: z.enum(['gone', 'public']),
      state: z.enum(['pending', 'gone', 'not-found', 'claimed', 'restored']),
      attempts: z.int(),
      nextAt: instant.optional(),
      detail: z.string(),
    })
    .optional(),
  grounds: z.array(
    groundSchema.extend({
      addedAt: instant,
      addedBy: z.string(),
      liftedAt: instant.optional(),
      liftedBy: z.string().optional(),
    }),
  ),
  clocks: z.array(
    z.object({
      id: z.string(),
      obligation: z.string(),
      state: z.enum(['unstarted', 'running', 'suspended', 'breached', 'stopped', 'cancelled']),
      startedAt: instant.optional(),
      dueAt: instant.optional(),
      endedAt: instant.optional(),
      seconds: z.number().optional(),
      reopened: z.int(),
    }),
  ),
  evidence: z.array(
    z.object({ at: instant, phase: z.string(), verdict: z.string(), why: z.string(), looks: z.array(look) }),
  ),
});

export type Standing = z.infer<typeof standingSchema>;
export type StandingStep = Standing['steps'][number];
