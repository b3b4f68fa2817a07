import { Router } from 'express';
import { z } from 'zod';
import { type Caller, may, peopleWho, requireScope } from '../../accounts/index.js';
import { toLedger } from '../../contracts/index.js';
import {
  atWork,
  changeReviewer,
  kinds,
  listReviewers,
  type Reviewer,
  readHolders,
  readOverview,
  seenByAll,
} from '../../enforce/index.js';
import { Problem, parseBody, type Runtime, readBody } from '../../runtime/index.js';
import { fromHere } from './guard.js';
import { skillName } from './review-desk.js';
import type { ReviewOverview } from './review-types.js';

const day = 24 * 3600_000;
const mostLifted = 8 * 3600_000;
const changeSchema = z.strictObject({
  languages: z
    .array(z.string().regex(/^[a-z]{2,3}$/, 'takes two or three letters'))
    .max(50)
    .optional(),
  kinds: z.array(z.enum(kinds)).max(10).optional(),
  skills: z.array(skillName).max(50).optional(),
  /** Null for the installation's. */
  perHour: z.int().min(1).max(100_000).nullable().optional(),
  /** The limit holds nobody up for so long, ms; 0 puts it back. */
  liftFor: z.int().min(0).max(mostLifted).optional(),
});

/** What leads see and set: what waits, who is at work, how much each is sent. */
export function leadRoutes(runtime: Runtime): Router {
  const { db, time, config } = runtime;
  const router = Router();
  router.use('/console/api/queue', fromHere, requireScope('queue:lead'), (_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });

  router.get('/console/api/queue', async (_req, res) => {
    const now = time.now();
    const [rows, people, reviewers, holders, seenToday] = await Promise.all([
      readOverview(db),
      peopleWho(runtime, 'cases:decide'),
      listReviewers(db),
      readHolders(runtime),
      seenByAll(db, now - day),
    ]);
    const known = new Map(reviewers.map(one => [one.person, one]));
    res.json({
      rows,
      people: people.map(({ name, role }) => {
        const one = known.get(name);
        const { languages = [], kinds = [], skills = [], opted = [], perHour } = one ?? {};
        return {
          ...{ name, role, languages, kinds, skills, opted },
          working: now - (one?.activeAt ?? 0) < atWork,
          before: holders.get(name) ?? 0,
          ...(perHour !== undefined && { perHour }),
          limited: perHour !== undefined,
          ...(one && one.liftedUntil > now && { liftedUntil: one.liftedUntil }),
        };
      }),
      perHour: config.REVIEW_PER_HOUR,
      seenToday,
    } satisfies ReviewOverview);
  });

  router.patch('/console/api/queue/people/:name', readBody(8_192), async (req, res) => {
    const caller = res.locals.caller as Caller;
    const name = String(req.params.name);
    const { perHour, liftFor, ...skilled } = parseBody(req, changeSchema);
    if (Object.values(skilled).some(one => one !== undefined) && !may(caller, 'admin'))
      throw new Problem(403, 'Languages, kinds and skills are set by an administrator.');
    if (!(await peopleWho(runtime, 'cases:decide')).some(one => one.name === name))
      throw new Problem(404, `Nobody called ${name} decides cases.`);
    const { languages, kinds, skills } = skilled;
    const change: Partial<Reviewer> = {
      ...(languages && { languages }),
      ...(kinds && { kinds }),
      ...(skills && { skills }),
      ...(perHour !== undefined && { perHour: perHour as number }),
      ...(liftFor !== undefined && { liftedUntil: liftFor === 0 ? 0 : time.now() + liftFor }),
    };
    const fields = Object.keys(change);
    if (fields.length === 0) throw new Problem(422, 'Nothing to change.');
    const detail = { by: caller.name, change: 'reviewer changed', person: name, fields };
    const entry = toLedger({ kind: 'access.changed', at: time.now(), detail }, '/console', time.uuid());
    await runtime.commit(changeReviewer(db, name, change), [entry]);
    res.status(204).end();
  });
  return router;
}
