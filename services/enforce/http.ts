import { Router } from 'express';
import { z } from 'zod';
import { type Caller, requireScope } from '../accounts/index.js';
import { bankName } from '../contracts/index.js';
import { readPosts } from '../ingest/index.js';
import { isoTime, parseBody, parseQuery, type Runtime, readBody } from '../runtime/index.js';
import { categories, decideCase } from './decide.js';
import { guardClaim } from './queue-claims.js';
import { readQueue, readRemovals } from './read.js';
import type { CaseRow, RemovalRow } from './tables.js';

const limitSchema = z.coerce.number().int().min(1).max(500).default(50);

export const decisionSchema = z
  .strictObject({
    decision: z.enum(['remove', 'keep', 'restore']),
    reason: z.string().min(1).max(2_000),
    category: z.enum([...categories.remove, ...categories.keep]).optional(),
    bank: bankName.optional(),
  })
  .refine(({ decision, bank }) => bank === undefined || decision === 'remove', {
    path: ['bank'],
    error: 'is for what is removed',
  })
  .refine(
    ({ decision, category }) =>
      category === undefined ||
      (decision !== 'restore' && (categories[decision] as readonly string[]).includes(category)),
    { path: ['category'], error: 'is none of this decision' },
  );

const showCase = (row: CaseRow, text: string | undefined) => ({
  id: row.id,
  platform: row.platform,
  postId: row.post_id,
  version: row.version,
  state: row.state,
  priority: row.priority,
  rule: row.rule,
  reasons: JSON.parse(row.reasons) as string[],
  url: row.url,
  openedAt: isoTime(row.opened_at),
  ...(text === undefined ? {} : { text }),
});

const showRemoval = (row: RemovalRow) => ({
  id: row.id,
  platform: row.platform,
  postId: row.post_id,
  version: row.version,
  wanted: row.wanted,
  state: row.state,
  requestedAt: isoTime(row.requested_at),
  seenAt: isoTime(row.seen_at),
  calledAt: isoTime(row.called_at),
  acceptedAt: isoTime(row.accepted_at),
  endedAt: isoTime(row.ended_at),
  escalatedAt: isoTime(row.escalated_at),
  attempts: row.attempts,
  nextAt: isoTime(row.next_at),
  detail: row.detail,
});

/** The review queue and people's decisions; removals and where they stand. */
export function enforceRoutes(runtime: Runtime): Router {
  const router = Router();
  router.get('/v1/cases', requireScope('cases:read'), async (req, res) => {
    const { limit } = parseQuery(req, z.strictObject({ limit: limitSchema }));
    const found = await readQueue(runtime.db, limit);
    const posts = await readPosts(
      runtime.db,
      found.map(row => ({ platform: row.platform, id: row.post_id, version: row.version })),
    );
    res.json({ cases: found.map((row, i) => showCase(row, posts[i]?.post.text)) });
  });
  router.post('/v1/cases/:id/decisions', requireScope('cases:decide'), readBody(16_384), async (req, res) => {
    const decision = parseBody(req, decisionSchema);
    const caller = res.locals.caller as Caller;
    await guardClaim(runtime, String(req.params.id), caller.name);
    const decided = await decideCase(runtime, String(req.params.id), { ...decision, by: caller.name });
    res.status(201).json({ ...decided, at: isoTime(decided.at) });
  });
  router.get('/v1/removals', requireScope('cases:read'), async (req, res) => {
    const query = parseQuery(
      req,
      z.strictObject({ limit: limitSchema, escalated: z.enum(['true', 'false']).default('false') }),
    );
    const found = await readRemovals(runtime.db, query.limit, query.escalated === 'true');
    res.json({ removals: found.map(showRemoval) });
  });
  return router;
}
