import { parentPort, workerData } from 'node:worker_threads';
import { realTime } from '../../runtime/time/index.js';
import type { Look } from './judge.js';
import { lookAt, type Sight } from './look.js';

/** What the main thread asks: the time is its own, which a test may have moved. */
export interface LookRequest {
  id: number;
  sight: Sight;
  now: number;
}
export type LookReply = { id: number; looks: Look[] } | { id: number; error: string };

const { timeout, vantage } = workerData as { timeout: number; vantage: string };

parentPort?.on('message', async ({ id, sight, now }: LookRequest) => {
  const from = realTime.steady();
  const time = { ...realTime, now: () => Math.round(now + realTime.steady() - from) };
  try {
    parentPort?.postMessage({ id, looks: await lookAt(sight, { time, timeout, vantage }) } satisfies LookReply);
  } catch (error) {
    parentPort?.postMessage({ id, error: (error as Error).message } satisfies LookReply);
  }
});
