import { Router } from 'express';
import { Gauge } from 'prom-client';
import { rulesOf } from '../clocks/index.js';
import { Preservation } from '../enforce/index.js';
import { promiseKeys } from '../ledger/index.js';
import { aborted, type RunningService, type Runtime, type Service } from '../runtime/index.js';
import { deskRoutes } from './desk.js';
import { keepHumanCheck } from './exposed.js';
import { exposedRoutes } from './exposed-http.js';
import { followRemovals } from './follow.js';
import { Renderer } from './forms/index.js';
import { formRoutes } from './forms-http.js';
import { orderRoutes } from './http.js';
import type { Parts } from './parts.js';
import { importRegister } from './register.js';
import { startSending } from './send.js';
import { readSettings } from './settings.js';
import { orderTables } from './tables.js';
import { startTicking } from './tick.js';

export { type OrderContent, orderSchema } from './annex-one.js';
export type { AnswerForm } from './answers.js';
export { deskEventSchema, deskOrderSchema } from './bodies.js';
export type { Channel } from './channels/channel.js';
export { eCodex, perci, type RelayClient, type RelayMessage } from './channels/relays.js';
export { type Wait, waits } from './desk.js';
export { exposedApprovals } from './exposed.js';
export { exposedSchema, liftSchema, reportSchema, reviewSchema } from './exposed-http.js';
export { doubts, holdGrounds, phases } from './machine/index.js';
export { keepSandboxKey, type OrderProgress, readOrderProgress, sandboxAuthority, sandboxState } from './sandbox.js';
export { memberStates, type OrderSettings, readSettings } from './settings.js';
export { newThreatSchema, threatToldSchema } from './threats.js';

/** Removal orders, from their intake to the answering form; threats to life. */
export const orders: Service = {
  name: 'orders',
  tables: orderTables,
  /** @throws ConfigError where the settings or the register can't be used */
  async start(runtime: Runtime): Promise<RunningService> {
    const settings = readSettings(runtime.config.SANSDELAI_ORDERS);
    const renderer = new Renderer(runtime.time);
    const preservation = new Preservation(runtime);
    const parts: Parts = { runtime, settings, rules: rulesOf(runtime.config), renderer, preservation };
    if (settings.register) await importRegister(runtime, settings.register);
    else runtime.log.info('no register of authorities: every order goes to a person (SANSDELAI_ORDERS)');
    await keepHumanCheck(parts);
    const stage = await runtime.run(followRemovals(parts));
    const sending = runtime.lead('orders-send', async (_fence, signal) => {
      const running = startSending(parts);
      await aborted(signal);
      await running.stop();
    });
    const held = new Gauge({
      name: 'orders_over_usual',
      help: 'Orders of an authority that sends far more than usual, which wait for a person to confirm the number.',
      registers: [runtime.metrics.registry],
    });
    const ticking = runtime.lead('orders-tick', async (_fence, signal) => {
      const running = startTicking(parts, orders => held.set(orders));
      await aborted(signal);
      await running.stop();
      // Another process counts from now on.
      held.reset();
    });
    return {
      routes: Router().use(orderRoutes(parts), formRoutes(parts), deskRoutes(runtime), exposedRoutes(parts)),
      async problem() {
        return (await promiseKeys(runtime))
          ? undefined
          : 'the ledger has no key yet: orders are taken without a promise';
      },
      async stop() {
        await stage.stop();
        await Promise.all([sending.stop(), ticking.stop()]);
        await renderer.stop();
      },
    };
  },
};
