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

/** Events kept in memory for a topic at the most; what is beyond stays in the table and is swept up. */
const queueLimit = 20_000;
const publishAtOnce = 500;
/** A row this old was left by a process that died, or could not be kept in memory. */
const abandonedAfter = 5_000;

/** Publishes what was committed. Each topic has a queue of its own: no flood of posts delays a removal. */
export interface Outbox {
  commit(writes: readonly Write[], events?: readonly Outgoing[]): Promise<WriteResult[]>;
  /** Publishes rows that nobody published; run by one process at a time. */
  sweep(): Promise<number>;
  /** Undefined while the bus takes events. */
  problem(): string | undefined;
  stop(): Promise<void>;
}

export function createOutbox(db: Database, bus: Bus, time: Time, log: Log): Outbox {
  const rows = db.tables<{ outbox: Row }>();
  const lanes = new Map<Topic, { queue: Event[]; running: Promise<void> | undefined }>();
  let failure: string | undefined;
  let stopping = false;

  const forget = (topic: Topic, events: readonly Event[]): Write => ({
    query: rows
      .deleteFrom('outbox')
      .where('topic', '=', topic)
      .where('id', 'in', db.among(events.map(event => event.id))),
  });

  async function relay(topic: Topic, queue: Event[]): Promise<void> {
    let pause = 50;
    while (queue.length > 0) {
      const events = queue.slice(0, publishAtOnce);
      try {
        await bus.publish(topic, events);
        failure = undefined;
        queue.splice(0, events.length);
        pause = 50;
        // Nobody waits for this: a row that stays is published once more, and the consumers' inboxes drop it.
        db.commit([forget(topic, events)]).catch(error =>
          log.warn({ err: error, topic }, 'outbox rows stay; they are sent again'),
        );
      } catch (error) {
        failure = (error as Error).message;
        log.warn({ err: error, topic }, 'not published; tried again');
        if (stopping) return;
        await time.sleep(pause);
        pause = Math.min(pause * 2, 2_000);
      }
    }
  }

  function push(topic: Topic, events: Event[]): void {
    let lane = lanes.get(topic);
    if (!lane) {
      lane = { queue: [], running: undefined };
      lanes.set(topic, lane);
    }
    const current = lane;
    if (current.queue.length + events.length > queueLimit) return;
    current.queue.push(...events);
    current.running ??= relay(topic, current.queue).finally(() => {
      current.running = undefined;
      // What was pushed while the relay was ending.
      if (current.queue.length > 0 && !stopping) push(topic, []);
    });
  }

  return {
    async commit(writes, events = []) {
      if (events.length === 0) return db.commit(writes);
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
      const byTopic = new Map<Topic, Event[]>();
      for (const { topic, event } of events) {
        const list = byTopic.get(topic);
        if (list) list.push(event);
        else byTopic.set(topic, [event]);
      }
      for (const [topic, list] of byTopic) push(topic, list);
      return results.slice(0, writes.length);
    },
    async sweep() {
      const left = await rows
        .selectFrom('outbox')
        .selectAll()
        .where('created_at', '<', time.now() - abandonedAfter)
        .orderBy('created_at')
        .limit(2_000)
        .execute();
      const byTopic = new Map<Topic, Event[]>();
      for (const { topic, created_at: _, data, traceparent, ...row } of left) {
        const event: Event = { ...row, data: JSON.parse(data), ...(traceparent ? { traceparent } : {}) };
        byTopic.set(topic, [...(byTopic.get(topic) ?? []), event]);
      }
      for (const [topic, events] of byTopic) {
        // Those still in this process's queue are on their way.
        const queued = new Set(lanes.get(topic)?.queue.map(event => event.id));
        const abandoned = events.filter(event => !queued.has(event.id));
        await bus.publish(topic, abandoned);
        failure = undefined;
        if (abandoned.length > 0) await db.commit([forget(topic, abandoned)]);
      }
      return left.length;
    },
    problem: () => failure && `bus: ${failure}`,
    stop: async () => {
      stopping = true;
      await Promise.all([...lanes.values()].map(lane => lane.running));
    },
  };
}
