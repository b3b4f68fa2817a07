export * from './assessment.js';
export * from './banking.js';
export * from './event.js';
export * from './evidence.js';
export * from './french.js';
export * from './ledger.js';
export * from './post.js';
export * from './topics.js';
