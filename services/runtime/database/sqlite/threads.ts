import { Worker } from 'node:worker_threads';
import { realTime, soon, type Timer } from '../../time/index.js';
import { fitting } from '../together.js';
import { ConflictError, UnavailableError } from '../types.js';
import type {
  Answer,
  Failure,
  Outcome,
  Query,
  ReaderRequest,
  Statement,
  StatementResult,
  WriterRequest,
} from './protocol.js';

type Request = WriterRequest | ReaderRequest;
type Question = Request extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;

interface Waiting {
  resolve(outcomes: Outcome[]): void;
  reject(error: Error): void;
}

function toError({ kind, message, code }: Failure): Error {
  if (kind === 'conflict') return new ConflictError(message);
  if (kind === 'unavailable' || kind === 'timeout') return new UnavailableError(message);
  return Object.assign(new Error(message), { code });
}

function unpack(outcome: Outcome | undefined): StatementResult[] {
  if (!outcome) throw new Error('a database thread gave no answer');
  if ('failure' in outcome) throw toError(outcome.failure);
  return outcome.results;
}

/** Tells each who asked what came of it. */
function settle(asked: readonly Pick<Job, 'resolve' | 'reject'>[], outcomes: readonly Outcome[]): void {
  asked.forEach(({ resolve, reject }, i) => {
    try {
      resolve(unpack(outcomes[i]));
    } catch (error) {
      reject(error as Error);
    }
  });
}

/** Longest pause before a thread that can't start is tried again. */
const longestPause = 5_000;

/** A thread, and who waits for its answers. When it dies, everybody who waits is told, and it is started again. */
class Thread {
  /** Resolves once the thread first runs; rejects where it can't start. */
  readonly ready: Promise<void>;
  #next = 1;
  #waiting = new Map<number, Waiting>();
  /** Undefined while a thread that could not start waits for its next try. */
  #worker: Worker | undefined;
  #failures = 0;
  #lastError = new UnavailableError('the database is closed');
  #stopped = false;
  #running = new Set<Promise<void>>();
  #heard = 0;

  constructor(
    private readonly script: URL,
    private readonly path: string,
  ) {
    this.ready = this.#start();
    // Told to whoever waits; the promise itself must not bring the process down.
    this.ready.catch(() => undefined);
  }

  /** Milliseconds since it last answered, or since it has had something to answer. */
  get silence(): number {
    return realTime.steady() - this.#heard;
  }

