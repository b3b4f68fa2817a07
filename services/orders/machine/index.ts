export { dsaDue } from './dsa9.js';
export { active, inForce, step } from './order.js';
export { longestSeal, scrutinyRequestDue } from './tco.js';
export * from './types.js';
