import type { Bus, Incoming } from '../bus/index.js';
import { ConflictError, type Database, UnavailableError, type Write } from '../database/index.js';
import type { Log } from '../log/index.js';
import type { Metrics } from '../metrics/index.js';
import type { Outbox } from '../outbox/index.js';
import { aborted, loop, type Time } from '../time/index.js';
import { toDeadLetter } from './dead-letters.js';
import { type Known, whatIsKnown } from './inbox.js';
import { deadLettersTable, inboxExpiry, inboxTable, type PipelineRows, parkedTable } from './tables.js';
import { deadLetter, drop, type Input, type Result, retry, type Stage, type StageOutput } from './types.js';

export interface RunnerParts {
  db: Database;
  bus: Bus;
  outbox: Outbox;
  time: Time;
  log: Log;
  metrics: Metrics;
}

const waitsBehind = 'waits behind an earlier event';

/** Tries of one event before it goes to the dead letters; with the pauses below, about an hour. */
const maxAttempts = 14;
const pauseAfter = (attempts: number): number => Math.min(500 * 2 ** attempts, 15 * 60_000);

/** Events with what became of each, and what else to commit with them. `tries` of each that was parked; undefined for events from the bus. */
interface Outcome {
  events: readonly Incoming[];
  results: readonly Result[];
  output: Pick<StageOutput, 'writes' | 'events'>;
  last: Known['last'];
  tries: Tries;
}
type Tries = ReadonlyMap<string, number> | undefined;

/** What follows from an event belongs to its trace. */
function carryTraces(inputs: readonly Input<unknown>[], { events = [] }: StageOutput): void {
  const traces = new Map(inputs.flatMap(({ key, traceparent }) => (traceparent ? [[key, traceparent]] : [])));
  if (traces.size === 0) return;
  for (const { event } of events) {
    const trace = traces.get(event.key);
    if (trace !== undefined) event.traceparent ??= trace;
  }
}

/** Runs one stage: inbox, the stage itself, one commit for all that follows from a batch. */
export class Runner {
  readonly #rows;
  readonly #log: Log;

  constructor(
    private readonly stage: Stage,
    private readonly parts: RunnerParts,
  ) {
    this.#rows = parts.db.tables<PipelineRows>();
    this.#log = parts.log.child({ stage: stage.name });
  }

  /** Starts consuming and retrying. `lead` makes sure that one process at a time retries. */
  async start(
    lead: (name: string, work: (fence: number, signal: AbortSignal) => Promise<void>) => { stop(): Promise<void> },
  ) {
    const { bus, time } = this.parts;
    const subscription = await bus.subscribe({
      topic: this.stage.topic,
      group: this.stage.name,
      batch: this.stage.batch,
      handle: async events => {
        await this.handle(events);
        const { batch, rest } = this.stage;
        if (rest && events.length < batch) await time.sleep(rest);
      },
    });
    const retries = lead(`retry-${this.stage.name}`, async (_, signal) => {
      const retrying = loop(
        time,
        250,
        signal => this.retryDue(signal),
        error => this.#log.error({ err: error }, 'retry failed'),
      );
      await aborted(signal);
      await retrying.stop();
    });
    return {
      stop: async () => {
        await subscription.stop();
        await retries.stop();
      },
    };
  }

  /** Deals with a batch from the bus. Rejects only where nothing can be committed: then the bus brings it again. */
  async handle(events: Incoming[]): Promise<void> {
    const end = this.parts.metrics.stageSeconds.startTimer({ stage: this.stage.name });
    await this.#deal(events, undefined);
    end(events.find(({ traceparent }) => traceparent)?.traceparent);
  }

