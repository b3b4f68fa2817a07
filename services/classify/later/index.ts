export { Asker } from './asker.js';
