import { type Event, type Topic, topics } from '../../contracts/index.js';
import { ConflictError, type Database, type Table, type Write } from '../database/types.js';
import type { Log } from '../log/index.js';
import type { Time, Timer } from '../time/index.js';
import type { Bus, Incoming, Subscription } from './types.js';

export const recordsTable: Table = {
  name: 'bus_records',
  columns: {
    topic: 'text',
    seq: 'bigint',
    id: 'text',
    type: 'text',
    source: 'text',
    time: 'bigint',
    key: 'text',
    traceparent: 'text?',
    data: 'text',
    /** By the topic's retention. */
    expires_at: 'bigint',
  },
  primaryKey: ['topic', 'seq'],
  retention: { column: 'expires_at', keep: 0 },
};
export const offsetsTable: Table = {
  name: 'bus_offsets',
  columns: { consumer: 'text', topic: 'text', seq: 'bigint' },
  primaryKey: ['consumer', 'topic'],
};

interface Rows {
  bus_records: Omit<RecordRow, never>;
  bus_offsets: { consumer: string; topic: string; seq: number };
}
interface RecordRow {
  topic: string;
  seq: number;
  id: string;
  type: string;
  source: string;
  time: number;
  key: string;
  traceparent: string | null;
  data: string;
  expires_at: number;
}

/** How long a position may wait to be saved: it is only an optimisation, since consumers keep an inbox. */
const saveEvery = 200;

/** Events kept in memory for consumers that are up to date, so that they need not read what was just written. */
const tailLength = 4_000;
/** The same in characters of JSON: a few large events must not fill the memory. */
const tailSize = 16 * 1024 * 1024;

/** One topic: its last sequence number, its newest events, and who waits for more. */
class Channel {
  #tail: Incoming[] = [];
  /** Of each event in the tail, in characters of JSON. */
  #sizes: number[] = [];
  #size = 0;
  /** Every committed event from this sequence number on is in the tail. */
  #tailFrom: number;
  #waiting = new Set<() => void>();
  /** The last place whose commit has ended: everything up to it is there, or never will be. */
  committed: number;
  /** Resolves the publishes in order: a tail with a hole would be skipped over. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly topic: Topic,
    public seq: number,
  ) {
    this.#tailFrom = seq + 1;
    this.committed = seq;
  }

  take(count: number): number {
    const first = this.seq + 1;
    this.seq += count;
    return first;
  }

  append(events: Incoming[], sizes: number[], commit: Promise<unknown>): Promise<void> {
    const before = this.#last;
    const end = Number(events[events.length - 1]?.position ?? this.seq);
    const appended = (async () => {
      await before;
      try {
        await commit;
        this.#tail.push(...events);
        this.#sizes.push(...sizes);
        this.#size = sizes.reduce((sum, size) => sum + size, this.#size);
        this.committed = end;
        this.#trim();
      } catch (error) {
        if (error instanceof ConflictError) throw error;
        // What became of it is not known: whoever is up to date reads it from the database, if it is there.
        this.#tail = [];
        this.#sizes = [];
        this.#size = 0;
        this.#tailFrom = this.seq + 1;
        this.committed = end;
        throw error;
      } finally {
        this.wake();
      }
    })();
    this.#last = appended.catch(() => undefined);
    return appended;
  }

  /** A quarter at once, so that it is seldom done. */
  #trim(): void {
    if (this.#tail.length <= tailLength && this.#size <= tailSize) return;
    let drop = 0;
    while (this.#tail.length - drop > tailLength * 0.75 || this.#size > tailSize * 0.75) {
      this.#size -= this.#sizes[drop] ?? 0;
      drop++;
    }
    this.#tail.splice(0, drop);
    this.#sizes.splice(0, drop);
    this.#tailFrom = Number(this.#tail[0]?.position ?? this.committed + 1);
  }

  /** Events after `position`, where the tail has them all; else undefined. */
  after(position: number, most: number): Incoming[] | undefined {
    if (position + 1 < this.#tailFrom) return undefined;
    let low = 0;
    let high = this.#tail.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (Number(this.#tail[middle]?.position) > position) high = middle;
      else low = middle + 1;
    }
    return this.#tail.slice(low, low + most);
  }

  wake(): void {
    for (const run of this.#waiting) run();
    this.#waiting.clear();
  }

  /** Resolves once there is something after `position`, or on abort. */
  wait(position: number, signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      if (signal.aborted || this.committed > position) return resolve();
      const done = () => {
        signal.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      signal.addEventListener('abort', done);
      this.#waiting.add(done);
    });
  }
}

const toIncoming = (
  topic: Topic,
  row: Pick<RecordRow, 'seq' | 'data'> & Omit<Event, 'data' | 'traceparent'> & { traceparent: string | null },
): Incoming => ({
  topic,
  position: String(row.seq),
  id: row.id,
  type: row.type,
  source: row.source,
  time: row.time,
  key: row.key,
  data: JSON.parse(row.data),
  ...(row.traceparent ? { traceparent: row.traceparent } : {}),
});

