export * from './checkpoint.js';
export * from './commitment.js';
export * from './note.js';
export * from './tiles.js';
export * from './tree.js';
