import { createHash } from 'node:crypto';
import type { z } from 'zod';

/**
 * What travels between services: a CloudEvents 1.0 event. On the bus its attributes are headers (`ce_id`, `ce_type`, …),
 * its data is the record's value (JSON), and `key` orders it.
 */
export interface Event<T = unknown> {
  id: string;
  type: string;
  /** RFC 3986 reference of what made it, e.g. `/classify`. */
  source: string;
  /** Milliseconds since 1970, UTC. On the wire RFC 3339. */
  time: number;
  key: string;
  data: T;
  traceparent?: string;
}

/** One kind of event: its type name (ending in `.v1`) and the schema of its data. */
export interface EventType<S extends z.ZodType = z.ZodType> {
  type: string;
  schema: S;
}

/** Derives an event's id from what caused it, so that doing the work twice makes the same event. */
export function eventId(cause: string, stage: string, n: number | string = 0): string {
  return createHash('sha256').update(`${cause}\0${stage}\0${n}`).digest('base64url').slice(0, 27);
}
