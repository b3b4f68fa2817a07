import { isUtf8 } from 'node:buffer';
import { type Admin, type Consumer, type EachBatchPayload, Kafka, logLevel, type Message } from 'kafkajs';
import { type Event, eventId, type Topic, topics } from '../../contracts/index.js';
import { UnavailableError } from '../database/types.js';
import type { Log } from '../log/index.js';
import { type Time, within } from '../time/index.js';
import type { Bus, Incoming, Subscription } from './types.js';
import { type Stretch, Watch } from './watch.js';

export interface KafkaOptions {
  brokers: string[];
  /** Before every topic and group name. */
  prefix: string;
  replication: number;
  clientId: string;
}

/** Largest record that the topics we make take. */
const largestRecord = 16 * 1024 * 1024;
/** Bytes of one request, about: a broker refuses a whole batch for one byte too many, and takes this much by default. */
const requestSize = 900_000;

/** Messages, in portions that a broker takes. */
function portions(messages: readonly Message[]): Message[][] {
  const all: Message[][] = [];
  let room = 0;
  for (const message of messages) {
    const size = Buffer.byteLength(String(message.value)) + 1_000;
    if (size > room) {
      all.push([]);
      room = requestSize;
    }
    room -= size;
    all[all.length - 1]?.push(message);
  }
  return all;
}

const toMessage = (event: Event): Message => ({
  key: event.key,
  value: JSON.stringify(event.data),
  headers: {
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_type: event.type,
    ce_source: event.source,
    ce_time: new Date(event.time).toISOString(),
    ...(event.traceparent ? { traceparent: event.traceparent } : {}),
  },
});

const text = (value: Buffer | string | (Buffer | string)[] | null | undefined): string =>
  value === null || value === undefined ? '' : String(Array.isArray(value) ? value[0] : value);

/** A record without CloudEvents attributes (a platform's own) gets its id from where it stands; one without a key waits for nobody. */
function toIncoming(
  topic: Topic,
  partition: number,
  message: Message & { offset: string; timestamp: string },
): Incoming {
  const headers = message.headers ?? {};
  const position = `${partition}:${message.offset}`;
  const id = text(headers.ce_id) || eventId(topic, 'record', `${position}/${message.timestamp}`);
  const base = {
    topic,
    position,
    id,
    type: text(headers.ce_type),
    source: text(headers.ce_source),
    time: Date.parse(text(headers.ce_time)) || Number(message.timestamp),
    key: text(message.key) || id,
    ...(headers.traceparent ? { traceparent: text(headers.traceparent) } : {}),
  };
  const raw = text(message.value);
  if (Buffer.isBuffer(message.value) && !isUtf8(message.value)) {
    return { ...base, data: raw.slice(0, 10_000), broken: 'not UTF-8' };
  }
  try {
    return { ...base, data: JSON.parse(raw) };
  } catch (error) {
    return { ...base, data: raw.slice(0, 10_000), broken: `not JSON: ${(error as Error).message}` };
  }
}

/** A fresh topic is unknown for a moment, for longer where many are made at once: more than kafkajs's own waiting has patience for. */
async function leadersOf(admin: Admin, names: string[], time: Time): Promise<void> {
  const deadline = time.now() + 30_000;
  for (;;) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: names });
      const partitions = topics.flatMap(topic => topic.partitions);
      if (topics.length === names.length && partitions.every(({ leader }) => leader >= 0)) return;
      if (time.now() > deadline) throw new Error('topics without a leader after 30 s');
    } catch (error) {
      if (time.now() > deadline) throw error;
    }
    await time.sleep(200);
  }
}

