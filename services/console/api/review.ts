import { type RequestHandler, Router } from 'express';
import { z } from 'zod';
import { type Caller, callerName, requireScope } from '../../accounts/index.js';
import {
  claimCases,
  countQueue,
  countSeen,
  decisionSchema,
  holdDecision,
  type QueueCounts,
  quality,
  releaseCase,
  renewClaims,
  takeBack,
} from '../../enforce/index.js';
import { Problem, parseBody, type Runtime, readBody } from '../../runtime/index.js';
import { fromHere } from './guard.js';
import { modelOf } from './made.js';
import { readFindings, readReviewCase } from './review-case.js';
import { deskRoutes } from './review-desk.js';
import { seenToday, sentTo, whoAsks } from './review-limits.js';
import type { ReviewMedia } from './review-media.js';
import type { Claimed } from './review-types.js';

const id = z.string().min(1).max(200);
const claimSchema = z.strictObject({
  n: z.int().min(0).max(10),
  languages: z.array(z.string().max(35)).max(50).optional(),
  except: z.array(id).max(500).default([]),
  /** What they have before them, to be kept. */
  keep: z.array(id).max(20).default([]),
  /** What they looked at since they last asked; it counts once for each. */
  seen: z.array(id).max(50).default([]),
  /** When their day began, ms since 1970. */
  day: z.int().min(0).default(0),
});

/** How old (ms) the counts may be that are told. */
const countEvery = 2_000;

const noStore: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store');
  next();
};
/** The review queue of the console: cases are claimed, given back, and decided so that it can be taken back. */
export function reviewRoutes(runtime: Runtime, pictures: ReviewMedia): Router {
  const router = Router();
  router.use('/console/api/review', fromHere, requireScope('cases:decide'), noStore);

  let counted: { at: number; counts: Promise<QueueCounts> } | undefined;
  /** When the oldest case was opened that waited at the last count: what came since was opened since. */
  let oldest: number | undefined;
  /** Counted once for all who ask within some seconds: it reads every open case. */
  function counts(): Promise<QueueCounts> {
    const at = runtime.time.steady();
    if (!counted || at - counted.at > countEvery) {
      const made = { at, counts: countQueue(runtime) };
      counted = made;
      made.counts.then(
        last => {
          oldest = last.oldest;
        },
        () => {
          if (counted === made) counted = undefined;
        },
      );
    }
    return counted.counts;
  }

  router.post('/console/api/review/claim', readBody(65_536), async (req, res) => {
    const { n, languages = [], except, keep, seen, day } = parseBody(req, claimSchema);
    const caller = res.locals.caller as Caller;
    const { name } = caller;
    const [kept, asks] = await Promise.all([
      keep.length > 0 ? renewClaims(runtime, name, keep) : [],
      whoAsks(runtime, caller, seen),
    ]);
    const { exposure, ...sent } = await sentTo(runtime, asks, languages, kept);
    const wanted = Math.min(n, exposure.left);
    const suits = (ids: readonly string[]) => quality.withoutOthersTests(runtime, name, ids);
    const claimed =
      wanted === 0 ? [] : await claimCases(runtime, name, { ...sent, n: wanted, except: [...except, ...keep], suits });
    const rows = await quality.mixIn(runtime, {
      who: name,
      rows: claimed,
      wanted,
      languages: sent.languages,
      media: sent.kinds?.includes('media') ?? true,
      findingsOf: row => readFindings(runtime, row),
      modelOf: row => modelOf(runtime, row),
    });
    const [cases, waiting, today] = await Promise.all([
      Promise.all(
        rows.map(async row =>
          readReviewCase(runtime, row, { who: name, shows: await pictures.shows(row.platform), oldest }),
        ),
      ),
      counts(),
      seenToday(runtime, name, day),
    ]);
    const { perHour, seen: hour, until, liftedUntil } = exposure;
    const told = { today, hour, perHour, ...(until && { until }), ...(liftedUntil && { liftedUntil }) };
    res.json({ cases, kept, counts: waiting, seen: told } satisfies Claimed);
  });

  router.post('/console/api/review/:id/release', async (req, res) => {
    await releaseCase(runtime, callerName(res), String(req.params.id));
    res.status(204).end();
  });

  router.put('/console/api/review/:id/decision', readBody(16_384), async (req, res) => {
    const decision = parseBody(req, decisionSchema);
    if (decision.decision === 'restore') throw new Problem(422, 'What waits is removed or kept.');
    const by = callerName(res);
    const [actsAt] = await Promise.all([
      holdDecision(runtime, String(req.params.id), { ...decision, by }),
      countSeen(runtime, by, [String(req.params.id)]),
    ]);
    res.status(202).json({ actsAt });
  });

  router.delete('/console/api/review/:id/decision', async (req, res) => {
    await takeBack(runtime, callerName(res), String(req.params.id));
    res.status(204).end();
  });
  router.get('/console/api/review/:id/media/:n', async (req, res) => {
    const n = z.coerce.number().int().min(1).max(50).safeParse(req.params.n);
    if (!n.success) throw new Problem(404, 'There is no such picture.');
    res.type('jpeg').send(await pictures.read(String(req.params.id), n.data));
  });
  router.use(deskRoutes(runtime));
  return router;
}