/** The bus of one process: records in the same SQLite file as everything else, one partition a topic. */
export async function openEmbeddedBus(db: Database, time: Time, log: Log): Promise<Bus> {
  const rows = db.tables<Rows>();
  const channels = new Map<Topic, Channel>();
  const stops = new Set<() => Promise<void>>();

  const opening = new Map<Topic, Promise<Channel>>();
  const channel = (topic: Topic): Promise<Channel> => {
    let open = opening.get(topic);
    if (!open) {
      open = rows
        .selectFrom('bus_records')
        .select(({ fn }) => fn.max('seq').as('seq'))
        .where('topic', '=', topic)
        .executeTakeFirst()
        .then(async row => {
          // Retention may have emptied the topic: positions must not start again below those that consumers have.
          const offset = await rows
            .selectFrom('bus_offsets')
            .select(({ fn }) => fn.max('seq').as('seq'))
            .where('topic', '=', topic)
            .executeTakeFirst();
          const made = new Channel(topic, Math.max(row?.seq ?? 0, offset?.seq ?? 0));
          channels.set(topic, made);
          return made;
        });
      opening.set(topic, open);
      open.catch(() => opening.delete(topic));
    }
    return open;
  };

  /** Takes the next places of a topic. To be followed by its commit without a pause: places are filled in the order they were taken. */
  function place(line: Channel, events: readonly Event[]): { incoming: Incoming[]; sizes: number[]; write: Write } {
    const first = line.take(events.length);
    const { topic } = line;
    const expires = time.now() + topics[topic].retention;
    const incoming = events.map((event, i): Incoming => ({ ...event, topic, position: String(first + i) }));
    const records = events.map((event, i) => ({
      topic,
      seq: first + i,
      id: event.id,
      type: event.type,
      source: event.source,
      time: event.time,
      key: event.key,
      traceparent: event.traceparent ?? null,
      data: JSON.stringify(event.data),
      expires_at: expires,
    }));
    return { incoming, sizes: records.map(({ data }) => data.length), write: db.insert(recordsTable, records) };
  }

  async function publishWith<R>(
    events: ReadonlyMap<Topic, readonly Event[]>,
    commit: (publishing: Write[]) => Promise<R>,
  ): Promise<R> {
    const lines = await Promise.all([...events.keys()].map(channel));
    const placed = lines.map(line => ({ line, ...place(line, events.get(line.topic) ?? []) }));
    const committed = commit(placed.map(({ write }) => write));
    await Promise.all(placed.map(({ line, incoming, sizes }) => line.append(incoming, sizes, committed)));
    return committed;
  }

  async function publish(topic: Topic, events: readonly Event[]): Promise<void> {
    if (events.length > 0) await publishWith(new Map([[topic, events]]), publishing => db.commit(publishing));
  }

  async function read(line: Channel, position: number, most: number): Promise<Incoming[]> {
    const tail = line.after(position, most);
    if (tail) return tail;
    const found = await rows
      .selectFrom('bus_records')
      .selectAll()
      .where('topic', '=', line.topic)
      .where('seq', '>', position)
      .orderBy('seq')
      .limit(most)
      .execute();
    return found.map(row => toIncoming(line.topic, row));
  }

  /** Up to where a group has dealt with a topic. */
  async function positionOf(topic: Topic, group: string): Promise<number> {
    const stored = await rows
      .selectFrom('bus_offsets')
      .select('seq')
      .where('consumer', '=', group)
      .where('topic', '=', topic)
      .executeTakeFirst();
    return stored?.seq ?? 0;
  }

  async function subscribe({ topic, group, batch, handle }: Subscription): Promise<{ stop(): Promise<void> }> {
    const line = await channel(topic);
    let position = await positionOf(topic, group);
    let saved = position;
    const abort = new AbortController();

    let due: Timer | undefined;
    const save = async (): Promise<void> => {
      due = undefined;
      if (saved === position) return;
      const seq = position;
      try {
        await db.commit([db.insert(offsetsTable, [{ consumer: group, topic, seq }], { onConflict: 'replace' })]);
        saved = seq;
      } catch (error) {
        log.warn({ err: error, topic, group }, 'position not saved; tried again');
        if (!abort.signal.aborted) saveSoon(saveEvery * 10);
      }
    };

    const saveSoon = (ms = saveEvery): void => {
      due ??= time.after(ms, () => void save());
    };

    const running = (async () => {
      let pause = 50;
      while (!abort.signal.aborted) {
        try {
          const upTo = line.committed;
          const events = await read(line, position, batch);
          if (events.length === 0) {
            // Retention may have taken what was there, or a commit failed.
            if (upTo > position) {
              position = upTo;
              saveSoon();
            }
            await line.wait(position, abort.signal);
            continue;
          }
          await handle(events);
          position = Number(events[events.length - 1]?.position);
          pause = 50;
          saveSoon();
        } catch (error) {
          if (abort.signal.aborted) break;
          log.error({ err: error, topic, group }, 'batch failed; it comes again');
          await time.sleep(pause, abort.signal);
          pause = Math.min(pause * 2, 5_000);
        }
      }
      due?.stop();
      await save();
    })();
    const stop = async () => {
      stops.delete(stop);
      abort.abort();
      await running;
    };
    stops.add(stop);
    return { stop };
  }

  return {
    kind: 'embedded',
    publish,
    publishWith,
    subscribe,
    async lag(topic, group) {
      const line = await channel(topic);
      return line.committed - (await positionOf(topic, group));
    },
    async oldestWaiting(topic, group) {
      const oldest = await rows
        .selectFrom('bus_records')
        .select('expires_at')
        .where('topic', '=', topic)
        .where('seq', '>', await positionOf(topic, group))
        .orderBy('seq')
        .limit(1)
        .executeTakeFirst();
      return oldest && oldest.expires_at - topics[topic].retention;
    },
    problem: async () => undefined,
    stop: async () => {
      await Promise.all([...stops].map(stop => stop()));
    },
  };
}
