import { Router } from 'express';
import { z } from 'zod';
import { askApproval, callerName, requirePerson, requireScope } from '../accounts/index.js';
import { instant } from '../contracts/index.js';
import { readHumanCheck } from '../enforce/index.js';
import { isoTime, Problem, parseBody, readBody } from '../runtime/index.js';
import { finalOrders, listExposures, manyFinal, reportSent, reviewMoved } from './exposed.js';
import type { ExposureRow } from './exposed-table.js';
import type { Parts } from './parts.js';

const line = z.string().trim().min(1).max(500);
const words = z.string().trim().min(1).max(5_000);

export const exposedSchema = z.strictObject({
  reference: line.describe("the decision's own reference"),
  authority: line,
  notifiedAt: instant.describe('when it was notified: the three months run from then'),
  reason: words.describe('for the second person'),
});
export const liftSchema = z.strictObject({ reference: line, liftedAt: instant, reason: words });
export const reportSchema = z.strictObject({ receipt: words.describe("the authority's receipt") });
export const reviewSchema = z.strictObject({ happened: z.enum(['asked', 'answered']), receipt: words });

const show = (row: ExposureRow) => ({
  id: row.id,
  reference: row.reference,
  authority: row.authority,
  notifiedAt: isoTime(row.notified_at),
  enteredBy: row.entered_by,
  approvedBy: row.approved_by,
  binds: row.binds === 1,
  ...(row.binds === 1 ? { report: row.report, reportDueAt: isoTime(row.report_due_at) } : {}),
  reviewAskedAt: isoTime(row.review_at),
  liftedAt: isoTime(row.lifted_at),
  liftedBy: row.lifted_by ?? undefined,
  liftedReference: row.lifted_reference ?? undefined,
});

/** TCO Article 5: the count of final orders, and the decision that the provider is exposed, which people enter and no program makes. */
export function exposedRoutes({ runtime }: Parts): Router {
  const { db, time } = runtime;
  const router = Router();
  const body = readBody(16_384);

  function past(at: string, path: string): void {
    if (Date.parse(at) > time.now())
      throw new Problem(422, 'Some fields are missing or wrong.', {
        errors: [{ path, message: 'lies in the future' }],
      });
  }

  async function state() {
    const [{ count, since }, decisions, humanCheck] = await Promise.all([
      finalOrders(runtime, time.now()),
      listExposures(runtime),
      readHumanCheck(db),
    ]);
    return {
      exposed: decisions.some(({ binds }) => binds === 1),
      finalOrders: { count, since: isoTime(since), manyEnough: count >= manyFinal },
      humanCheck,
      decisions: decisions.map(show),
    };
  }

  router.get('/v1/exposed-provider', requireScope('orders:read'), async (_req, res) => {
    res.set('Cache-Control', 'no-store').json(await state());
  });

  router.post('/v1/exposed-provider', requirePerson, requireScope('orders:decide'), body, async (req, res) => {
    const { reason, ...subject } = parseBody(req, exposedSchema);
    past(subject.notifiedAt, 'notifiedAt');
    const { row, write } = askApproval(runtime, { kind: 'exposed-provider', subject, reason, by: callerName(res) });
    await runtime.commit([write]);
    res.status(202).json({ approval: row.id });
  });

  router.post('/v1/exposed-provider/lift', requirePerson, requireScope('orders:decide'), body, async (req, res) => {
    const { reason, ...subject } = parseBody(req, liftSchema);
    past(subject.liftedAt, 'liftedAt');
    const { row, write } = askApproval(runtime, {
      kind: 'exposed-provider-lifted',
      subject,
      reason,
      by: callerName(res),
    });
    await runtime.commit([write]);
    res.status(202).json({ approval: row.id });
  });

  router.post('/v1/exposed-provider/reports', requireScope('orders:decide'), body, async (req, res) => {
    await reportSent(runtime, parseBody(req, reportSchema).receipt, callerName(res));
    res.status(201).json(await state());
  });

  router.post('/v1/exposed-provider/reviews', requireScope('orders:decide'), body, async (req, res) => {
    const { happened, receipt } = parseBody(req, reviewSchema);
    await reviewMoved(runtime, happened, receipt, callerName(res));
    res.status(201).json(await state());
  });
  return router;
}
