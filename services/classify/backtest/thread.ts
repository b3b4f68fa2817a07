import { Worker } from 'node:worker_threads';
import type { Batch } from '../../policies/index.js';
import type { StoredWork } from './work.js';

type Said = { batch: Batch } | { done: true } | { failed: Error };

/**
 * Goes over kept assessments in a thread of its own, with a connection of its own, so that nothing else waits for it. A batch is told of to the thread as
 * committed when the next one is asked for.
 */
export async function* overStored(work: StoredWork, signal: AbortSignal): AsyncIterable<Batch> {
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: work,
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: 16 },
  });
  const said: Said[] = [];
  let wake = (): void => undefined;
  const hear = (one: Said): void => {
    said.push(one);
    wake();
  };
  worker.on('message', hear);
  worker.on('error', error => hear({ failed: error instanceof Error ? error : new Error(String(error)) }));
  const ended = new Promise<void>(resolve => {
    worker.once('exit', () => {
      hear({ failed: new Error('the thread of the backtest ended') });
      resolve();
    });
  });
  const stop = (): void => {
    worker.postMessage('stop');
    wake();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    while (!signal.aborted) {
      const next = said.shift();
      if (!next) {
        await new Promise<void>(resolve => {
          wake = resolve;
          if (signal.aborted || said.length > 0) resolve();
        });
        continue;
      }
      if ('failed' in next) throw next.failed;
      if ('done' in next) return;
      yield next.batch;
      worker.postMessage('committed');
    }
  } finally {
    signal.removeEventListener('abort', stop);
    worker.postMessage('stop');
    // Never ended by force: libsql takes the process down with a thread that is.
    await ended;
  }
}
