export { dsaDue } from './dsa9.js';
export { secretUntil } from './non-disclosure.js';
export { active, inForce, step } from './order.js';
export { scrutinyRequestDue } from './tco.js';
export * from './types.js';