  #start(): Promise<void> {
    // What it makes lives briefly: a small young generation keeps the memory of a thread small.
    const resourceLimits = { maxYoungGenerationSizeMb: 6 };
    const worker = new Worker(this.script, { workerData: { path: this.path }, resourceLimits });
    this.#worker = worker;
    const exit = new Promise<void>(resolve => {
      worker.once('exit', () => {
        this.#running.delete(exit);
        resolve();
      });
    });
    this.#running.add(exit);
    return new Promise((resolve, reject) => {
      const ended = (error: Error) => {
        reject(new UnavailableError(error.message));
        this.#ended(worker, error);
      };
      worker.once('error', ended);
      worker.once('exit', () => ended(new Error('a database thread ended')));
      worker.on('message', (message: 'ready' | Answer) => {
        if (message === 'ready') {
          this.#failures = 0;
          return resolve();
        }
        this.#heard = realTime.steady();
        const waiting = this.#waiting.get(message.id);
        this.#waiting.delete(message.id);
        waiting?.resolve(message.outcomes);
      });
    });
  }

  #ended(worker: Worker, error: Error): void {
    if (worker !== this.#worker) return;
    this.#worker = undefined;
    this.#lastError = new UnavailableError(error.message);
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    const restart = () => {
      if (!this.#stopped) this.#start().catch(() => undefined);
    };
    // One that ran is replaced at once; one that can't even start is given time.
    if (this.#failures++ === 0) restart();
    else realTime.after(Math.min(50 * 2 ** this.#failures, longestPause), restart);
    for (const { reject } of waiting) reject(this.#lastError);
  }

  /** @throws UnavailableError where the thread died, can't start, or was stopped. */
  ask(question: Question): Promise<Outcome[]> {
    const worker = this.#worker;
    if (!worker || this.#stopped) return Promise.reject(this.#lastError);
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      if (this.#waiting.size === 0) this.#heard = realTime.steady();
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ ...question, id } as Request);
    });
  }

  /** Gives up a thread that does not answer; a fresh one takes its place. The old one ends once it gets to it. */
  replace(reason: string): void {
    const stuck = this.#worker;
    if (!stuck) return;
    stuck.postMessage({ kind: 'stop' } satisfies Request);
    this.#ended(stuck, new Error(reason));
  }

  /** Ends once all that was asked is answered. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#lastError = new UnavailableError('the database is closed');
    this.#worker?.postMessage({ kind: 'stop' } satisfies Request);
    await Promise.all(this.#running);
  }
}

/** Statements of one message to the writer at the most: bounds how long one commit can take. */
const statementsAtOnce = 256;

interface Job {
  statements: Statement[];
  resolve(results: StatementResult[]): void;
  reject(error: Error): void;
}

/** The writer: gathers what arrives while a commit is under way, and commits it together. */
export class Writer {
  #queue: Job[] = [];
  #committing: Promise<void> | undefined;
  #session: Promise<void> = Promise.resolve();
  #inSession = false;
  readonly #thread: Thread;

  constructor(path: string, script = new URL('./writer.js', import.meta.url)) {
    this.#thread = new Thread(script, path);
  }

  get ready(): Promise<void> {
    return this.#thread.ready;
  }

  commit(statements: Statement[]): Promise<StatementResult[]> {
    return new Promise((resolve, reject) => {
      if (this.#queue.length === 0) soon(() => this.#send());
      this.#queue.push({ statements, resolve, reject });
    });
  }

  #send(): void {
    if (this.#committing || this.#inSession || this.#queue.length === 0) return;
    const n = fitting(this.#queue, ({ statements }) => statements.length, statementsAtOnce);
    this.#committing = this.#commit(this.#queue.splice(0, n)).finally(() => {
      this.#committing = undefined;
      this.#send();
    });
  }

  async #commit(jobs: Job[]): Promise<void> {
    try {
      const outcomes = await this.#thread.ask({ kind: 'jobs', jobs: jobs.map(({ statements }) => statements) });
      settle(jobs, outcomes);
    } catch (error) {
      for (const { reject } of jobs) reject(error as Error);
    }
  }

  /** Takes the writer for an interactive transaction (migrations): everything else waits until it is released. */
  async acquire(): Promise<() => void> {
    const before = this.#session;
    let release!: () => void;
    this.#session = new Promise(resolve => {
      release = resolve;
    });
    await before;
    this.#inSession = true;
    await this.#committing;
    return () => {
      this.#inSession = false;
      release();
      this.#send();
    };
  }

  async step(statement: Statement): Promise<StatementResult[]> {
    const [outcome] = await this.#thread.ask({ kind: 'session', statement });
    return unpack(outcome);
  }

  /** Ends once all that was handed over is committed. */
  async stop(): Promise<void> {
    this.#send();
    while (this.#committing) await this.#committing;
    await this.#thread.stop();
  }
}

/** Queries of one message to a reader at the most: one that is slow holds up no more than these. */
const queriesAtOnce = 16;

interface Asked extends Query {
  resolve(results: StatementResult[]): void;
  reject(error: Error): void;
}

/** The readers: what waits goes in one message (waking a thread is what costs) to one that has nothing to do, so that nothing waits for a slow query elsewhere. */
export class Readers {
  readonly #threads: Thread[];
  #queue: Asked[] = [];
  #asking = new Map<Thread, Promise<void>>();

  constructor(path: string, count: number) {
    const script = new URL('./reader.js', import.meta.url);
    this.#threads = Array.from({ length: count }, () => new Thread(script, path));
  }

  /** @throws UnavailableError after `timeout` ms. */
  query(statement: Statement, timeout: number): Promise<StatementResult[]> {
    return new Promise((resolve, reject) => {
      if (this.#queue.length === 0) soon(() => this.#flush());
      this.#queue.push({ statement, timeout, resolve, reject });
    });
  }

  #flush(): void {
    for (const thread of this.#threads) {
      if (this.#queue.length === 0) return;
      if (this.#asking.has(thread)) continue;
      const asked = this.#ask(thread, this.#queue.splice(0, queriesAtOnce)).finally(() => {
        this.#asking.delete(thread);
        this.#flush();
      });
      this.#asking.set(thread, asked);
    }
  }

  async #ask(thread: Thread, asked: Asked[]): Promise<void> {
    // The thread ends its queries by itself; one that is deaf even to that is replaced.
    const patience = 3 * asked.reduce((sum, { timeout }) => sum + timeout, 0);
    const watch = (): Timer =>
      realTime.after(patience, () => {
        if (thread.silence >= patience) thread.replace('a query took too long and was ended');
        else deaf = watch();
      });
    let deaf = watch();
    try {
      const queries = asked.map(({ statement, timeout }) => ({ statement, timeout }));
      const outcomes = await thread.ask({ kind: 'queries', queries });
      settle(asked, outcomes);
    } catch (error) {
      for (const { reject } of asked) reject(error as Error);
    } finally {
      deaf.stop();
    }
  }

  /** Ends once all that was asked is answered. */
  async stop(): Promise<void> {
    this.#flush();
    while (this.#asking.size > 0) await Promise.all(this.#asking.values());
    await Promise.all(this.#threads.map(thread => thread.stop()));
  }
}
