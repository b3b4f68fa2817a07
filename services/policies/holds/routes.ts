import { Router } from 'express';
import { askApproval, callerName, requireScope } from '../../accounts/index.js';
import { isoTime, Problem, parseBody, type Runtime, readBody } from '../../runtime/index.js';
import type { Policy } from '../decide.js';
import { holdable } from './apply.js';
import { liftSchema, newHoldSchema } from './bodies.js';
import { usualTerms } from './gate.js';
import { findHold, liftName, listHolds, placeHold } from './keep.js';
import type { HoldRow } from './tables.js';
import { judgeRule } from './watch.js';

const small = readBody(8_192);

const show = (row: HoldRow) => ({
  id: row.id,
  rule: row.rule,
  cause: row.cause,
  why: row.why,
  figures: JSON.parse(row.detail) as Record<string, string | number>,
  placedAt: isoTime(row.placed_at),
  placedBy: row.placed_by,
  ...(row.told_at !== null && { toldAt: isoTime(row.told_at) }),
  ...(row.lifted_at !== null && { liftedAt: isoTime(row.lifted_at) }),
  ...(row.lifted_by !== null && { liftedBy: row.lifted_by }),
  ...(row.lifted_why !== null && { liftedWhy: row.lifted_why }),
});

/** Rules that are held, what is known of each, and holding and lifting by people. */
export function holdRoutes(runtime: Runtime, policy: () => Policy): Router {
  const { db } = runtime;
  const router = Router();

  router.get('/v1/rule-holds', requireScope('policies:read'), async (_req, res) => {
    const current = policy();
    const floor = current.floor ?? usualTerms.floor;
    const rules = await Promise.all(
      holdable(current).map(async ({ name }) => {
        const { closes: _, ...judged } = await judgeRule(runtime, name, floor);
        return { rule: name, floor, ...judged };
      }),
    );
    res.json({ holds: (await listHolds(runtime)).map(show), rules });
  });

  // It makes what happens milder, so one person is enough.
  router.post('/v1/rule-holds', requireScope('policies:write'), small, async (req, res) => {
    const { rule, reason } = parseBody(req, newHoldSchema);
    if (!holdable(policy()).some(({ name }) => name === rule))
      throw new Problem(404, `There is no rule ${rule} that removes or withholds by itself and can be held.`);
    const by = callerName(res);
    const row = await placeHold(runtime, { rule, cause: 'person', why: reason, detail: {}, by });
    if (!row) throw new Problem(409, 'It is held already.');
    res.status(201).json(show(row));
  });

  router.post('/v1/rule-holds/:id/lift', requireScope('policies:write'), small, async (req, res) => {
    const { reason } = parseBody(req, liftSchema);
    const row = await findHold(runtime, String(req.params.id));
    if (!row) throw new Problem(404, 'There is no such hold.');
    if (row.lifted_at !== null) throw new Problem(409, `It was lifted by ${row.lifted_by} already.`);
    const by = callerName(res);
    const { row: approval, write } = askApproval(runtime, {
      kind: liftName,
      subject: { id: row.id, rule: row.rule, why: reason },
      reason,
      by,
    });
    await db.commit([write]);
    res.status(202).json({ approval: approval.id });
  });
  return router;
}
