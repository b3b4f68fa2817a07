export { HmaError, type HmaMatch, type HmaOptions } from './client.js';
export { hmaSignal } from './signal.js';
