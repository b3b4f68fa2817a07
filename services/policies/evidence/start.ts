import type { Router } from 'express';
import { ConflictError, loop, type Runtime, type Stoppable } from '../../runtime/index.js';
import { aborted } from '../../runtime/time/index.js';
import { type Cases, followOnce, renewRates } from './audit.js';
import { foldOnce } from './fold.js';
import { type Assistance, evidenceRoutes } from './routes.js';
import { Scores } from './scores.js';

/** How often batches are folded in, and cases looked up. */
const foldEvery = 5_000;
const followEvery = 5_000;
const ratesEvery = 3_600_000;
const readRatesEvery = 60_000;

export interface Evidence extends Stoppable {
  scores: Scores;
  routes: Router;
}

/** What it needs of other services, which stand on this one. */
export interface Needs extends Assistance {
  cases: Cases;
  /** By signal, labels that speak for a post. */
  contexts: () => Readonly<Record<string, readonly string[]>>;
}

/** Counts scores, draws the audit's sample, takes decisions back, and answers what-if. One process at a time folds and follows. */
export async function startEvidence(runtime: Runtime, needs: Needs): Promise<Evidence> {
  const { time, log, config } = runtime;
  const budgets = { allowed: config.AUDIT_ALLOWED, removed: config.AUDIT_REMOVED };
  const scores = new Scores(runtime, budgets, needs.contexts);
  await scores.readRates();
  const reading = loop(
    time,
    readRatesEvery,
    () => scores.readRates(),
    error => log.warn({ err: error }, "the audit's rates were not read; those before hold"),
  );
  const again =
    (what: string) =>
    (error: unknown): void => {
      // Somebody decided, or led before, at this moment: the next pass finds what is left.
      if (!(error instanceof ConflictError)) log.warn({ err: error }, `${what}; tried again`);
    };
  const leading = runtime.lead('evidence', async (_fence, signal) => {
    const work = [
      loop(time, foldEvery, () => foldAll(runtime, signal), again('scores not folded in')),
      loop(
        time,
        followEvery,
        async () => {
          while (!signal.aborted && (await followOnce(runtime, needs.cases)) > 0) await time.sleep(0);
        },
        again('decisions not followed'),
      ),
      loop(time, ratesEvery, () => renewRates(runtime, budgets), again("the audit's rates were not made")),
    ];
    await aborted(signal);
    await Promise.all(work.map(one => one.stop()));
  });
  return {
    scores,
    routes: evidenceRoutes(runtime, needs),
    stop: async () => {
      await leading.stop();
      await reading.stop();
    },
  };
}

async function foldAll(runtime: Runtime, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await foldOnce(runtime)) > 0) await runtime.time.sleep(0);
}
