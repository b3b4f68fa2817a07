import type { RunningService, Runtime, Service } from '../runtime/index.js';
import { escalate } from './escalate.js';
import { beat } from './heartbeat.js';
import { publishMetrics } from './metrics.js';
import { rulesOf } from './obligations.js';
import { createDeliver, Pager, readContacts } from './pager/index.js';
import { clockRoutes } from './routes.js';
import { trackClocks } from './stage.js';
import { clocksTable, clockTotalsTable, pageClocksTable, pagesTable } from './tables.js';
import { Traces } from './traces.js';

export { dateAt, endOfDay, plusDays, plusMonths } from './calendar.js';
export { probePlatform } from './clock.js';
export { type ClockChange, derive } from './derive.js';
export { movesOf } from './enter.js';
export { clockMetrics } from './metrics.js';
export {
  type BreachCause,
  breachCause,
  type HistogramName,
  type Limit,
  type Obligation,
  obligations,
  type Rules,
  rulesOf,
} from './obligations.js';
export { createDeliver, readContacts } from './pager/index.js';
export {
  compact,
  type History,
  isOpen,
  type Moment,
  merge,
  type Standing,
  type Stretch,
  standing,
} from './standing.js';

/** An escalation that has not succeeded for this long (ms) is a reason not to be ready. */
const stale = 10_000;

/** The clocks: what the law and the operator promise, kept from the evidence, escalated before it is due. */
export const clocks: Service = {
  name: 'clocks',
  tables: [clocksTable, clockTotalsTable, pagesTable, pageClocksTable],
  /** @throws ConfigError where the pager's settings can't be used. */
  async start(runtime: Runtime): Promise<RunningService> {
    const { config, db, time, log } = runtime;
    const rules = rulesOf(config);
    const contacts = readContacts(config);
    if (contacts.length === 0) log.warn('nobody is on call: set PAGER_CONTACTS; until then pages are only listed');

    // Of the escalation in this process, while it is the one that escalates.
    let passedAt: number | undefined;
    const escalating = runtime.lead('clocks-escalate', async (_fence, signal) => {
      const passed = (): void => {
        passedAt = time.steady();
      };
      await Promise.all([escalate(runtime, rules, signal, passed), beat(runtime, signal, () => passedAt)]);
      passedAt = undefined;
    });
    const pager = new Pager(runtime, contacts, createDeliver(config, time));
    const paging = runtime.lead('clocks-pager', (_fence, signal) => pager.run(signal));
    const traces = new Traces();
    const publishing = runtime.lead('clocks-metrics', (_fence, signal) =>
      publishMetrics(runtime, rules, signal, traces),
    );
    const stage = await runtime.run(traces.follow(trackClocks(db, rules)));

    return {
      routes: clockRoutes(runtime, rules, contacts),
      async problem() {
        const age = passedAt === undefined ? 0 : time.steady() - passedAt;
        return age > stale ? `the escalation of clocks has stood still for ${Math.round(age / 1000)} s` : undefined;
      },
      async stop() {
        await stage.stop();
        await Promise.all([escalating.stop(), paging.stop(), publishing.stop()]);
      },
    };
  },
};
