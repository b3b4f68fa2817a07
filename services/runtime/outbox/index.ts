import type { Event, Topic } from '../../contracts/index.js';
import type { Bus } from '../bus/index.js';
import type { Database, Table, Write, WriteResult } from '../database/index.js';
import type { Log } from '../log/index.js';
import type { Outgoing } from '../pipeline/types.js';
import type { Time } from '../time/index.js';

export const outboxTable: Table = {
  name: 'outbox',
  columns: {
    topic: 'text',
    id: 'text',
    type: 'text',
    source: 'text',
    time: 'bigint',
    key: 'text',
    traceparent: 'text?',
    data: 'text',
    created_at: 'bigint',
  },
  primaryKey: ['topic', 'id'],
  indexes: { created: { columns: ['created_at'] } },
};

interface Row {
  topic: Topic;
  id: string;
  type: string;
  source: string;
  time: number;
  key: string;
  traceparent: string | null;
  data: string;
  created_at: number;
}

/** Events kept in memory for a topic at the most, and their JSON in characters; what is beyond stays in the table and is swept up. */
const queueLimit = 20_000;
const queueSize = 64 * 1024 * 1024;
/** The same for one publishing. */
const publishAtOnce = 500;
const publishSize = 1024 * 1024;
const sweepAtOnce = 2_000;
/** What was published is deleted together, this often (ms): a transaction for each publishing costs more than all of its events. */
const forgetEvery = 200;
/** A row this old was left by a process that died, or could not be kept in memory. */
const abandonedAfter = 5_000;

/** Publishes what was committed. Each topic has a queue of its own: no flood of posts delays a removal. */
export interface Outbox {
  commit(writes: readonly Write[], events?: readonly Outgoing[]): Promise<WriteResult[]>;
  /** Publishes rows that nobody published; run by one process at a time. @returns how many. */
  sweep(): Promise<number>;
  /** Undefined while the bus takes events. */
  problem(): string | undefined;
  stop(): Promise<void>;
}

/** An event that waits to be published, with its size in characters of JSON. */
interface Queued {
  event: Event;
  size: number;
}

interface Lane {
  queue: Queued[];
  size: number;
  running: Promise<void> | undefined;
}

/** As many from the front as are published together: at least one. */
function chunk(queue: readonly Queued[]): Queued[] {
  let n = 0;
  for (let size = 0; n < queue.length && n < publishAtOnce; n++) {
    size += queue[n]?.size ?? 0;
    if (n > 0 && size > publishSize) break;
  }
  return queue.slice(0, n);
}

