import { type Request, type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import { requireScope } from '../../accounts/index.js';
import {
  type DeadLetter,
  isoTime,
  listDeadLetters,
  Problem,
  parseQuery,
  type Runtime,
  replayDeadLetter,
} from '../../runtime/index.js';

const query = z.strictObject({ limit: z.coerce.number().int().min(1).max(500).default(100) });

export const deadLetterSchema = z.object({
  id: z.string(),
  consumer: z.string().describe('the stage that could not handle it'),
  topic: z.string(),
  key: z.string(),
  position: z.string(),
  reason: z.string(),
  at: z.iso.datetime(),
  event: z.unknown().describe('the event as it came'),
});

const show = ({ id, consumer, topic, key, position, reason, at, event }: DeadLetter) => ({
  id,
  consumer,
  topic,
  key,
  position,
  reason,
  at: isoTime(at),
  event: JSON.parse(event) as unknown,
});

/** Sends a dead letter to its consumer again. @throws Problem 404 */
export const replayHandler =
  (runtime: Runtime): RequestHandler =>
  async (req: Request, res: Response) => {
    const id = String(req.params.id);
    if (!(await replayDeadLetter(runtime.db, runtime, runtime.time, id))) {
      throw new Problem(404, 'There is no such dead letter, or it was replayed already.');
    }
    runtime.log.info({ deadLetter: id, by: res.locals.caller?.name ?? 'console' }, 'dead letter replayed');
    res.status(202).json({ id });
  };

/** What could not be handled: listed, and replayed. */
export function deadLetterRoutes(runtime: Runtime): Router {
  const router = Router();
  router.get('/v1/dead-letters', requireScope('dead-letters:read'), async (req, res) => {
    const { limit } = parseQuery(req, query);
    res.json({ deadLetters: (await listDeadLetters(runtime.db, limit)).map(show) });
  });
  router.post('/v1/dead-letters/:id/replay', requireScope('dead-letters:replay'), replayHandler(runtime));
  return router;
}