/** The bus between many processes: Apache Kafka. Topics are made where they do not exist. */
export async function openKafkaBus(options: KafkaOptions, time: Time, log: Log): Promise<Bus> {
  const levels: Record<number, 'error' | 'warn' | 'debug'> = { [logLevel.ERROR]: 'warn', [logLevel.WARN]: 'debug' };
  const kafka = new Kafka({
    clientId: options.clientId,
    brokers: options.brokers,
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    retry: { initialRetryTime: 50, maxRetryTime: 2_000, retries: 5 },
    logLevel: logLevel.WARN,
    logCreator: () => entry =>
      log[levels[entry.level] ?? 'debug']({ kafka: entry.log.message, error: entry.log.error }, 'kafka'),
  });
  const name = (topic: Topic) => options.prefix + topic;
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  const admin = kafka.admin();
  try {
    await admin.connect();
    await admin.createTopics({
      waitForLeaders: false,
      topics: (Object.keys(topics) as Topic[]).map(topic => ({
        topic: name(topic),
        numPartitions: topics[topic].partitions,
        replicationFactor: options.replication,
        configEntries: [
          { name: 'retention.ms', value: String(topics[topic].retention) },
          { name: 'max.message.bytes', value: String(largestRecord) },
        ],
      })),
    });
    await leadersOf(admin, (Object.keys(topics) as Topic[]).map(name), time);
    await producer.connect();
  } catch (error) {
    await Promise.all([admin.disconnect(), producer.disconnect()]);
    throw new UnavailableError(`Kafka: ${(error as Error).message}`);
  }
  const stops = new Set<() => Promise<void>>();
  /** By topic and group. */
  const watches = new Map<string, Watch>();

  async function publish(topic: Topic, events: readonly Event[]): Promise<void> {
    if (events.length === 0) return;
    try {
      for (const messages of portions(events.map(toMessage))) {
        await producer.send({ topic: name(topic), acks: -1, messages });
      }
    } catch (error) {
      throw new UnavailableError(`Kafka: ${(error as Error).message}`);
    }
  }

  async function subscribe({ topic, group, batch: most, handle }: Subscription): Promise<{ stop(): Promise<void> }> {
    let stopped = false;
    let consumer: Consumer;

    const start = async (): Promise<void> => {
      consumer = kafka.consumer({
        groupId: options.prefix + group,
        sessionTimeout: 15_000,
        heartbeatInterval: 2_000,
        rebalanceTimeout: 20_000,
        minBytes: 1,
        maxWaitTimeInMs: 500,
        maxBytesPerPartition: 1024 * 1024,
        retry: { initialRetryTime: 100, retries: Number.MAX_SAFE_INTEGER, maxRetryTime: 5_000 },
        allowAutoTopicCreation: false,
      });
      // kafkajs starts again by itself only after what it takes for a passing trouble.
      consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
        if (!restart && !stopped) void startAgain(error);
      });
      await consumer.connect();
      await consumer.subscribe({ topic: name(topic), fromBeginning: true });
      await consumer.run({
        autoCommit: true,
        autoCommitInterval: 500,
        autoCommitThreshold: 2_000,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 3,
        eachBatch: deal,
      });
    };

    async function startAgain(cause: unknown): Promise<void> {
      log.error({ err: cause, topic, group }, 'the Kafka consumer ended; it starts again');
      for (let pause = 100; !stopped; pause = Math.min(pause * 2, 5_000)) {
        await time.sleep(pause);
        try {
          if (!stopped) await start();
          if (stopped) await consumer.disconnect();
          return;
        } catch (error) {
          log.error({ err: error, topic, group }, 'the Kafka consumer did not start');
        }
      }
    }

    async function deal(payload: EachBatchPayload): Promise<void> {
      const { batch, resolveOffset, heartbeat, commitOffsetsIfNecessary, isRunning, isStale } = payload;
      for (let i = 0; i < batch.messages.length; i += most) {
        const messages = batch.messages.slice(i, i + most);
        let pause = 50;
        for (;;) {
          if (!isRunning() || isStale() || stopped) return;
          try {
            await handle(messages.map(message => toIncoming(topic, batch.partition, message)));
            break;
          } catch (error) {
            log.error({ err: error, topic, group }, 'batch failed; it comes again');
            await time.sleep(pause);
            pause = Math.min(pause * 2, 5_000);
            await heartbeat();
          }
        }
        resolveOffset(messages[messages.length - 1]?.offset ?? '');
        await heartbeat();
      }
      await commitOffsetsIfNecessary();
    }

    const stop = async () => {
      stops.delete(stop);
      stopped = true;
      await consumer.disconnect();
    };
    stops.add(stop);
    await start();
    return { stop };
  }

  /** What of each partition a group has not dealt with: from this offset on, up to where the partition ends. */
  async function waiting(topic: Topic, group: string): Promise<Stretch[]> {
    const [ends, positions] = await Promise.all([
      admin.fetchTopicOffsets(name(topic)),
      admin.fetchOffsets({ groupId: options.prefix + group, topics: [name(topic)] }),
    ]);
    const at = new Map(positions[0]?.partitions.map(p => [p.partition, Number(p.offset)]));
    return ends.map(({ partition, high, low }) => ({
      partition,
      from: Math.max(at.get(partition) ?? 0, Number(low)),
      end: Number(high),
    }));
  }

  return {
    kind: 'kafka',
    publish,
    subscribe,
    async lag(topic, group) {
      return (await waiting(topic, group)).reduce((sum, { from, end }) => sum + end - from, 0);
    },
    async oldestWaiting(topic, group) {
      const key = `${topic} ${group}`;
      const watch = watches.get(key) ?? new Watch();
      watches.set(key, watch);
      return watch.see(await waiting(topic, group), time.now());
    },
    async problem() {
      try {
        await within(time, 3_000, admin.describeCluster(), 'Kafka did not answer within 3 s');
        return undefined;
      } catch (error) {
        return `bus: ${(error as Error).message}`;
      }
    },
    stop: async () => {
      await Promise.all([...stops].map(stop => stop()));
      await producer.disconnect();
      await admin.disconnect();
    },
  };
}
