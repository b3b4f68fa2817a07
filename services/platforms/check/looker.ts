import { Worker } from 'node:worker_threads';
import type { Time } from '../../runtime/time/index.js';
import type { Connector, Item } from '../connector.js';
import type { Look } from './judge.js';
import { type LookDeps, sightOf } from './look.js';
import type { LookReply, LookRequest } from './looker-thread.js';

/** Looks in a thread of its own: fetching and reading pages takes half of a removal's work, and must not hold up the rest. */
export interface Looker {
  /** As `look`. @throws Error where the thread died: look again. */
  look(connector: Connector, item: Item): Promise<Look[]>;
  stop(): Promise<void>;
}

interface Waiting {
  resolve(looks: Look[]): void;
  reject(error: Error): void;
}

export function startLooker({ time, timeout, vantage }: LookDeps): Looker {
  const waiting = new Map<number, Waiting>();
  let next = 1;
  let stopped = false;
  let worker = start(time);

  function start(clock: Time): Worker {
    const made = new Worker(new URL('./looker-thread.js', import.meta.url), {
      workerData: { timeout, vantage },
      resourceLimits: { maxYoungGenerationSizeMb: 6 },
    });
    made.unref();
    made.on('message', (reply: LookReply) => {
      const asked = waiting.get(reply.id);
      waiting.delete(reply.id);
      if ('error' in reply) asked?.reject(new Error(reply.error));
      else asked?.resolve(reply.looks);
    });
    made.once('error', error => ended(error));
    made.once('exit', () => ended(new Error('the looking thread ended')));
    const ended = (error: Error): void => {
      if (made !== worker) return;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
      if (!stopped) worker = start(clock);
    };
    return made;
  }

  return {
    look: (connector, item) =>
      new Promise((resolve, reject) => {
        if (stopped) return reject(new Error('looking has ended'));
        const id = next++;
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, sight: sightOf(connector, item), now: time.now() } satisfies LookRequest);
      }),
    stop: async () => {
      stopped = true;
      await worker.terminate();
    },
  };
}
