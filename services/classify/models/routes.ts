import { type Response, Router } from 'express';
import { z } from 'zod';
import { callerName, requireScope } from '../../accounts/index.js';
import {
  compareShadow,
  makeModelMove,
  modelMoves,
  planModelMove,
  planModelRollBack,
  policyBodies,
  promoteModel,
  readModelForce,
  standingOf,
} from '../../policies/index.js';
import { isoTime, Problem, parseBody, type Runtime, readBody } from '../../runtime/index.js';
import type { ModelView } from './own-model.js';

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);
const small = readBody(8_192);
const week = 7 * 24 * 3600_000;

/** Under what a model's answers are counted beside those of the one that speaks: each version by itself. */
export const trialOf = (model: string, version: string): string => `model/${model}/${version.split(' ', 1)[0]}`;

/**
 * `/v1/models`: the operator's own models and how each stands, for keys that may read posts, whose assessments name them; and which of them speaks, as
 * policies are promoted and rolled back.
 */
export function modelRoutes(runtime: Pick<Runtime, 'db' | 'time' | 'commit'>, models: () => ModelView[]): Router {
  const router = Router();
  const write = requireScope('policies:write');

  const found = (given: unknown): ModelView => {
    const model = models().find(one => one.name === given);
    if (!name.safeParse(given).success || !model) throw new Problem(404, 'No such model is declared.');
    return model;
  };
  const moverOf = (res: Response, why: string) => ({ by: callerName(res), why });

  router.get('/v1/models', requireScope('posts:read'), async (_req, res) => {
    const force = await readModelForce(runtime);
    const listed = models().map(({ since, ...model }) => ({
      ...model,
      standing: standingOf(force, model),
      ...(since !== undefined && { since: isoTime(since) }),
    }));
    res.json({ models: listed });
  });

  for (const [path, to] of [
    ['draft', 'draft'],
    ['shadow', 'shadow'],
    ['promote', 'live'],
  ] as const) {
    router.post(`/v1/models/:name/${path}`, write, small, async (req, res) => {
      const { why } = parseBody(req, policyBodies.seenSchema);
      const model = found(req.params.name);
      const { instead } = model;
      if (instead === undefined) {
        throw new Problem(
          409,
          `${model.name} speaks for itself. Declare another model that says "instead: ${model.name}".`,
        );
      }
      // What does not answer would take the place of what does.
      if (to !== 'draft' && model.state !== 'live') throw new Problem(409, `${model.name} is ${model.state}.`);
      const moving = { name: model.name, instead, version: model.version ?? 'none' };
      const mover = moverOf(res, why);
      if (to === 'live') {
        const { approval } = await promoteModel(runtime, moving, mover);
        res.status(approval ? 202 : 200).json({ ...(await standing(model)), ...(approval && { approval }) });
        return;
      }
      await makeModelMove(runtime, await planModelMove(runtime, moving, to, mover));
      res.json(await standing(model));
    });
  }

  router.post('/v1/models/:name/roll-back', write, small, async (req, res) => {
    const { why } = parseBody(req, policyBodies.seenSchema);
    const model = found(req.params.name);
    await makeModelMove(runtime, await planModelRollBack(runtime, model.instead ?? model.name, moverOf(res, why)));
    res.json(await standing(model));
  });

  router.get('/v1/models/:name/comparison', requireScope('policies:read'), async (req, res) => {
    const model = found(req.params.name);
    const { version = 'none', instead } = model;
    const since = runtime.time.now() - week;
    const { posts, differing, counts } = await compareShadow(runtime.db, trialOf(model.name, version), since);
    const over = (action: string): boolean => action === 'review';
    res.json({
      ...(await standing(model)),
      version,
      ...(instead !== undefined && { instead }),
      since: isoTime(since),
      answers: posts,
      differing,
      counts: counts.map(({ language, live, shadow, posts }) => ({
        ...(language && { language }),
        label: shadow.rule,
        live: over(live.action),
        shadow: over(shadow.action),
        posts,
      })),
    });
  });

  async function standing(model: ModelView) {
    const [force, moves] = [await readModelForce(runtime), await modelMoves(runtime, model.name)];
    return {
      name: model.name,
      standing: standingOf(force, model),
      history: moves.map(({ from_state, to_state, at, by, seconded_by, why }) => ({
        from: from_state,
        to: to_state,
        at: isoTime(at),
        by,
        ...(seconded_by !== null && { secondedBy: seconded_by }),
        why,
      })),
    };
  }

  return router;
}
