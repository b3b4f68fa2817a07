import { type Request, type Response, Router } from 'express';
import { stringify } from 'yaml';
import { z } from 'zod';
import { callerName, requireScope } from '../accounts/index.js';
import { ConflictError, isoTime, Problem, parseBody, parseQuery, readBody } from '../runtime/index.js';
import { canarySchema, checkSchema, draftSchema, type Given, moveSchema, seenSchema } from './bodies.js';
import type { SignalInfo } from './check.js';
import { ruleDifference, textDifference } from './difference.js';
import { examine, largest, type PolicyProblem, versionOf } from './parse.js';
import { promote } from './promote.js';
import { policySchema } from './schema.js';
import type { State } from './states.js';
import type { MoveRow, VersionRow } from './tables.js';
import { alarmOf, byItself } from './trials/follow.js';
import { compareCanary, compareShadow, differingPosts, hoursOf } from './trials/read.js';
import { seenStopped } from './trials/tell.js';
import {
  findVersion,
  listVersions,
  make,
  movesOf,
  type PolicyNeeds,
  planDraft,
  planMove,
  planRollBack,
  readForce,
} from './versions.js';

const body = readBody(largest + 4096);
const small = readBody(8_192);
const count = (most: number, usual: string) =>
  z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .refine(n => n >= 1 && n <= most, `takes 1 to ${most}`)
    .prefault(usual);
const daysSchema = z.object({ days: count(90, '7') });
const limitSchema = z.object({ limit: count(500, '100') });
const toSchema = z.object({ to: z.string().max(100).optional() });

/** JSON Schema of a policy as it is written, for editors. */
export const policyJsonSchema = (): object => ({
  $id: '/v1/policies/schema.json',
  title: 'A policy of Sans Délai',
  ...z.toJSONSchema(policySchema, { io: 'input' }),
});

const showVersion = ({
  text: _,
  created_at,
  created_by,
  live_at,
  ...row
}: Omit<VersionRow, 'text'> & { text?: string }) => ({
  id: row.id,
  name: row.name,
  state: row.state,
  origin: row.origin,
  createdAt: isoTime(created_at),
  createdBy: created_by,
  note: row.note,
  ...(live_at !== null && { liveAt: isoTime(live_at) }),
  ...(row.before !== null && { before: row.before }),
});

const showMove = ({ from_state, to_state, at, by, seconded_by, why, share }: MoveRow) => ({
  ...(from_state !== null && { from: from_state }),
  to: to_state,
  at: isoTime(at),
  by,
  ...(seconded_by !== null && { secondedBy: seconded_by }),
  why,
  ...(share !== null && { share }),
});