export function createOutbox(db: Database, bus: Bus, time: Time, log: Log): Outbox {
  const rows = db.tables<{ outbox: Row }>();
  const lanes = new Map<Topic, Lane>();
  const published = new Map<Topic, Event[]>();
  let forgetting: Promise<void> | undefined;
  const ending = new AbortController();
  let failure: string | undefined;
  let stopping = false;

  const forget = (topic: Topic, events: readonly Event[]): Write => ({
    query: rows
      .deleteFrom('outbox')
      .where('topic', '=', topic)
      .where('id', 'in', db.among(events.map(event => event.id))),
  });

  /** Nobody but `stop` waits for this: a row that stays is published once more, and the consumers' inboxes drop it. */
  function forgetLater(topic: Topic, events: readonly Event[]): void {
    published.set(topic, [...(published.get(topic) ?? []), ...events]);
    forgetting ??= forgetAll().finally(() => {
      forgetting = undefined;
    });
  }

  async function forgetAll(): Promise<void> {
    while (published.size > 0) {
      await time.sleep(forgetEvery, ending.signal);
      // In one order whoever deletes, so that two processes never wait for each other in a circle.
      const taken = [...published].sort(([a], [b]) => (a < b ? -1 : 1));
      published.clear();
      await db
        .commit(taken.map(([topic, events]) => forget(topic, events)))
        .catch(error => log.warn({ err: error }, 'outbox rows stay; they are sent again'));
    }
  }

  async function relay(topic: Topic, lane: Lane): Promise<void> {
    let pause = 50;
    while (lane.queue.length > 0) {
      const taken = chunk(lane.queue);
      const events = taken.map(({ event }) => event);
      try {
        await bus.publish(topic, events);
        failure = undefined;
        lane.queue.splice(0, taken.length);
        lane.size = taken.reduce((left, { size }) => left - size, lane.size);
        pause = 50;
        forgetLater(topic, events);
      } catch (error) {
        failure = (error as Error).message;
        log.warn({ err: error, topic }, 'not published; tried again');
        if (stopping) return;
        await time.sleep(pause);
        pause = Math.min(pause * 2, 2_000);
      }
    }
  }

  function push(topic: Topic, events: readonly Queued[]): void {
    const lane = lanes.get(topic) ?? { queue: [], size: 0, running: undefined };
    lanes.set(topic, lane);
    const size = events.reduce((sum, queued) => sum + queued.size, lane.size);
    if (lane.queue.length + events.length > queueLimit || size > queueSize) return;
    lane.queue.push(...events);
    lane.size = size;
    lane.running ??= relay(topic, lane).finally(() => {
      lane.running = undefined;
      // What was pushed while the relay was ending.
      if (lane.queue.length > 0 && !stopping) push(topic, []);
    });
  }

  async function sweepSome(): Promise<number> {
    const left = await rows
      .selectFrom('outbox')
      .selectAll()
      .where('created_at', '<', time.now() - abandonedAfter)
      .orderBy('created_at')
      .limit(sweepAtOnce)
      .execute();
    const byTopic = new Map<Topic, Queued[]>();
    for (const { topic, created_at: _, data, traceparent, ...row } of left) {
      const event: Event = { ...row, data: JSON.parse(data), ...(traceparent ? { traceparent } : {}) };
      const list = byTopic.get(topic) ?? [];
      byTopic.set(topic, list);
      list.push({ event, size: data.length });
    }
    let swept = 0;
    for (const [topic, queued] of byTopic) {
      // Those still in this process's queue are on their way.
      const waiting = new Set(lanes.get(topic)?.queue.map(({ event }) => event.id));
      let abandoned = queued.filter(({ event }) => !waiting.has(event.id));
      while (abandoned.length > 0) {
        const taken = chunk(abandoned);
        const events = taken.map(({ event }) => event);
        await bus.publish(topic, events);
        failure = undefined;
        await db.commit([forget(topic, events)]);
        abandoned = abandoned.slice(taken.length);
        swept += taken.length;
      }
    }
    return swept;
  }

  return {
    async commit(writes, events = []) {
      if (events.length === 0) return db.commit(writes);
      const byTopic = new Map<Topic, Event[]>();
      for (const { topic, event } of events) {
        const list = byTopic.get(topic);
        if (list) list.push(event);
        else byTopic.set(topic, [event]);
      }
      // Where the bus is in this very database, the event itself is in the commit: nothing is left to relay.
      if (bus.publishWith) {
        const results = await bus.publishWith(byTopic, publishing => db.commit([...writes, ...publishing]));
        return results.slice(0, writes.length);
      }
      const now = time.now();
      const outgoing = events.map(({ topic, event }) => ({
        topic,
        id: event.id,
        type: event.type,
        source: event.source,
        time: event.time,
        key: event.key,
        traceparent: event.traceparent ?? null,
        data: JSON.stringify(event.data),
        created_at: now,
      }));
      // Events last: guards among the writes then decide before anything is copied.
      const results = await db.commit([...writes, db.insert(outboxTable, outgoing, { onConflict: 'nothing' })]);
      const sizes = new Map(outgoing.map(({ id, data }) => [id, data.length]));
      for (const [topic, list] of byTopic) {
        push(
          topic,
          list.map(event => ({ event, size: sizes.get(event.id) ?? 0 })),
        );
      }
      return results.slice(0, writes.length);
    },
    async sweep() {
      let swept = 0;
      let some: number;
      do {
        some = await sweepSome();
        swept += some;
      } while (some > 0 && !stopping);
      return swept;
    },
    problem: () => failure && `bus: ${failure}`,
    stop: async () => {
      stopping = true;
      await Promise.all([...lanes.values()].map(lane => lane.running));
      ending.abort();
      await forgetting;
    },
  };
}
