import { Router } from 'express';
import { z } from 'zod';
import { askApproval, type Caller, peopleWho } from '../../accounts/index.js';
import { marksOf } from '../../classify/index.js';
import {
  addNote,
  categories,
  changeReviewer,
  decideMany,
  handOver,
  holdDecision,
  listReviewers,
  type Many,
  quality,
  readAlike,
  readCase,
  readPlace,
  readReviewer,
  sensitiveKinds,
  takeBackMany,
  takenLanes,
} from '../../enforce/index.js';
import { readPosts } from '../../ingest/index.js';
import { Problem, parseBody, type Runtime, readBody } from '../../runtime/index.js';
import { Translator } from './review-translate.js';
import type { ReviewDesk } from './review-types.js';

const id = z.string().min(1).max(200);
const note = z.string().trim().min(1).max(2_000);
export const skillName = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,62}$/u, 'takes 1 to 63 letters, digits and . _ -')
  .refine(name => !takenLanes.includes(name), 'is a name that the queue uses itself');
const person = z.string().min(1).max(120);

const noteSchema = z.strictObject({ text: note, kind: z.enum(['note', 'threat']).default('note') });
const handOverSchema = z.strictObject({
  to: z.union([
    z.strictObject({ person }),
    z.strictObject({ skill: skillName }),
    z.strictObject({ leads: z.literal(true) }),
    z.strictObject({ all: z.literal(true) }),
  ]),
  note,
});
/** The same decision on many. */
export const manySchema = z
  .strictObject({
    decision: z.enum(['remove', 'keep']),
    category: z.enum([...categories.remove, ...categories.keep]),
    reason: note,
  })
  .refine(({ decision, category }) => (categories[decision] as readonly string[]).includes(category), {
    path: ['category'],
    error: 'is none of this decision',
  });
const alikeSchema = z.strictObject({ cases: z.array(id).min(1).max(500), decision: manySchema });
const optedSchema = z.strictObject({ opted: z.array(z.enum(sensitiveKinds)).max(10) });
const translateSchema = z.strictObject({ to: z.string().regex(/^[a-z]{2,3}$/) });

/** Decides many at once, or asks a second person where they are more than one may decide alone. */
export async function decideOrAsk(
  runtime: Runtime,
  asked: Many,
): Promise<{ ids: string[]; actsAt: number } | { approval: string }> {
  const { db, config } = runtime;
  const { by, reason } = asked.decision;
  const many = { ...asked, ...(await quality.withoutTests(runtime, asked)) };
  if (many.cases.length + many.posts.length <= config.REVIEW_BULK_ALONE) return decideMany(runtime, many, marksOf);
  const { row, write } = askApproval(runtime, { kind: 'decisions', subject: many, reason: reason.slice(0, 500), by });
  await db.commit([write]);
  return { approval: row.id };
}

/** What people do with a case beside deciding it. Mounted behind the guards of the review queue. */
export function deskRoutes(runtime: Runtime): Router {
  const { db, time, config } = runtime;
  const router = Router();
  const path = '/console/api/review';
  const callerOf = (res: { locals: Record<string, unknown> }): Caller => res.locals.caller as Caller;
  const translator = new Translator(runtime);

  router.get(`${path}/desk`, async (_req, res) => {
    const { name } = callerOf(res);
    const [people, reviewers] = await Promise.all([peopleWho(runtime, 'cases:decide'), listReviewers(db)]);
    const own = reviewers.find(one => one.person === name);
    res.json({
      people: people.map(one => one.name).filter(one => one !== name),
      skills: [...new Set(reviewers.flatMap(({ skills }) => skills))].sort(),
      translates: translator.set,
      alone: config.REVIEW_BULK_ALONE,
      opted: own?.opted ?? [],
      sensitive: [...sensitiveKinds],
    } satisfies ReviewDesk);
  });

  router.put(`${path}/opted`, readBody(4_096), async (req, res) => {
    const { opted } = parseBody(req, optedSchema);
    await db.commit(changeReviewer(db, callerOf(res).name, { opted }));
    res.status(204).end();
  });

  router.post(`${path}/take-back`, readBody(131_072), async (req, res) => {
    const { cases } = parseBody(req, z.strictObject({ cases: z.array(id).min(1).max(500) }));
    const n = await takeBackMany(runtime, callerOf(res).name, cases);
    if (n === 0) throw new Problem(409, 'They were carried out already.');
    res.json({ n });
  });

  router.post(`${path}/:id/notes`, readBody(16_384), async (req, res) => {
    const { text, kind } = parseBody(req, noteSchema);
    const caseId = String(req.params.id);
    if (!(await readCase(db, caseId))) throw new Problem(404, 'There is no such case.');
    await addNote(runtime, caseId, callerOf(res).name, text, kind);
    res.status(201).json({ kind, text, by: callerOf(res).name, at: time.now() });
  });

  router.post(`${path}/:id/hand-over`, readBody(16_384), async (req, res) => {
    const { to, note } = parseBody(req, handOverSchema);
    const caseId = String(req.params.id);
    if ('person' in to) await checkPerson(runtime, caseId, to.person);
    await handOver(runtime, caseId, callerOf(res).name, to, note);
    res.status(204).end();
  });

  router.get(`${path}/:id/alike`, async (req, res) => {
    const found = await readAlike(db, String(req.params.id), callerOf(res).name, time.now());
    res.json({ cases: found });
  });

  router.post(`${path}/:id/alike/decision`, readBody(131_072), async (req, res) => {
    const { cases, decision } = parseBody(req, alikeSchema);
    const { name } = callerOf(res);
    const caseId = String(req.params.id);
    if (cases.includes(caseId) && (await quality.findTest(runtime, caseId))) {
      const actsAt = await holdDecision(runtime, caseId, { ...decision, by: name });
      res.json({ ids: [caseId], actsAt });
      return;
    }
    const alike = new Set((await readAlike(db, caseId, name, time.now())).map(one => one.id));
    // Only what says the same goes with it, whatever the page asks for.
    const some = cases.filter(one => one === caseId || alike.has(one));
    if (some.length === 0) throw new Problem(409, 'None of them waits any more, or is free.');
    const done = await decideOrAsk(runtime, { cases: some, posts: [], decision: { ...decision, by: name } });
    res.status('approval' in done ? 202 : 200).json(done);
  });

  router.post(`${path}/:id/translation`, readBody(1_024), async (req, res) => {
    const { to } = parseBody(req, translateSchema);
    const row = await readCase(db, String(req.params.id));
    const key = row && { platform: row.platform, id: row.post_id, version: row.version };
    const [stored] = key ? await readPosts(db, [key]) : [];
    if (!stored?.post.text) throw new Problem(404, 'There is no text to translate.');
    res.json(await translator.translate(stored.post.text, stored.post.language, to));
  });
  return router;
}

/** @throws Problem 404, 409 where nobody of this name may decide it, or did not ask to see its kind */
async function checkPerson(runtime: Runtime, caseId: string, name: string): Promise<void> {
  const people = await peopleWho(runtime, 'cases:decide');
  if (!people.some(one => one.name === name)) throw new Problem(404, `Nobody called ${name} decides cases.`);
  const { opted } = await readReviewer(runtime.db, name);
  const kind = (await readPlace(runtime.db, caseId))?.kind ?? 'media';
  if (sensitiveKinds.some(one => one === kind) && !opted.some(one => one === kind))
    throw new Problem(409, `${name} did not ask to see posts of this kind.`);
}
