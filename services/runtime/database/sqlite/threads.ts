import { Worker } from 'node:worker_threads';
import { realTime } from '../../time/index.js';
import { ConflictError, UnavailableError } from '../types.js';
import type { Failure, ReaderRequest, Reply, Statement, StatementResult, WriterRequest } from './protocol.js';

interface Waiting {
  resolve(results: StatementResult[]): void;
  reject(error: Error): void;
}

function toError({ kind, message, code }: Failure): Error {
  if (kind === 'conflict') return new ConflictError(message);
  if (kind === 'unavailable' || kind === 'timeout') return new UnavailableError(message);
  return Object.assign(new Error(message), { code });
}

/** A thread, and who waits for its answers. When it dies, everybody who waits is told, and it is started again. */
class Thread {
  readonly waiting = new Map<number, Waiting>();
  #worker!: Worker;
  #stopped = false;
  ready!: Promise<void>;

  constructor(
    private readonly script: string,
    private readonly path: string,
    private readonly onIdle: () => void,
  ) {
    this.#start();
  }

  #start(): void {
    const worker = new Worker(new URL(this.script, import.meta.url), { workerData: { path: this.path } });
    this.#worker = worker;
    this.ready = new Promise((resolve, reject) => {
      worker.once('error', reject);
      worker.on('message', (message: 'ready' | Reply[]) => {
        if (message === 'ready') return resolve();
        for (const reply of message) {
          const waiting = this.waiting.get(reply.id);
          this.waiting.delete(reply.id);
          if ('failure' in reply) waiting?.reject(toError(reply.failure));
          else waiting?.resolve(reply.results);
        }
        this.onIdle();
      });
    });
    // Told to whoever waits (below); the promise itself must not bring the process down.
    this.ready.catch(() => undefined);
    worker.once('error', error => this.#ended(worker, error));
    worker.once('exit', () => this.#ended(worker, new Error('a database thread ended')));
  }

  #ended(worker: Worker, error: Error): void {
    if (worker !== this.#worker) return;
    for (const waiting of this.waiting.values()) waiting.reject(new UnavailableError(error.message));
    this.waiting.clear();
    if (!this.#stopped) this.#start();
    this.onIdle();
  }

  send(request: WriterRequest | ReaderRequest): void {
    this.#worker.postMessage(request);
  }

  /** Gives up a thread that does not answer; a fresh one takes its place. */
  replace(reason: string): void {
    const stuck = this.#worker;
    this.#ended(stuck, new Error(reason));
    void stuck.terminate();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#worker.terminate();
  }
}

/** Statements of one message to the writer at the most: bounds how long one commit can take. */
const statementsAtOnce = 256;

/** The writer: gathers what arrives while a commit is under way, and commits it together. */
export class Writer {
  #next = 1;
  #queue: { id: number; statements: Statement[] }[] = [];
  #session: Promise<void> = Promise.resolve();
  #inSession = false;
  readonly #thread: Thread;

  constructor(path: string) {
    this.#thread = new Thread('./writer.js', path, () => this.#send());
  }

  get ready(): Promise<void> {
    return this.#thread.ready;
  }

  commit(statements: Statement[]): Promise<StatementResult[]> {
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#thread.waiting.set(id, { resolve, reject });
      this.#queue.push({ id, statements });
      this.#send();
    });
  }

  #send(): void {
    if (this.#inSession || this.#queue.length === 0) return;
    const queued = new Set(this.#queue.map(job => job.id));
    for (const id of this.#thread.waiting.keys()) if (!queued.has(id)) return;
    let total = 0;
    let n = 0;
    for (const job of this.#queue) {
      total += job.statements.length;
      if (n > 0 && total > statementsAtOnce) break;
      n++;
    }
    this.#thread.send({ kind: 'jobs', jobs: this.#queue.splice(0, n) });
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
    return () => {
      this.#inSession = false;
      release();
      this.#send();
    };
  }

  step(statement: Statement): Promise<StatementResult[]> {
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#thread.waiting.set(id, { resolve, reject });
      this.#thread.send({ kind: 'session', id, statement });
    });
  }

  stop(): Promise<void> {
    return this.#thread.stop();
  }
}

/** The readers: each query goes to the one with the least to do. */
export class Readers {
  #next = 1;
  readonly #threads: Thread[];

  constructor(path: string, count: number) {
    this.#threads = Array.from({ length: count }, () => new Thread('./reader.js', path, () => undefined));
  }

  async ready(): Promise<void> {
    await Promise.all(this.#threads.map(thread => thread.ready));
  }

  /** @throws UnavailableError after `timeout` ms. */
  query(statement: Statement, timeout: number): Promise<StatementResult[]> {
    const [thread] = [...this.#threads].sort((a, b) => a.waiting.size - b.waiting.size);
    if (!thread) throw new Error('no reader');
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      // The thread ends its query by itself; one that is deaf even to that is replaced.
      const deaf = realTime.after(timeout * 3, () => {
        if (thread.waiting.has(id)) thread.replace('a query took too long and was ended');
      });
      const settle =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          deaf.stop();
          then(value);
        };
      thread.waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
      thread.send({ id, statement, timeout });
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#threads.map(thread => thread.stop()));
  }
}
