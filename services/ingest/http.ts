import { Router } from 'express';
import { z } from 'zod';
import { requireScope } from '../accounts/index.js';
import { Problem, parseBody, parseQuery, type Runtime, readBody } from '../runtime/index.js';
import { incomingPost } from './check.js';
import { refusals } from './metrics.js';
import { takeStream } from './stream.js';
import { takePosts } from './take.js';

const querySchema = z.strictObject({
  /** `errors`: answer refused lines and a summary only. */
  receipts: z.enum(['all', 'errors']).default('all'),
  /** Posts of the past: they count in no posted-to-gone figure. */
  backfill: z.enum(['true', 'false']).default('false'),
});

/** The trace a request belongs to, where it names one as https://www.w3.org/TR/trace-context/ has it. */
const traceOf = (header: string | undefined): string | undefined =>
  header && /^[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(header) ? header : undefined;

/** `POST /v1/posts`: one post (JSON), or a stream (NDJSON). */
export function intakeRoutes(runtime: Runtime): Router {
  const router = Router();
  const refused = refusals(runtime.metrics);
  const single = readBody(runtime.config.INGEST_MAX_POST);
  router.post('/v1/posts', requireScope('posts:write'), (req, res, next) => {
    const query = parseQuery(req, querySchema);
    const backfill = query.backfill === 'true';
    const traceparent = traceOf(req.get('traceparent'));
    if ((req.headers['content-encoding'] ?? 'identity') !== 'identity')
      throw new Problem(415, 'Send the body without Content-Encoding.');
    if (req.is('application/x-ndjson'))
      return takeStream(runtime, req, res, { errorsOnly: query.receipts === 'errors', backfill, traceparent, refused });
    if (!req.is('application/json'))
      throw new Problem(415, 'Send application/json (one post) or application/x-ndjson (a stream).');
    single(req, res, error => {
      if (error) return next(error);
      (async () => {
        const post = parseBody(req, incomingPost);
        const problem = runtime.busProblem();
        if (problem)
          throw new Problem(
            503,
            'The bus is away. Nothing was acknowledged; send it again.',
            {},
            { 'Retry-After': '2' },
          );
        const [taken] = await takePosts(runtime, [post], { route: 'api', backfill, traceparent });
        if (!taken || 'conflict' in taken) throw new Problem(409, taken?.conflict ?? 'Not taken.');
        res.status(202).json({ id: post.id, receipt: taken.receipt });
      })().catch(error => {
        refused('single', error);
        next(error);
      });
    });
  });
  return router;
}
