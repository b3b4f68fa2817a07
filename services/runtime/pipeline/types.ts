import type { z } from 'zod';
import type { Event, Topic } from '../../contracts/index.js';
import type { Write } from '../database/types.js';
import type { Log } from '../log/index.js';
import type { Time } from '../time/index.js';

/** What became of one event. Failure is a value. */
export type Result =
  | { kind: 'ok' }
  /** Nothing to do, and why: counted, not kept. */
  | { kind: 'drop'; reason: string }
  /** Comes again later; later events of the same key wait behind it. */
  | { kind: 'retry'; error: string }
  /** Can't be handled: shown in the console, replayable. */
  | { kind: 'deadLetter'; error: string };

export const ok: Result = { kind: 'ok' };
export const drop = (reason: string): Result => ({ kind: 'drop', reason });
export const retry = (error: string): Result => ({ kind: 'retry', error });
export const deadLetter = (error: string): Result => ({ kind: 'deadLetter', error });

/** An event to publish, and where. Ids are derived from the cause with `eventId`. */
export interface Outgoing {
  topic: Topic;
  event: Event;
}

/** An event whose data was checked against the stage's schema. */
export interface Input<T> extends Event<T> {
  topic: Topic;
}

/** What a stage makes of a batch: one result an input (same order), and what to commit with the inbox rows, all or nothing. */
export interface StageOutput {
  results: Result[];
  writes?: Write[];
  events?: Outgoing[];
}

export interface StageContext {
  time: Time;
  log: Log;
}

/**
 * A pipeline stage: a named function from a batch to results. It reads what it needs, decides, and returns its changes; it never writes by itself.
 * Where a guarded write conflicts, the batch is handled afresh, from what is then in the database.
 */
export interface Stage<S extends z.ZodType = z.ZodType> {
  name: string;
  topic: Topic;
  /** Accepted event types and the schema of their data; other types on the topic are dropped. */
  accepts: Readonly<Record<string, S>>;
  batch: number;
  /** Pause after a batch that was not full, ms: where nobody waits for the result, more then comes together in one commit. */
  rest?: number;
  handle(inputs: Input<z.infer<S>>[], context: StageContext): Promise<StageOutput>;
}
