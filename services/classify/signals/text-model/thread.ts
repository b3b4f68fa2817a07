import { Worker } from 'node:worker_threads';
import type { Time, Timer } from '../../../runtime/time/index.js';
import type { TextScore } from './index.js';
import { batchLimit, type ReadyReply, type Reply, type ScoreReply } from './messages.js';

/** The model could not score the posts, through no fault of theirs: the same call may be made again. */
export class TextModelUnavailable extends Error {
  override readonly name = 'TextModelUnavailable';
}

interface ThreadOptions {
  weights: string | undefined;
  queueLimit: number;
  time: Time;
  script: URL;
}

interface Job {
  posts: readonly { text: string; language?: string }[];
  resolve(scores: TextScore[]): void;
  reject(error: Error): void;
}

/** Batches sent before the first is answered: the worker finds the next one waiting. */
const inFlightLimit = 2;
const firstPause = 100;
const longestPause = 10_000;

/** Runs the model's worker: gathers what waits into batches, and starts another worker when one dies. */
export class ModelThread {
  readonly #options: ThreadOptions;
  #worker: Worker | undefined;
  #ready: ReadyReply | undefined;
  readonly #waiting: Job[] = [];
  #inFlight: Job[][] = [];
  #posts = 0;
  #pause = firstPause;
  #restart: Timer | undefined;
  #stopped = false;

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  /** Resolves when the model is loaded. */
  start(): Promise<ReadyReply> {
    return new Promise((resolve, reject) => {
      const worker = new Worker(this.#options.script, {
        workerData: { weights: this.#options.weights },
        // Flags of the process, such as --input-type, are not meant for it, and some are refused.
        execArgv: [],
        resourceLimits: { maxYoungGenerationSizeMb: 12 },
      });
      this.#worker = worker;
      let cause: Error | undefined;
      worker.on('message', (reply: Reply) => {
        if (reply.kind === 'scores') return this.#answer(reply);
        this.#ready = reply;
        resolve(reply);
        this.#send();
      });
      worker.on('error', error => {
        cause = error instanceof Error ? error : new Error(String(error));
      });
      worker.on('exit', code => {
        const wasReady = this.#ready !== undefined;
        this.#lose(cause ?? new Error(`it ended with code ${code}`));
        if (!wasReady)
          reject(cause ?? new Error(`the text model's worker ended with code ${code} before it was ready`));
        else if (!this.#stopped) this.#startAgain();
      });
    });
  }

  async score(posts: Job['posts']): Promise<TextScore[]> {
    if (this.#stopped) throw new TextModelUnavailable('the text model was stopped');
    if (this.#posts + posts.length > this.#options.queueLimit && this.#posts > 0)
      throw new TextModelUnavailable(`${this.#posts} posts wait for the text model`);
    const parts: Promise<TextScore[]>[] = [];
    for (let at = 0; at < posts.length; at += batchLimit) {
      const part = posts.slice(at, at + batchLimit);
      this.#posts += part.length;
      parts.push(new Promise((resolve, reject) => this.#waiting.push({ posts: part, resolve, reject })));
    }
    this.#send();
    return (await Promise.all(parts)).flat();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#restart?.stop();
    const worker = this.#worker;
    this.#lose(new Error('it was stopped'));
    this.#reject(this.#waiting.splice(0), 'the text model was stopped');
    await worker?.terminate();
  }

  #send(): void {
    const worker = this.#worker;
    if (!worker || !this.#ready) return;
    while (this.#waiting.length > 0 && this.#inFlight.length < inFlightLimit) {
      let size = 0;
      let jobs = 0;
      while (jobs < this.#waiting.length && size + this.#waiting[jobs]!.posts.length <= batchLimit)
        size += this.#waiting[jobs++]!.posts.length;
      const batch = this.#waiting.splice(0, jobs);
      const posts = batch.flatMap(job => job.posts);
      worker.postMessage({ texts: posts.map(post => post.text), languages: posts.map(post => post.language) });
      this.#inFlight.push(batch);
    }
    if (this.#inFlight.length > 0) worker.ref();
    else worker.unref();
  }

  #answer(reply: ScoreReply): void {
    const labels = this.#ready!.labels;
    this.#pause = firstPause;
    let row = 0;
    for (const job of this.#inFlight.shift()!) {
      this.#posts -= job.posts.length;
      job.resolve(job.posts.map(() => scoreOf(reply, row++, labels)));
    }
    this.#send();
  }

  /** The worker is gone: what it was given is rejected, since nobody knows whether one of these posts killed it. */
  #lose(cause: Error): void {
    this.#worker = undefined;
    this.#ready = undefined;
    const lost = this.#inFlight.flat();
    this.#inFlight = [];
    this.#reject(lost, "the text model's worker died", cause);
  }

  #startAgain(): void {
    this.#restart = this.#options.time.after(this.#pause, () => {
      this.start().catch(error => {
        this.#reject(this.#waiting.splice(0), 'the text model does not start', error);
        if (!this.#stopped) this.#startAgain();
      });
    });
    this.#pause = Math.min(this.#pause * 2, longestPause);
  }

  #reject(jobs: readonly Job[], message: string, cause?: Error): void {
    for (const job of jobs) {
      this.#posts -= job.posts.length;
      job.reject(new TextModelUnavailable(cause ? `${message}: ${cause.message}` : message, { cause }));
    }
  }
}

function scoreOf(reply: ScoreReply, row: number, labels: readonly string[]): TextScore {
  const scores: Record<string, number> = {};
  const overThreshold: string[] = [];
  labels.forEach((label, i) => {
    scores[label] = Math.round(reply.scores[row * labels.length + i]! * 10_000) / 10_000;
    if ((reply.over[row]! >>> i) & 1) overThreshold.push(label);
  });
  const spans = reply.spans.get(row);
  return spans ? { scores, overThreshold, spans: Object.fromEntries(spans) } : { scores, overThreshold };
}
