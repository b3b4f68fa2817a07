import { Worker } from 'node:worker_threads';
import type { Time } from '../../runtime/index.js';
import { within } from '../../runtime/time/index.js';
import type { LocalDeclaration } from './declaration.js';
import { ModelRefused, type OpenModel, type Row } from './model.js';
import type { Reply, Request } from './worker.js';

/** Longest time (ms) for reading a model, which may be large. */
const loadWithin = 120_000;

interface Waiting {
  resolve(rows: Row[]): void;
  reject(error: Error): void;
}

/** Opens a model in a worker thread of its own. @throws ModelRefused, or what kept the thread from starting */
export async function openLocal(
  declared: LocalDeclaration,
  folder: string,
  time: Time,
  timeout: number,
): Promise<OpenModel> {
  // Else TensorFlow tells on standard error what it loads. A thread only has a copy of the environment.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  const first = await start(declared, folder, time);
  const { version } = first;
  let running: Promise<Running> | undefined = Promise.resolve(first);
  let stopped = false;

  const thread = async (): Promise<Running> => {
    if (stopped) throw new Error('the model was stopped');
    running ??= start(declared, folder, time);
    try {
      const found = await running;
      // What is in the files now is another model: the registry is about to look at it.
      if (found.version !== version) throw new Error('its files have changed');
      if (!found.dead()) return found;
    } catch (error) {
      running = undefined;
      throw error;
    }
    running = undefined;
    return thread();
  };
  return {
    served: () => version,
    async score(posts) {
      const current = await thread();
      const answer = current.score(posts.map(({ text }) => text));
      try {
        return await within(time, timeout, answer, `no answer within ${timeout} ms`);
      } catch (error) {
        // A model that hangs can't be asked to stop.
        if (!current.answers()) await current.end();
        throw error;
      }
    },
    async stop() {
      stopped = true;
      const current = await running?.catch(() => undefined);
      await current?.end();
    },
  };
}

interface Running {
  version: string;
  score(texts: string[]): Promise<Row[]>;
  /** Whether nothing is waited for. */
  answers(): boolean;
  dead(): boolean;
  end(): Promise<void>;
}

function start(declared: LocalDeclaration, folder: string, time: Time): Promise<Running> {
  const waiting = new Map<number, Waiting>();
  let next = 0;
  let dead = false;
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: { declared, folder },
    // Flags of the process, such as --input-type, are not meant for it, and some are refused.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  });
  worker.unref();
  const running = (version: string): Running => ({
    version,
    score: texts =>
      new Promise((resolve, reject) => {
        if (dead) return reject(new Error('its thread ended'));
        waiting.set(next, { resolve, reject });
        worker.ref();
        worker.postMessage({ id: next++, texts } satisfies Request);
      }),
    answers: () => waiting.size === 0,
    dead: () => dead,
    end: async () => void (await worker.terminate()),
  });
  const loading = new Promise<Running>((resolve, reject) => {
    let cause: Error | undefined;
    worker.ref();
    worker.on('message', (reply: Reply) => {
      if (reply.kind === 'ready') resolve(running(reply.version));
      else if (reply.kind === 'refused') reject(new ModelRefused(reply.message));
      else {
        const job = waiting.get(reply.id);
        waiting.delete(reply.id);
        if (reply.kind === 'rows') job?.resolve(reply.rows);
        else job?.reject(reply.refused ? new ModelRefused(reply.message) : new Error(reply.message));
      }
      // It keeps no process alive, except while something is waited for.
      if (waiting.size === 0) worker.unref();
    });
    worker.on('error', error => {
      cause = error instanceof Error ? error : new Error(String(error));
    });
    worker.on('exit', code => {
      dead = true;
      const error = cause ?? new Error(`its thread ended with code ${code}`);
      reject(error);
      for (const { reject: lose } of waiting.values()) lose(error);
      waiting.clear();
    });
  });
  return within(time, loadWithin, loading, `it was not loaded within ${loadWithin / 1000} s`).catch(async error => {
    await worker.terminate();
    throw error;
  });
}
