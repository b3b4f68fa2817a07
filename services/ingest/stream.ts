import { join } from 'node:path';
import type { Request, Response } from 'express';
import type { Post } from '../contracts/index.js';
import { Problem, type Runtime, toProblem, UnavailableError } from '../runtime/index.js';
import { type Line, LineSplitter, sizeOf } from './lines.js';
import type { Refusals } from './metrics.js';
import { Outlet } from './outlet.js';
import { type Answer, errorOf, parseLine } from './parse.js';
import { type Arrival, type Taken, takePosts } from './take.js';

/** Batches under way at once: one is committed while the next is parsed. */
const atOnce = 2;
/** Characters of one batch at the most, beside `INGEST_BATCH` lines: few clients with long posts take no more memory than many. */
const batchSize = 512 * 1024;
/** How long a batch is tried again while the database is away, before the stream ends with `resumeFrom`. */
const patience = 10_000;
/** How long a client that was refused may go on sending before its connection ends: most read the answer only when they have sent everything. */
const drainFor = 60_000;

/**
 * `POST /v1/posts` with NDJSON: posts are taken in batch by batch, good lines are kept whatever the others are. The status follows the first
 * durable batch; then a line a post, in order. Reading waits for the database, never for the client's reading.
 */
export async function takeStream(
  runtime: Runtime,
  req: Request,
  res: Response,
  { errorsOnly, refused, ...arrival }: { errorsOnly: boolean; refused: Refusals } & Omit<Arrival, 'route'>,
): Promise<void> {
  const { config, time, log } = runtime;
  const tooLong = new Problem(413, `A stream may have ${config.INGEST_MAX_STREAM} bytes at the most.`);
  if (Number(req.headers['content-length'] ?? 0) > config.INGEST_MAX_STREAM) throw tooLong;
  const splitter = new LineSplitter(config.INGEST_MAX_POST);
  const outlet = new Outlet(res, join(config.SANSDELAI_DATA, 'answers'), error =>
    log.error({ err: error }, 'answers could not be kept; the client has to send again'),
  );
  const totals = { accepted: 0, known: 0, rejected: 0 };
  const abort = new AbortController();
  /** The last line that was answered. */
  let answered = 0;
  let failed: { error: unknown } | undefined;
  /** Wakes whoever waits for the next chunk. */
  let wake = (): void => undefined;

  async function take(posts: Post[]): Promise<Taken[]> {
    const until = time.now() + (res.headersSent ? patience : 0);
    for (;;) {
      try {
        const problem = runtime.busProblem();
        if (problem) throw new UnavailableError(problem);
        return await takePosts(runtime, posts, { route: 'api', ...arrival });
      } catch (error) {
        if (!(error instanceof UnavailableError) || abort.signal.aborted || time.now() > until) throw error;
        await time.sleep(250, abort.signal);
      }
    }
  }

  function answerOf(post: Post, line: number, taken: Taken): Answer {
    if ('conflict' in taken) {
      totals.rejected++;
      return errorOf(line, new Problem(409, taken.conflict));
    }
    totals[taken.known ? 'known' : 'accepted']++;
    return { line, id: post.id, receipt: taken.receipt };
  }

  function start(): void {
    if (res.headersSent) return;
    res.status(200).type('application/x-ndjson').set('X-Accel-Buffering', 'no');
    res.flushHeaders();
  }

  /** Takes a batch in, and answers it once those before it are answered. */
  async function deal(lines: Line[], before: Promise<void>): Promise<void> {
    const parsed = lines.map(parseLine);
    const posts = parsed.flatMap(entry => ('post' in entry ? [entry.post] : []));
    const taking = posts.length > 0 ? take(posts) : Promise.resolve([]);
    // Waited for below; it may fail while the batch before it is still under way.
    taking.catch(() => undefined);
    await before;
    if (failed) return;
    const taken = await taking;
    let next = 0;
    let out = '';
    for (const entry of parsed) {
      if ('error' in entry) totals.rejected++;
      const line = 'post' in entry ? answerOf(entry.post, entry.line, taken[next++] as Taken) : entry;
      if (!errorsOnly || 'error' in line) out += `${JSON.stringify(line)}\n`;
      answered = entry.line;
    }
    start();
    if (out) await outlet.write(out);
  }

  let last: Promise<void> = Promise.resolve();
  const underWay = new Set<Promise<void>>();
  let ended = false;
  const waiting: Line[] = [];
  let size = 0;
  const full = () => waiting.length >= config.INGEST_BATCH || size >= batchSize;

  function nextBatch(): Line[] {
    let count = 0;
    let taken = 0;
    while (count < waiting.length && count < config.INGEST_BATCH && taken < batchSize)
      taken += sizeOf(waiting[count++] as Line);
    size -= taken;
    return waiting.splice(0, count);
  }

  /** Starts what can be started: full batches, and what there is where nothing else is under way, so that a slow client need not wait. */
  function pump(): void {
    while (!failed && waiting.length > 0 && underWay.size < atOnce && (underWay.size === 0 || ended || full())) {
      const batch = deal(nextBatch(), last)
        .catch(error => {
          failed ??= { error };
          wake();
        })
        .finally(() => {
          underWay.delete(batch);
          pump();
        });
      underWay.add(batch);
      last = batch;
    }
  }

  // The connection stays when reading stops early: it still has to carry the answer.
  const chunks = req.iterator({ destroyOnReturn: false }) as AsyncGenerator<Buffer>;
  try {
    let bytes = 0;
    while (!failed && bytes <= config.INGEST_MAX_STREAM) {
      const next = chunks.next();
      // A client that waits for its answers before it sends more is told of a failure at once; then nobody waits for what comes next.
      next.catch(() => undefined);
      const woken = new Promise<undefined>(resolve => {
        wake = () => resolve(undefined);
      });
      const chunk = await Promise.race([next, woken]);
      if (!chunk || chunk.done) break;
      bytes += chunk.value.length;
      if (bytes > config.INGEST_MAX_STREAM) break;
      for (const line of splitter.push(chunk.value)) {
        waiting.push(line);
        size += sizeOf(line);
      }
      pump();
      while (full() && !failed) await Promise.race(underWay);
    }
    if (bytes <= config.INGEST_MAX_STREAM && !failed) waiting.push(...splitter.end());
    ended = true;
    pump();
    while (underWay.size > 0) await last;
    if (bytes > config.INGEST_MAX_STREAM) failed ??= { error: tooLong };

    if (failed) {
      refused('stream', failed.error);
      drain(runtime, req, chunks);
      if (!res.headersSent) throw failed.error;
      const problem = toProblem(failed.error);
      if (!problem) log.error({ err: failed.error }, 'a stream failed');
      const error = problem ?? new Problem(500, 'This is our fault; it is in the log.');
      await outlet.write(`${JSON.stringify({ resumeFrom: answered + 1, error: error.toJSON() })}\n`);
    } else {
      start();
      if (errorsOnly) await outlet.write(`${JSON.stringify({ summary: totals })}\n`);
    }
    await outlet.end();
  } catch (error) {
    // The client went away in the middle: what was committed stays, and is answered when it sends it again.
    if (!req.destroyed || req.complete) throw error;
  } finally {
    abort.abort();
    while (underWay.size > 0) await last;
    await outlet.close();
  }
}

/** Reads on what a refused client sends, so that it comes to read the answer, but not for ever. */
function drain({ time, log }: Runtime, req: Request, chunks: AsyncGenerator<Buffer>): void {
  if (req.complete) return;
  const late = time.after(drainFor, () => req.destroy());
  const reading = async () => {
    while (!(await chunks.next()).done);
  };
  reading()
    .catch(error => log.debug({ err: error }, 'a refused client went away'))
    .finally(() => late.stop());
}
