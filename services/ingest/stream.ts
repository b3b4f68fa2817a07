import { join } from 'node:path';
import type { Request, Response } from 'express';
import { type Post, postSchema } from '../contracts/index.js';
import { Problem, problemsOf, type Runtime, toProblem, UnavailableError } from '../runtime/index.js';
import { type Line, LineSplitter } from './lines.js';
import { Outlet } from './outlet.js';
import { type Taken, takePosts } from './take.js';

/** Batches under way at once: one is committed while the next is parsed. */
const atOnce = 2;
/** How long a batch is tried again while the database is away, before the stream ends with `resumeFrom`. */
const patience = 10_000;

type Answer = { line: number; id?: string; receipt: string } | { line: number; error: Record<string, unknown> };

const errorOf = (line: number, problem: Problem): Answer => ({ line, error: { ...problem.toJSON(), type: undefined } });

function parse(line: Line): { line: number; post: Post } | Answer {
  if ('problem' in line) return errorOf(line.line, new Problem(line.problem.status, line.problem.detail));
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch (error) {
    return errorOf(line.line, new Problem(400, `The line is not JSON: ${(error as Error).message.slice(0, 200)}`));
  }
  const result = postSchema.safeParse(value);
  if (result.success) return { line: line.line, post: result.data };
  return errorOf(line.line, new Problem(422, 'Some fields are missing or wrong.', { errors: problemsOf(result.error) }));
}

/**
 * `POST /v1/posts` with NDJSON: posts are taken in batch by batch, good lines are kept whatever the others are. The status follows the first
 * durable batch; then a line a post, in order. Reading waits for the database, never for the client's reading.
 */
export async function takeStream(
  runtime: Runtime,
  req: Request,
  res: Response,
  options: { errorsOnly: boolean; backfill: boolean },
): Promise<void> {
  const { config, time } = runtime;
  const splitter = new LineSplitter(config.INGEST_MAX_POST);
  const outlet = new Outlet(res, join(config.SANSDELAI_DATA, 'answers'));
  const totals = { accepted: 0, known: 0, rejected: 0 };
  const abort = new AbortController();
  let bytes = 0;
  let failed: { error: unknown; line: number } | undefined;

  async function take(posts: Post[]): Promise<Taken[]> {
    const until = time.now() + (res.headersSent ? patience : 0);
    for (;;) {
      try {
        const problem = runtime.busProblem();
        if (problem) throw new UnavailableError(problem);
        return await takePosts(runtime, posts, 'api', options.backfill);
      } catch (error) {
        if (!(error instanceof UnavailableError) || time.now() > until) throw error;
        await time.sleep(250, abort.signal);
      }
    }
  }

  async function answer(parsed: ({ line: number; post: Post } | Answer)[], taking: Promise<Taken[]>): Promise<void> {
    const taken = await taking;
    let next = 0;
    let out = '';
    for (const entry of parsed) {
      let line: Answer;
      if ('post' in entry) {
        const result = taken[next++] as Taken;
        line =
          'receipt' in result
            ? { line: entry.line, id: entry.post.id, receipt: result.receipt }
            : errorOf(entry.line, new Problem(409, result.conflict));
        if ('receipt' in result) totals[result.known ? 'known' : 'accepted']++;
      } else line = entry;
      if ('error' in line) totals.rejected++;
      if (!options.errorsOnly || 'error' in line) out += `${JSON.stringify(line)}\n`;
    }
    if (!res.headersSent) {
      res.status(200).type('application/x-ndjson').set('X-Accel-Buffering', 'no');
      res.flushHeaders();
    }
    if (out) await outlet.write(out);
  }

  // The batches' answers, in order; each waits for the one before it.
  let last: Promise<void> = Promise.resolve();
  const underWay = new Set<Promise<void>>();
  let waiting: Line[] = [];

  async function flush(least: number): Promise<void> {
    while (waiting.length > 0 && !failed && (waiting.length >= least || underWay.size === 0)) {
      if (underWay.size >= atOnce) await Promise.race(underWay);
      const lines = waiting.splice(0, config.INGEST_BATCH);
      const parsed = lines.map(parse);
      const posts = parsed.flatMap(entry => ('post' in entry ? [entry.post] : []));
      const taking = posts.length > 0 ? take(posts) : Promise.resolve([]);
      // It is waited for below, after the batches before it.
      taking.catch(() => undefined);
      const before = last;
      last = before
        .then(() => (failed ? undefined : answer(parsed, taking)))
        .catch(error => {
          failed ??= { error, line: lines[0]?.line ?? 0 };
        });
      const mine = last.finally(() => underWay.delete(mine));
      underWay.add(mine);
    }
  }

  try {
    for await (const chunk of req as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > config.INGEST_MAX_STREAM) {
        failed ??= { error: new Problem(413, `A stream may have ${config.INGEST_MAX_STREAM} bytes at the most.`), line: Number.NaN };
        break;
      }
      for (const line of splitter.push(chunk)) waiting.push(line);
      await flush(config.INGEST_BATCH);
      if (failed) break;
    }
    if (!failed) waiting.push(...splitter.end());
    while (waiting.length > 0 && !failed) await flush(1);
    await last;
  } catch (error) {
    // The client went away in the middle: what was committed stays, and is answered when it sends it again.
    if (!req.destroyed || req.complete) throw error;
    await last;
    return;
  } finally {
    abort.abort();
  }

  if (failed) {
    const { error, line } = failed;
    const problem = toProblem(error);
    if (!problem) runtime.log.error({ err: error }, 'a stream failed');
    if (!res.headersSent) throw error;
    const resumeFrom = Number.isNaN(line) ? totals.accepted + totals.known + totals.rejected + 1 : line;
    await outlet.write(`${JSON.stringify({ resumeFrom, error: (problem ?? new Problem(500, 'This is our fault; it is in the log.')).toJSON() })}\n`);
  } else {
    if (!res.headersSent) res.status(200).type('application/x-ndjson');
    if (options.errorsOnly) await outlet.write(`${JSON.stringify({ summary: totals })}\n`);
  }
  await outlet.end();
}