/** `/v1/policies`: versions, drafts, moves and rolling back. `signals` is what a policy may name at this moment. */
export function policyRoutes(needs: PolicyNeeds, signals: () => readonly SignalInfo[]): Router {
  const router = Router();
  const { db } = needs;
  const read = requireScope('policies:read');
  const write = requireScope('policies:write');

  const versionAt = async (id: string): Promise<VersionRow> => {
    const row = await findVersion(db, id);
    if (!row) throw new Problem(404, `There is no policy ${id}.`);
    return row;
  };
  /** What two people, or one, are about to let decide is checked once more: signals may have gone since it was kept. */
  const checked = async (id: string): Promise<void> => {
    const { problems } = examine((await versionAt(id)).text, signals());
    if (problems.length > 0) throw notValid(problems);
  };
  const force = async () => {
    const now = await readForce(db);
    if (!now) throw new Problem(503, 'No policy is in force yet.');
    return now;
  };
  const idOf = (req: Request): string => String(req.params.id);

  router.get('/v1/policies', read, async (_req, res) => {
    const [versions, inForce] = await Promise.all([listVersions(db), force()]);
    res.json({ inForce, policies: versions.map(showVersion) });
  });

  router.get('/v1/policies/schema.json', (_req, res) => {
    res.type('application/schema+json').send(JSON.stringify(policyJsonSchema()));
  });

  router.post('/v1/policies/check', read, body, (req, res) => {
    const text = textOf(parseBody(req, checkSchema));
    const { written, problems } = examine(text, signals());
    const id = written && versionOf(written.name, text);
    res.json({ usable: problems.length === 0, ...(id && { id }), problems });
  });

  router.post('/v1/policies', write, body, async (req, res) => {
    const { note, ...given } = parseBody(req, draftSchema);
    const text = textOf(given);
    const { written, problems } = examine(text, signals());
    if (!written || problems.length > 0) throw notValid(problems);
    const id = versionOf(written.name, text);
    const made = { id, name: written.name, text, origin: 'api' as const, created_by: callerName(res), note };
    const { writes, events } = planDraft(needs, made);
    let added = true;
    try {
      await needs.commit(writes, events);
    } catch (error) {
      // Its id is made of its text: the same text is the same version.
      if (!(error instanceof ConflictError) || !(await findVersion(db, id))) throw error;
      added = false;
    }
    res.status(added ? 201 : 200).json(showVersion(await versionAt(id)));
  });

  router.post('/v1/policies/roll-back', write, small, async (req, res) => {
    const { why, revision } = parseBody(req, moveSchema);
    const change = await planRollBack(needs, { by: callerName(res), why, ...(revision !== undefined && { revision }) });
    await make(needs, change);
    res.json({ inForce: change.force });
  });

  router.get('/v1/policies/:id', read, async (req, res) => {
    const row = await versionAt(idOf(req));
    const { written, problems } = examine(row.text, signals());
    const history = (await movesOf(db, row.id)).map(showMove);
    res.json({ ...showVersion(row), text: row.text, ...(written && { policy: written }), problems, history });
  });

  router.get('/v1/policies/:id/difference', read, async (req, res) => {
    const { to = (await force()).live } = parseQuery(req, toSchema);
    const [from, until] = [await versionAt(idOf(req)), await versionAt(to)];
    const [a, b] = [examine(from.text, signals()).written, examine(until.text, signals()).written];
    if (!a || !b)
      throw new Problem(409, 'One of the two was kept by another version of the program, which can read it.');
    // From what is compared to, as a reader expects it: what would change if this one took its place.
    res.json({ from: to, to: from.id, text: textDifference(until, from), rules: ruleDifference(b, a) });
  });

  for (const [path, to] of [
    ['draft', 'draft'],
    ['shadow', 'shadow'],
    ['retire', 'retired'],
  ] as const) {
    router.post(`/v1/policies/:id/${path}`, write, small, (req, res) => move(req, res, to));
  }

  router.post('/v1/policies/:id/canary', write, small, async (req, res) => {
    const { why, revision, ...terms } = parseBody(req, canarySchema);
    await checked(idOf(req));
    const mover = { by: callerName(res), why, ...(revision !== undefined && { revision }) };
    const change = await planMove(needs, idOf(req), 'canary', mover, terms);
    await make(needs, change);
    res.json({ inForce: change.force });
  });

  router.post('/v1/policies/:id/promote', write, small, async (req, res) => {
    const { why, revision } = parseBody(req, moveSchema);
    await checked(idOf(req));
    const mover = { by: callerName(res), why, ...(revision !== undefined && { revision }) };
    const { approval } = await promote(needs, idOf(req), mover);
    res.status(approval ? 202 : 200).json({ inForce: await force(), ...(approval && { approval }) });
  });

  router.get('/v1/policies/:id/comparison', read, async (req, res) => {
    const row = await versionAt(idOf(req));
    const { canary, live } = await force();
    if (canary?.id === row.id) {
      res.json({
        state: 'canary',
        against: live,
        share: canary.share,
        since: isoTime(canary.since),
        ...(await compareCanary(db, canary)),
      });
      return;
    }
    const { days } = parseQuery(req, daysSchema);
    const since = needs.time.now() - days * 24 * 3600_000;
    const [compared, hours] = await Promise.all([compareShadow(db, row.id, since), hoursOf(db, row.id, since)]);
    res.json({ state: row.state, against: live, since: isoTime(since), ...compared, hours });
  });

  router.get('/v1/policies/:id/examples', read, async (req, res) => {
    const { limit } = parseQuery(req, limitSchema);
    res.json({ examples: await differingPosts(db, (await versionAt(idOf(req))).id, limit) });
  });

  router.post('/v1/policies/:id/seen', write, small, async (req, res) => {
    const { why } = parseBody(req, seenSchema);
    const moves = await movesOf(db, (await versionAt(idOf(req))).id);
    const stopped = moves.findLast(({ by }) => by === byItself);
    const began = moves.findLast(
      ({ to_state, at, from_state }) => to_state === 'canary' && from_state !== 'canary' && at <= (stopped?.at ?? 0),
    );
    if (!stopped || !began) throw new Problem(409, 'It was not stopped by itself.');
    const by = callerName(res);
    const told = { subject: alarmOf({ id: began.version, since: began.at }), at: needs.time.now(), by, evidence: why };
    await needs.commit([], [seenStopped(told)]);
    res.status(204).end();
  });

  async function move(req: Request, res: Response, to: State): Promise<void> {
    const { why, revision } = parseBody(req, moveSchema);
    if (to === 'shadow') await checked(idOf(req));
    const mover = { by: callerName(res), why, ...(revision !== undefined && { revision }) };
    const change = await planMove(needs, idOf(req), to, mover);
    await make(needs, change);
    res.json({ inForce: change.force });
  }

  return router;
}

const textOf = ({ text, policy }: Given): string => text ?? stringify(policy);

const notValid = (problems: readonly PolicyProblem[]): Problem =>
  new Problem(422, 'The policy can not be used.', { errors: problems });
