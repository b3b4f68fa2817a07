import { Router } from 'express';
import { z } from 'zod';
import { requireLogin, requireScope } from '../../accounts/index.js';
import { platformName } from '../../contracts/index.js';
import { readPosts } from '../../ingest/index.js';
import { Problem, parseQuery, type Runtime } from '../../runtime/index.js';
import { replayHandler } from './dead-letters.js';
import { readStanding } from './describe.js';
import { fromHere, requireReading, requireReplaying } from './guard.js';

const postQuery = z.strictObject({ platform: platformName });
const textQuery = z.strictObject({ platform: platformName, version: z.coerce.number().int().min(1) });

/** Where a post stands, for platforms (by key) and for the page (by login). */
export function postRoutes(runtime: Runtime): Router {
  const router = Router();
  const standing = async (id: string, platform: string) => {
    const found = await readStanding(runtime, platform, id);
    if (!found) throw new Problem(404, `Nothing is known of a post with this id on ${platform}.`);
    return found;
  };
  router.get('/v1/posts/:id', requireScope('posts:read'), async (req, res) => {
    res.json(await standing(String(req.params.id), parseQuery(req, postQuery).platform));
  });

  router.use('/console/api/posts', fromHere, requireLogin, requireReading, (_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });
  router.get('/console/api/posts/:id', async (req, res) => {
    res.json(await standing(String(req.params.id), parseQuery(req, postQuery).platform));
  });
  // By itself, so that nobody is sent what they did not ask to see.
  router.get('/console/api/posts/:id/text', async (req, res) => {
    const { platform, version } = parseQuery(req, textQuery);
    const [stored] = await readPosts(runtime.db, [{ platform, id: String(req.params.id), version }]);
    if (!stored) throw new Problem(404, 'The text was erased, or never came in.');
    res.json({ text: stored.post.text ?? '' });
  });
  router.post('/console/api/dead-letters/:id/replay', fromHere, requireLogin, requireReplaying, replayHandler(runtime));
  return router;
}
