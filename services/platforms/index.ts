export { postJson } from './call.js';
export {
  type Judgement,
  judge,
  type Look,
  type LookDeps,
  type Looker,
  type LookVerdict,
  look,
  seen,
  startLooker,
} from './check/index.js';
export type { Answer, Call, Connector, Item, ReadPath } from './connector.js';
export { connectorsOf, deliveryRoutes, type Platforms, platformTables, replayDelivery } from './connectors.js';
export { createSandbox, type SandboxOptions, sandboxTables, sandboxToken, standardTestPost } from './sandbox/index.js';
export {
  type Delivery,
  type DeliveryFilter,
  listDeliveries,
  loadPlatforms,
  PlatformsError,
  type WebhookPlatform,
} from './webhook/index.js';
