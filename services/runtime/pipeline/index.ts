export { countDeadLetters, type DeadLetter, listDeadLetters, replayDeadLetter } from './dead-letters.js';
export { Runner, type RunnerParts } from './runner.js';
export { deadLettersTable, inboxTable, parkedTable } from './tables.js';
export * from './types.js';
