import { Router } from 'express';
import { z } from 'zod';
import { requireScope } from '../../accounts/index.js';
import { countBroughtBack } from '../../enforce/index.js';
import { parseQuery, type Runtime } from '../../runtime/index.js';
import { fromHere } from './guard.js';

/** What was to be public again. Times are milliseconds since 1970, UTC. */
export interface Reinstated {
  routes: { route: string; asked: number; seen: number; pending: number; other: number }[];
}

const instant = z.iso.datetime().transform(text => Date.parse(text));

/** How much was brought back, for whoever reads figures: counts and nothing else. */
export function reinstatedRoutes(runtime: Runtime): Router {
  const router = Router();
  router.get('/console/api/reinstated', fromHere, requireScope('figures:read'), async (req, res) => {
    const { from, to } = parseQuery(req, z.strictObject({ from: instant, to: instant }));
    res
      .set('Cache-Control', 'no-store')
      .json({ routes: await countBroughtBack(runtime.db, from, to) } satisfies Reinstated);
  });
  return router;
}
