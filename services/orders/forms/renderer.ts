import { Worker } from 'node:worker_threads';
import { type Time, within } from '../../runtime/index.js';
import type { FormDocument } from './document.js';
import type { Drawn, Job } from './render-thread.js';

/** A form of the longest kind takes a second; what takes this long will not end. */
const patience = 20_000;
/** Forms that wait at the most. */
const mostWaiting = 1_000;

interface Waiting {
  resolve(bytes: Uint8Array): void;
  reject(error: Error): void;
}

/** Draws forms on a thread of its own, which is started with the first: a long one must not hold up an order. */
export class Renderer {
  #worker: Worker | undefined;
  #next = 0;
  readonly #waiting = new Map<number, Waiting>();

  constructor(private readonly time: Time) {}

  /** @returns the PDF. @throws Error where it can't be drawn, or too many wait */
  async render(form: FormDocument): Promise<Uint8Array> {
    if (this.#waiting.size >= mostWaiting) throw new Error('too many forms wait to be drawn');
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const id = this.#next++;
    const drawn = new Promise<Uint8Array>((resolve, reject) => void this.#waiting.set(id, { resolve, reject }));
    worker.ref();
    worker.postMessage({ id, form } satisfies Job);
    try {
      return await within(this.time, patience + this.#waiting.size * 50, drawn, 'the form took too long to draw');
    } catch (error) {
      // One that does not answer can't be asked to stop.
      if (this.#waiting.has(id)) await worker.terminate();
      throw error;
    }
  }

  #start(): Worker {
    const worker = new Worker(new URL('./render-thread.js', import.meta.url), {
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 192 },
    });
    const settle = (id: number, how: (waiting: Waiting) => void): void => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (waiting) how(waiting);
      // It keeps no process alive, except while something is waited for.
      if (this.#waiting.size === 0) worker.unref();
    };
    let cause: Error | undefined;
    worker.on('message', (drawn: Drawn) =>
      settle(drawn.id, waiting =>
        'bytes' in drawn ? waiting.resolve(drawn.bytes) : waiting.reject(new Error(drawn.error)),
      ),
    );
    worker.on('error', error => {
      cause = error instanceof Error ? error : new Error(String(error));
    });
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
      for (const id of [...this.#waiting.keys()])
        settle(id, waiting => waiting.reject(cause ?? new Error('the thread that draws forms ended')));
    });
    return worker;
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate();
  }
}
