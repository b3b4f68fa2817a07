export { createWebhook } from './connector.js';
export { type Delivery, type DeliveryFilter, deliveryRoutes, listDeliveries, replayDelivery } from './deliveries.js';
export { loadPlatforms, PlatformsError, type WebhookPlatform } from './settings.js';
export { webhookTables } from './tables.js';
