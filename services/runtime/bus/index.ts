export { offsetsTable, openEmbeddedBus, recordsTable } from './embedded.js';
export { type KafkaOptions, openKafkaBus } from './kafka.js';
export * from './types.js';
