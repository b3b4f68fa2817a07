import { randomBytes, randomUUID } from 'node:crypto';
import { evenClock } from './even.js';

/** Something that can be ended. */
export interface Timer {
  stop(): void;
}

/** Where time, timers, randomness and ids come from. Passed in, so that a whole installation can be simulated. */
export interface Time {
  /** Milliseconds since 1970, UTC. It never goes back while the process runs. */
  now(): number;
  /** What the system's clock is ahead of `now` by, ms: it was set meanwhile. */
  offset(): number;
  /** A steady clock for durations, in milliseconds with fractions. */
  steady(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  after(ms: number, run: () => void): Timer;
  /** From 0 (in) to 1 (out). */
  random(): number;
  uuid(): string;
  /** `bytes` of randomness fit for keys, base64url. */
  secret(bytes: number): string;
}

/** What setTimeout takes; above, it fires at once. */
const longest = 2 ** 31 - 1;

const nap = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise(resolve => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });

/** Runs at the end of this turn of the event loop: gathers what a turn brings. Not a matter of time, so it is not simulated. */
export const soon = (run: () => void): void => void setImmediate(run);

const clock = evenClock(
  () => Date.now(),
  () => performance.now(),
);

/** The real clock. Its timers keep the process alive only where `sleep` is awaited by something that does. */
export const realTime: Time = {
  now: clock.now,
  offset: clock.offset,
  steady: () => performance.now(),
  sleep: async (ms, signal) => {
    let left = ms;
    do {
      await nap(Math.min(left, longest), signal);
      left -= longest;
    } while (left > 0 && !signal?.aborted);
  },
  after: (ms, run) => {
    let timer: NodeJS.Timeout;
    const arm = (left: number): void => {
      timer = setTimeout(left > longest ? () => arm(left - longest) : run, Math.min(left, longest));
      timer.unref();
    };
    arm(ms);
    return { stop: () => clearTimeout(timer) };
  },
  random: () => Math.random(),
  uuid: () => randomUUID(),
  secret: bytes => randomBytes(bytes).toString('base64url'),
};

/**
 * Runs `step` again and again, `pause` ms after it ended, until stopped. `stop` waits for a step under way.
 * A step that throws is told to `onError` and comes again: a loop never ends by itself.
 */
export function loop(
  time: Time,
  pause: number,
  step: (signal: AbortSignal) => Promise<void>,
  onError: (error: unknown) => void,
): { stop(): Promise<void>; wake(): void } {
  const abort = new AbortController();
  let nap = new AbortController();
  let woken = false;
  const running = (async () => {
    while (!abort.signal.aborted) {
      woken = false;
      try {
        await step(abort.signal);
      } catch (error) {
        if (!abort.signal.aborted) onError(error);
      }
      if (woken || abort.signal.aborted) continue;
      nap = new AbortController();
      await time.sleep(pause, nap.signal);
    }
  })();
  return {
    stop: async () => {
      abort.abort();
      nap.abort();
      await running;
    },
    wake: () => {
      woken = true;
      nap.abort();
    },
  };
}

/** Resolves once the signal aborts. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** The promise's outcome, or an error with `message` after `ms`. The work itself goes on. */
export async function within<T>(time: Time, ms: number, work: Promise<T>, message: string): Promise<T> {
  let timer: Timer | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = time.after(ms, () => reject(new Error(message)));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    timer?.stop();
  }
}
