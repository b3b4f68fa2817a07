import { Router } from 'express';
import { z } from 'zod';
import { requireScope } from '../../accounts/index.js';
import { readOutcomes as readAssessed } from '../../classify/index.js';
import { busKey, platformName } from '../../contracts/index.js';
import { quality, readStates } from '../../enforce/index.js';
import { parseBody, type Runtime, readBody } from '../../runtime/index.js';

export const outcomesSchema = z.strictObject({
  platform: platformName,
  ids: z.array(z.string().min(1).max(512)).min(1).max(1_000),
});

/** `POST /v1/posts/outcomes`: where many posts of one platform stand, for whoever sent them. Times in milliseconds since 1970. */
export function outcomeRoutes(runtime: Runtime): Router {
  const router = Router();
  router.post('/v1/posts/outcomes', requireScope('posts:read'), readBody(1024 * 1024), async (req, res) => {
    const { platform, ids } = parseBody(req, outcomesSchema);
    const [assessed, states] = await Promise.all([
      readAssessed(runtime.db, platform, ids),
      readStates(runtime.db, platform, ids),
    ]);
    const unknown = ids.filter(id => !assessed.has(id)).map(id => ({ platform, id }));
    const made = await quality.readMade(runtime, unknown);
    const outcomeOf = (id: string) => {
      const { assessment, receivedAt } = made.get(busKey({ platform, id })) ?? {};
      return (
        assessment && {
          action: assessment.action,
          rule: assessment.rule,
          receivedAt,
          assessedAt: assessment.assessedAt,
        }
      );
    };
    res.json({ outcomes: ids.map(id => ({ id, ...(assessed.get(id) ?? outcomeOf(id)), ...states.get(id) })) });
  });
  return router;
}
