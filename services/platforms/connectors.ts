import type { Router } from 'express';
import { isLoopback, type Runtime, type Table } from '../runtime/index.js';
import type { Connector } from './connector.js';
import { createSandbox, sandboxTables } from './sandbox/index.js';
import * as webhook from './webhook/index.js';

/** The tables of all connectors. */
export const platformTables: readonly Table[] = [...sandboxTables, ...webhook.webhookTables];

export interface Platforms {
  /** By platform. */
  connectors: ReadonlyMap<string, Connector>;
  /** Public sites that we serve ourselves (the sandboxes). */
  routers: readonly Router[];
}

interface All extends Platforms {
  webhooks: ReadonlyMap<string, webhook.WebhookPlatform>;
}

function createAll(runtime: Runtime): All {
  const { config } = runtime;
  const sandboxes = [];
  if (config.SANSDELAI_SANDBOX ?? isLoopback(config.HOST))
    sandboxes.push(createSandbox(runtime, { platform: 'sandbox', basePath: '/sandbox', hidden: false }));
  if (config.SANSDELAI_PROBE)
    sandboxes.push(createSandbox(runtime, { platform: 'sandbox-probe', basePath: '/sandbox-probe', hidden: true }));
  const listed = config.SANSDELAI_PLATFORMS ? webhook.loadPlatforms(config.SANSDELAI_PLATFORMS) : [];
  const connectors = [
    ...sandboxes.map(({ connector }) => connector),
    ...listed.map(platform => webhook.createWebhook(runtime, platform)),
  ];
  return {
    connectors: new Map(connectors.map(connector => [connector.platform, connector])),
    routers: sandboxes.map(({ routes }) => routes),
    webhooks: new Map(listed.map(platform => [platform.name, platform])),
  };
}

const known = new WeakMap<Runtime, All>();

function allOf(runtime: Runtime): All {
  const all = known.get(runtime) ?? createAll(runtime);
  known.set(runtime, all);
  return all;
}

/**
 * The connectors of this installation, the same ones for all services of a process.
 * @throws PlatformsError where the file that `SANSDELAI_PLATFORMS` names can't be used.
 */
export const connectorsOf = (runtime: Runtime): Platforms => allOf(runtime);

/** Sends a delivery again. @throws Problem 404, 409 */
export const replayDelivery = (runtime: Runtime, id: string): Promise<webhook.Delivery> =>
  webhook.replayDelivery(runtime, id, allOf(runtime).webhooks);

/** `GET /v1/deliveries`, `POST /v1/deliveries/{id}/replay`. To be mounted behind authentication. */
export const deliveryRoutes = (runtime: Runtime): Router =>
  webhook.deliveryRoutes(runtime, id => replayDelivery(runtime, id));
