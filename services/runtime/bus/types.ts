import type { Event, Topic } from '../../contracts/index.js';
import type { Write } from '../database/types.js';

/** One event as a consumer gets it. */
export interface Incoming extends Event {
  topic: Topic;
  /** Where it stands in its partition, to name it in a dead letter. */
  position: string;
  /** Set where the record could not be read as an event: it goes to the dead letters with this reason. */
  broken?: string;
}

export interface Subscription {
  topic: Topic;
  /** Consumers of one group share the work; the position is kept by group. */
  group: string;
  /** At most this many events a batch. */
  batch: number;
  /** Resolves once the batch is dealt with; a rejection brings the same events again after a pause. */
  handle(events: Incoming[]): Promise<void>;
}

/**
 * The way between services: SQLite in one process, Kafka between many. At least once, in order by key.
 * An unordered or repeated delivery is possible after a crash: consumers keep an inbox.
 */
export interface Bus {
  readonly kind: 'embedded' | 'kafka';
  /** Resolves once the events are durable (fsync'd commit, or acknowledged by all in-sync replicas). */
  publish(topic: Topic, events: readonly Event[]): Promise<void>;
  /**
   * Only where the bus is in the same database as everything else: `commit` gets the writes that publish, to commit them together with the change that
   * they tell of. Consumers see the events once it resolves.
   */
  publishWith?<R>(
    events: ReadonlyMap<Topic, readonly Event[]>,
    commit: (publishing: Write[]) => Promise<R>,
  ): Promise<R>;
  subscribe(subscription: Subscription): Promise<{ stop(): Promise<void> }>;
  /** Events of a topic that a group has not dealt with yet. */
  lag(topic: Topic, group: string): Promise<number>;
  /** When the oldest of them was published, ms since 1970 (Kafka: as far as this process has looked); undefined where there is none. */
  oldestWaiting(topic: Topic, group: string): Promise<number | undefined>;
  /** Undefined where it can take events; else what is wrong. */
  problem(): Promise<string | undefined>;
  stop(): Promise<void>;
}