  /** Tries what is parked and due, the oldest event of each key, until nothing is. */
  async retryDue(signal?: AbortSignal): Promise<void> {
    while (!signal?.aborted && (await this.#retrySome()));
  }

  async #deal(events: readonly Incoming[], tries: Tries): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#once(events, tries);
      } catch (error) {
        if (error instanceof UnavailableError) throw error;
        if (error instanceof ConflictError && attempt < 3) continue;
        if (events.length > 1) {
          // One of them spoils the batch: each half by itself, in order.
          const middle = events.length >> 1;
          await this.#deal(events.slice(0, middle), tries);
          await this.#deal(events.slice(middle), tries);
          return;
        }
        this.#log.error(
          { err: error, event: events[0]?.id, key: events[0]?.key },
          'an event failed; it comes again later',
        );
        const { last } = await whatIsKnown(this.parts.db, this.stage.name, events);
        const results = [retry((error as Error).message)];
        return this.#commit({ events, results, output: {}, last, tries });
      }
    }
  }

  async #once(batch: readonly Incoming[], tries: Tries): Promise<void> {
    // A stage only reads, so that it can begin before it is known whether all of these are new: as good as always they are.
    const early = this.#handle(batch, () => false);
    early.catch(() => undefined);
    const known = await whatIsKnown(this.parts.db, this.stage.name, batch);
    const events = await this.#fresh(batch, known, tries);
    if (events.length === 0) return;
    const behind = (event: Incoming): boolean => !tries && known.last.has(event.key);
    const asThought = events.length === batch.length && !events.some(behind);
    const { inputs, results, output } = await (asThought ? early : this.#handle(events, behind));

    const followers = this.#followers(inputs, output.results);
    if (followers.size > 0) {
      // They have to wait behind a parked event of their key, so nothing of this handling of them counts.
      await this.#deal(
        events.filter(({ id }) => !followers.has(id)),
        tries,
      );
      await this.#deal(
        events.filter(({ id }) => followers.has(id)),
        tries,
      );
      return;
    }
    await this.#commit({ events, results: results as Result[], output, last: known.last, tries });
  }

  /** What the stage makes of those events that it takes and that wait behind none. */
  async #handle(events: readonly Incoming[], behind: (event: Incoming) => boolean) {
    const results: (Result | undefined)[] = [];
    const inputs: Input<unknown>[] = [];
    const slots: number[] = [];
    for (const [i, event] of events.entries()) {
      const read = behind(event) ? retry(waitsBehind) : this.#read(event);
      if ('kind' in read) results[i] = read;
      else slots[inputs.push(read) - 1] = i;
    }
    const output: StageOutput =
      inputs.length > 0 ? await this.stage.handle(inputs, { time: this.parts.time, log: this.#log }) : { results: [] };
    if (output.results.length !== inputs.length)
      throw new Error(`stage ${this.stage.name} returned ${output.results.length} results for ${inputs.length} events`);
    for (const [i, slot] of slots.entries()) results[slot] = output.results[i];
    carryTraces(inputs, output);
    return { inputs, results, output };
  }

  /** Leaves out what this stage has dealt with. */
  async #fresh(batch: readonly Incoming[], known: Known, tries: Tries): Promise<Incoming[]> {
    const seen = new Set([...known.done, ...(tries ? [] : known.parked)]);
    if (tries && known.done.size > 0) {
      // Parked by a process that had lost its partition, while another dealt with it.
      await this.parts.db.commit([this.#unpark([...known.done])]);
    }
    return batch.filter(({ id }) => {
      if (seen.has(id)) return false;
      seen.add(id);
      return true;
    });
  }

  /** The event as the stage takes it, or what becomes of it where the stage does not take it. */
  #read(event: Incoming): Input<unknown> | Result {
    if (event.broken) return deadLetter(event.broken);
    const schema = this.stage.accepts[event.type];
    if (!schema) return drop(`not for this stage: ${event.type || 'no type'}`);
    const parsed = schema.safeParse(event.data);
    if (parsed.success) return { ...event, data: parsed.data };
    const [issue] = parsed.error.issues;
    return deadLetter(`${issue?.path.join('.')}: ${issue?.message}`);
  }

  /** Events that come after one of their key that has to be tried again. */
  #followers(inputs: readonly Input<unknown>[], results: readonly Result[]): Set<string> {
    const held = new Set<string>();
    const followers = new Set<string>();
    for (const [i, { id, key }] of inputs.entries()) {
      if (held.has(key)) followers.add(id);
      else if (results[i]?.kind === 'retry') held.add(key);
    }
    return followers;
  }

  #unpark(ids: readonly string[]): Write {
    const query = this.#rows
      .deleteFrom('parked')
      .where('consumer', '=', this.stage.name)
      .where('id', 'in', this.parts.db.among(ids));
    return { query };
  }

  async #commit({ events, results, output, last, tries }: Outcome): Promise<void> {
    const { db, time, metrics, outbox } = this.parts;
    const now = time.now();
    const consumer = this.stage.name;
    const expires_at = inboxExpiry(this.stage.topic, now);
    const inbox: PipelineRows['inbox'][] = [];
    const parked: PipelineRows['parked'][] = [];
    const dead: PipelineRows['dead_letters'][] = [];
    const done: string[] = [];
    const writes: Write[] = [...(output.writes ?? [])];
    const kinds: Result['kind'][] = [];
    for (const [i, event] of events.entries()) {
      let result = results[i] ?? retry('no result');
      const attempts = tries?.get(event.id) ?? 0;
      if (result.kind === 'retry' && attempts >= maxAttempts) {
        result = deadLetter(`${result.error} (after ${attempts} tries)`);
      }
      kinds.push(result.kind);
      if (result.kind === 'retry') {
        if (tries) writes.push(this.#again(event.id, attempts, now, result.error));
        else parked.push(this.#park(event, now, result.error, last));
        continue;
      }
      done.push(event.id);
      if (result.kind !== 'drop' || tries) inbox.push({ consumer, id: event.id, expires_at });
      if (result.kind === 'deadLetter') dead.push(toDeadLetter(consumer, event, result.error, now));
    }
    if (inbox.length > 0) writes.push(db.insert(inboxTable, inbox));
    if (dead.length > 0) writes.push(db.insert(deadLettersTable, dead, { onConflict: 'replace' }));
    if (parked.length > 0) writes.push(db.insert(parkedTable, parked));
    if (tries && done.length > 0) writes.push(this.#unpark(done));
    if (writes.length > 0 || output.events?.length) await outbox.commit(writes, output.events);
    for (const result of kinds) metrics.results.inc({ stage: consumer, result });
  }

  #park(event: Incoming, now: number, error: string, last: Map<string, number>): PipelineRows['parked'] {
    const seq = Math.max(now, (last.get(event.key) ?? 0) + 1);
    last.set(event.key, seq);
    return {
      consumer: this.stage.name,
      id: event.id,
      key: event.key,
      seq,
      event: JSON.stringify(event),
      attempts: 0,
      due_at: now + pauseAfter(0),
      error,
      parked_at: now,
    };
  }

  /** A parked event that failed again comes later. */
  #again(id: string, attempts: number, now: number, error: string): Write {
    const query = this.#rows
      .updateTable('parked')
      .set({ attempts, due_at: now + pauseAfter(attempts), error })
      .where('consumer', '=', this.stage.name)
      .where('id', '=', id);
    return { query };
  }

  /** @returns whether there was anything to try. */
  async #retrySome(): Promise<boolean> {
    const { db, time } = this.parts;
    const due = await this.#rows
      .selectFrom('parked as p')
      .select(['id', 'key', 'event', 'attempts'])
      .where('consumer', '=', this.stage.name)
      .where('due_at', '<=', time.now())
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('parked as earlier')
              .select('earlier.id')
              .whereRef('earlier.consumer', '=', 'p.consumer')
              .whereRef('earlier.key', '=', 'p.key')
              .where(({ eb, or, and, ref }) =>
                or([
                  eb('earlier.seq', '<', ref('p.seq')),
                  and([eb('earlier.seq', '=', ref('p.seq')), eb('earlier.id', '<', ref('p.id'))]),
                ]),
              ),
          ),
        ),
      )
      .orderBy('due_at')
      .limit(this.stage.batch)
      .execute();
    if (due.length === 0) return false;
    await this.#deal(
      due.map(row => JSON.parse(row.event) as Incoming),
      new Map(due.map(row => [row.id, row.attempts + 1])),
    );
    // What waited behind them need not wait for its own pause.
    await db.commit([
      {
        query: this.#rows
          .updateTable('parked')
          .set({ due_at: time.now() })
          .where('consumer', '=', this.stage.name)
          .where('attempts', '=', 0)
          .where('error', '=', waitsBehind)
          .where('key', 'in', db.among(due.map(row => row.key))),
      },
    ]);
    return true;
  }
}
