export { Asker } from './asker.js';
export { besideQuestions } from './beside.js';
export { keptBeside } from './shadows.js';
