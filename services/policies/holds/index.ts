import type { Router } from 'express';
import { Gauge } from 'prom-client';
import type { Runtime, Stoppable } from '../../runtime/index.js';
import type { Policy } from '../decide.js';
import { followHolds, type Holds } from './follow.js';
import { holdRoutes } from './routes.js';
import { decidedStage, restoredStage, volumeStage } from './stages.js';
import { watchRules } from './watch.js';

export { type Hold, holdable, withHolds } from './apply.js';
export { holdSchema, liftSchema, newHoldSchema, ruleStandingSchema } from './bodies.js';
export { type BreakerTerms, limitOf, usualBreaker, usualHours } from './breaker.js';
export { type GateTerms, judge, type RuleDecision, usualTerms } from './gate.js';
export { liftApproval, placeHold } from './keep.js';
export { ruleDecision } from './stages.js';
export { holdTables } from './tables.js';

export interface RunningHolds extends Holds {
  routes: Router;
}

/**
 * The evidence gate and the circuit breaker: what rules do by themselves is counted and judged, and those that may not go on are held on every replica.
 * @param policy the live policy as it is written, without its holds
 */
export async function startHolds(runtime: Runtime, policy: () => Policy): Promise<RunningHolds> {
  const started: Stoppable[] = [];
  const stop = async (): Promise<void> => void (await Promise.all(started.map(one => one.stop())));
  try {
    const holds = await followHolds(runtime);
    started.push(holds);
    started.push(await runtime.run(decidedStage(runtime)));
    started.push(await runtime.run(restoredStage(runtime)));
    started.push(await runtime.run(volumeStage(runtime)));
    started.push(watchRules(runtime, policy));
    new Gauge({
      name: 'policy_rules_held',
      help: 'Rules that would act by themselves and are held: 1 for each.',
      labelNames: ['rule'],
      registers: [runtime.metrics.registry],
      collect() {
        this.reset();
        for (const { rule } of holds.current()) this.set({ rule }, 1);
      },
    });
    return { ...holds, routes: holdRoutes(runtime, policy), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
