import { Router } from 'express';
import { z } from 'zod';
import { callerName, requireScope } from '../../accounts/index.js';
import { categories, quality, readCase } from '../../enforce/index.js';
import { readPosts } from '../../ingest/index.js';
import { parseBody, parseQuery, type Runtime, readBody } from '../../runtime/index.js';
import { fromHere } from './guard.js';
import type { Disagreement, Golden, QualityAnswer } from './quality-types.js';

const day = 24 * 3600_000;
const small = readBody(4_096);
const sinceSchema = z.strictObject({ days: z.coerce.number().int().min(1).max(400).default(90) });
const share = z.number().min(0).max(0.5);
const settingsSchema = z.strictObject({ golden: share, second: share });
const goldenSchema = z
  .strictObject({
    /** A language tag, or nothing: a golden item is put among cases of the same. */
    language: z.string().regex(/^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$/, 'must be a BCP 47 tag such as "fr", or nothing'),
    text: z.string().trim().min(1).max(10_000),
    decision: z.enum(['remove', 'keep']),
    category: z.string(),
    why: z.string().trim().min(1).max(2_000),
  })
  .refine(({ decision, category }) => (categories[decision] as readonly string[]).includes(category), {
    path: ['category'],
    error: 'is none of this decision',
  });
const settleSchema = z.strictObject({
  stands: z.enum(['first', 'second']),
  reason: z.string().trim().min(1).max(2_000),
});
const told = z.strictObject({ ids: z.array(z.string().max(200)).min(1).max(100) });

/** How well is decided: for leads of everybody, for each person of themselves, for nobody else. */
export function qualityRoutes(runtime: Runtime): Router {
  const { db, time } = runtime;
  const router = Router();
  const at = '/console/api/quality';
  const ofOneself = requireScope('cases:decide');
  const reading = requireScope('quality:read');
  const writing = requireScope('quality:write');
  router.use(at, fromHere, (_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });

  router.get(at, reading, async (req, res) => {
    const { days } = parseQuery(req, sinceSchema);
    const [found, settings] = await Promise.all([
      quality.readQuality(runtime, { since: time.now() - days * day }),
      quality.readSettings(runtime),
    ]);
    res.json({ ...found, settings } satisfies QualityAnswer);
  });

  router.get(`${at}/mine`, ofOneself, async (req, res) => {
    const name = callerName(res);
    const { days } = parseQuery(req, sinceSchema);
    const [found, items] = await Promise.all([
      quality.readQuality(runtime, { since: time.now() - days * day, only: name }),
      quality.readTold(runtime, name, false),
    ]);
    res.json({ line: found.lines[0], told: items });
  });

  router.get(`${at}/told`, ofOneself, async (_req, res) => {
    res.json({ told: await quality.readTold(runtime, callerName(res), true) });
  });
  router.post(`${at}/told`, ofOneself, readBody(32_768), async (req, res) => {
    const { ids } = parseBody(req, told);
    await quality.markTold(runtime, callerName(res), ids);
    res.status(204).end();
  });

  router.put(`${at}/settings`, writing, small, async (req, res) => {
    await quality.changeSettings(runtime, parseBody(req, settingsSchema), callerName(res));
    res.status(204).end();
  });

  router.get(`${at}/golden`, reading, async (_req, res) => {
    const items = await quality.listGolden(runtime);
    res.json({
      items: items.map(({ id, language, text, decision, category, why, created_at, created_by, retired_at }) => ({
        id,
        language,
        text,
        decision,
        category,
        why,
        createdAt: created_at,
        createdBy: created_by,
        ...(retired_at !== null && { retiredAt: retired_at }),
      })) satisfies Golden[],
    });
  });
  router.post(`${at}/golden`, writing, readBody(65_536), async (req, res) => {
    const id = await quality.addGolden(runtime, parseBody(req, goldenSchema), callerName(res));
    res.status(201).json({ id });
  });
  router.delete(`${at}/golden/:id`, writing, async (req, res) => {
    await quality.retireGolden(runtime, String(req.params.id));
    res.status(204).end();
  });

  router.get(`${at}/disagreements`, reading, async (_req, res) => {
    const name = callerName(res);
    const found = await quality.listDisagreements(runtime);
    const cases = await Promise.all(found.map(({ ref }) => readCase(db, ref)));
    const disagreements = found.flatMap((one, i): Disagreement[] => {
      const row = cases[i];
      if (!row) return [];
      return [
        {
          id: one.case_id,
          platform: row.platform,
          postId: row.post_id,
          version: row.version,
          url: row.url,
          language: one.language,
          rule: row.rule,
          reasons: JSON.parse(row.reasons) as string[],
          first: { by: one.expected_by, decision: one.expected, category: one.expected_category, at: one.at },
          second: {
            by: one.answered_by ?? '',
            decision: one.answer ?? '',
            category: one.answer_category ?? '',
            at: one.answered_at ?? one.at,
          },
          own: one.expected_by === name || one.answered_by === name,
        },
      ];
    });
    res.json({ disagreements });
  });
  // By itself, so that nobody is sent what they did not ask to see.
  router.get(`${at}/disagreements/:id/text`, reading, async (req, res) => {
    const test = await quality.findTest(runtime, String(req.params.id));
    const row = test && (await readCase(db, test.ref));
    const [stored] = row
      ? await readPosts(db, [{ platform: row.platform, id: row.post_id, version: row.version }])
      : [];
    res.json({ ...(stored && { text: stored.post.text ?? '' }) });
  });
  router.post(`${at}/disagreements/:id`, writing, small, async (req, res) => {
    const by = callerName(res);
    await quality.settleDisagreement(runtime, String(req.params.id), { ...parseBody(req, settleSchema), by });
    res.status(204).end();
  });
  return router;
}
