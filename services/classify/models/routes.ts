import { Router } from 'express';
import { requireScope } from '../../accounts/index.js';
import type { ModelView } from './own-model.js';

/** `GET /v1/models`: the operator's own models and how each stands. For keys that may read posts, whose assessments name them. */
export function modelRoutes(models: () => ModelView[]): Router {
  const router = Router();
  router.get('/v1/models', requireScope('posts:read'), (_req, res) => {
    const listed = models().map(({ since, ...model }) => ({
      ...model,
      ...(since !== undefined && { since: new Date(since).toISOString() }),
    }));
    res.json({ models: listed });
  });
  return router;
}
