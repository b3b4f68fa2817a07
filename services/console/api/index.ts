export { bankNameRoutes } from './banks.js';
export { deadLetterRoutes } from './dead-letters.js';
export { fromHere, requireReading } from './guard.js';
export { Live, liveStream } from './live/index.js';
export { openapi } from './openapi/index.js';
export { outcomeRoutes } from './outcomes.js';
export { postRoutes } from './posts.js';
export { reviewRoutes } from './review.js';
