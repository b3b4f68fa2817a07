import { eventId } from '../../contracts/index.js';
import type { Bus, Incoming } from '../bus/index.js';
import { ConflictError, type Database, UnavailableError, type Write } from '../database/index.js';
import type { Log } from '../log/index.js';
import type { Metrics } from '../metrics/index.js';
import type { Outbox } from '../outbox/index.js';
import { aborted, loop, type Time } from '../time/index.js';
import { deadLettersTable, inboxTable, type PipelineRows, parkedTable } from './tables.js';
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
const orderWithinKey = 'order within a key';

/** Tries of one event before it goes to the dead letters; with the pauses below, about two hours. */
const maxAttempts = 14;
const pauseAfter = (attempts: number): number => Math.min(500 * 2 ** attempts, 15 * 60_000);

/** Runs one stage: inbox, the stage itself, one commit for all that follows from a batch. */
export class Runner {
  readonly #rows;
  readonly #log: Log;
  #seq = 0;

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
    const retries = lead(`retry-${this.stage.name}`, async (_, signal) => {
      const retrying = loop(
        time,
        250,
        () => this.retryDue(),
        error => this.#log.error({ err: error }, 'retry failed'),
      );
      await aborted(signal);
      await retrying.stop();
    });
    const subscription = await bus.subscribe({
      topic: this.stage.topic,
      group: this.stage.name,
      batch: this.stage.batch,
      handle: events => this.handle(events),
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
    const { metrics, time } = this.parts;
    const end = metrics.stageSeconds.startTimer({ stage: this.stage.name });
    await this.#deal(events, false);
    end();
    const newest = events[events.length - 1];
    if (newest) metrics.lagSeconds.set({ stage: this.stage.name }, Math.max(0, time.now() - newest.time) / 1000);
  }

  async #deal(events: Incoming[], fromParked: boolean): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.#once(events, fromParked);
      } catch (error) {
        if (error instanceof UnavailableError) throw error;
        if (error instanceof ConflictError && tries < 3 && error.message !== orderWithinKey) continue;
        if (events.length > 1) {
          // One of them spoils the batch: each by itself, in order.
          for (const event of events) await this.#deal([event], fromParked);
          return;
        }
        this.#log.error(
          { err: error, event: events[0]?.id, key: events[0]?.key },
          'an event failed; it comes again later',
        );
        const results = [retry((error as Error).message)];
        await this.#commit(events, results, { results }, fromParked);
        return;
      }
    }
  }

  async #once(events: Incoming[], fromParked: boolean): Promise<void> {
    const fresh = await this.#fresh(events, fromParked);
    if (fresh.length === 0) return;
    const results: (Result | undefined)[] = fresh.map(({ behind }) => (behind ? retry(waitsBehind) : undefined));
    const inputs: Input<unknown>[] = [];
    const slots: number[] = [];
    fresh.forEach(({ event, behind }, i) => {
      if (behind) return;
      const schema = this.stage.accepts[event.type];
      if (event.broken) results[i] = deadLetter(event.broken);
      else if (!schema) results[i] = drop(`not for this stage: ${event.type || 'no type'}`);
      else {
        const parsed = schema.safeParse(event.data);
        if (parsed.success) {
          inputs.push({ ...event, data: parsed.data });
          slots.push(i);
        } else {
          const [issue] = parsed.error.issues;
          results[i] = deadLetter(`${issue?.path.join('.')}: ${issue?.message}`);
        }
      }
    });
    const output: StageOutput =
      inputs.length > 0 ? await this.stage.handle(inputs, { time: this.parts.time, log: this.#log }) : { results: [] };
    if (output.results.length !== inputs.length)
      throw new Error(`stage ${this.stage.name} returned ${output.results.length} results for ${inputs.length} events`);
    slots.forEach((slot, i) => {
      results[slot] = output.results[i];
    });
    const held = new Set(inputs.filter((_, i) => output.results[i]?.kind === 'retry').map(input => input.key));
    if (events.length > 1 && held.size > 0 && fresh.length > held.size) {
      // What follows a parked event of its key has to wait behind it: each by itself then keeps their order.
      const keys = fresh.map(({ event }) => event.key);
      if (keys.some((key, i) => held.has(key) && keys.indexOf(key) !== i)) throw new ConflictError(orderWithinKey);
    }
    await this.#commit(
      fresh.map(({ event }) => event),
      results as Result[],
      output,
      fromParked,
    );
  }

  /** Leaves out what this stage has dealt with, and marks what has to wait behind a parked event of its key. */
  async #fresh(events: Incoming[], fromParked: boolean): Promise<{ event: Incoming; behind: boolean }[]> {
    if (fromParked) return events.map(event => ({ event, behind: false }));
    const { db } = this.parts;
    const [known, parked] = await Promise.all([
      this.#rows
        .selectFrom('inbox')
        .select('id')
        .where('consumer', '=', this.stage.name)
        .where('id', 'in', db.among(events.map(event => event.id)))
        .execute(),
      this.#rows
        .selectFrom('parked')
        .select(['id', 'key'])
        .where('consumer', '=', this.stage.name)
        .limit(10_000)
        .execute(),
    ]);
    const seen = new Set([...known.map(row => row.id), ...parked.map(row => row.id)]);
    const waiting = new Set(parked.map(row => row.key));
    return events.flatMap(event => {
      if (seen.has(event.id)) return [];
      seen.add(event.id);
      return [{ event, behind: waiting.has(event.key) }];
    });
  }

  async #commit(events: Incoming[], results: Result[], output: StageOutput, fromParked: boolean): Promise<void> {
    const { db, time, metrics, outbox } = this.parts;
    const now = time.now();
    const consumer = this.stage.name;
    const inbox: PipelineRows['inbox'][] = [];
    const parked: PipelineRows['parked'][] = [];
    const dead: PipelineRows['dead_letters'][] = [];
    const done: string[] = [];
    events.forEach((event, i) => {
      const result = results[i] ?? retry('no result');
      metrics.results.inc({ stage: consumer, result: result.kind });
      if (result.kind === 'retry') {
        parked.push({
          consumer,
          id: event.id,
          key: event.key,
          seq: now * 1000 + (this.#seq++ % 1000),
          event: JSON.stringify(event),
          attempts: 0,
          due_at: now + pauseAfter(0),
          error: result.error,
          parked_at: now,
        });
        return;
      }
      done.push(event.id);
      if (result.kind !== 'drop' || fromParked) inbox.push({ consumer, id: event.id, at: now });
      if (result.kind === 'deadLetter') dead.push(toDeadLetter(consumer, event, result.error, now));
    });
    const writes: Write[] = [...(output.writes ?? [])];
    if (inbox.length > 0) writes.push(db.insert(inboxTable, inbox));
    if (dead.length > 0) writes.push(db.insert(deadLettersTable, dead, { onConflict: 'replace' }));
    if (fromParked) {
      for (const row of parked) writes.push(...this.#again(row));
      if (done.length > 0) {
        writes.push({
          query: this.#rows.deleteFrom('parked').where('consumer', '=', consumer).where('id', 'in', db.among(done)),
        });
      }
    } else if (parked.length > 0) writes.push(db.insert(parkedTable, parked));
    if (writes.length > 0 || output.events?.length) await outbox.commit(writes, output.events);
  }

  /** A parked event that failed again: later, or, after many tries, to the dead letters. */
  #again(row: PipelineRows['parked']): Write[] {
    const { db } = this.parts;
    const attempts = this.#attempts.get(row.id) ?? 0;
    const where = this.#rows.deleteFrom('parked').where('consumer', '=', row.consumer).where('id', '=', row.id);
    if (attempts >= maxAttempts) {
      const event = JSON.parse(row.event) as Incoming;
      const letter = toDeadLetter(row.consumer, event, `${row.error} (after ${attempts} tries)`, row.parked_at);
      return [
        { query: where },
        db.insert(inboxTable, [{ consumer: row.consumer, id: row.id, at: row.parked_at }], { onConflict: 'nothing' }),
        db.insert(deadLettersTable, [letter], { onConflict: 'replace' }),
      ];
    }
    return [
      {
        query: this.#rows
          .updateTable('parked')
          .set({ attempts, due_at: this.parts.time.now() + pauseAfter(attempts), error: row.error })
          .where('consumer', '=', row.consumer)
          .where('id', '=', row.id),
      },
    ];
  }

  /** Tries of the parked events under way in `retryDue`. */
  #attempts = new Map<string, number>();

  /** Tries the oldest parked event of every key whose time has come. */
  async retryDue(): Promise<void> {
    const { db, time } = this.parts;
    const due = await this.#rows
      .selectFrom('parked as p')
      .selectAll()
      .where('consumer', '=', this.stage.name)
      .where('due_at', '<=', time.now())
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('parked as earlier')
              .select('earlier.id')
              .whereRef('earlier.consumer', '=', 'p.consumer')
              .whereRef('earlier.key', '=', 'p.key')
              .whereRef('earlier.seq', '<', 'p.seq'),
          ),
        ),
      )
      .orderBy('due_at')
      .limit(this.stage.batch)
      .execute();
    if (due.length === 0) return;
    this.#attempts = new Map(due.map(row => [row.id, row.attempts + 1]));
    await this.#deal(
      due.map(row => JSON.parse(row.event) as Incoming),
      true,
    );
    // What waited behind them need not wait for its own pause.
    const keys = due.map(row => row.key);
    await db.commit([
      {
        query: this.#rows
          .updateTable('parked')
          .set({ due_at: time.now() })
          .where('consumer', '=', this.stage.name)
          .where('attempts', '=', 0)
          .where('error', '=', waitsBehind)
          .where('key', 'in', db.among(keys)),
      },
    ]);
  }
}

function toDeadLetter(consumer: string, event: Incoming, reason: string, at: number): PipelineRows['dead_letters'] {
  return {
    id: eventId(event.id, consumer, 'dead-letter'),
    consumer,
    topic: event.topic,
    key: event.key,
    position: event.position,
    event: JSON.stringify(event),
    reason,
    at,
    replayed_at: null,
  };
}
