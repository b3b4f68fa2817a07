import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Event, eventId } from '../../services/contracts/index.js';
import {
  createLog,
  deadLettersTable,
  inboxTable,
  type Outgoing,
  offsetsTable,
  parkedTable,
  realTime,
  recordsTable,
  type Table,
  type Time,
} from '../../services/runtime/index.js';
import { leasesTable } from '../../services/runtime/lead.js';
import { outboxTable } from '../../services/runtime/outbox/index.js';

/** The tables that the runtime itself needs. */
export const ownTables: Table[] = [
  recordsTable,
  offsetsTable,
  outboxTable,
  inboxTable,
  parkedTable,
  deadLettersTable,
  leasesTable,
];

export const silent = createLog('silent', false);

export const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

/** A folder that is gone after the test file. */
export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'sansdelai-runtime-'));
  afterAll(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** An event whose id and key follow from its name. */
export function event(name: string, key = name, data: unknown = { name }): Event<unknown> {
  return { id: eventId(name, 'test'), type: 'test.v1', source: '/test', time: Date.now(), key, data };
}

export const events = (from: number, count: number): Event<unknown>[] =>
  Array.from({ length: count }, (_, i) => event(`e${from + i}`));

export const nameOf = ({ data }: Pick<Event, 'data'>): string => (data as { name: string }).name;

export const outgoing = (topic: Outgoing['topic'], ...list: Event[]): Outgoing[] =>
  list.map(event => ({ topic, event }));

/** Real time, which the test can put forward. */
export function movableTime(): Time & { forward(ms: number): void } {
  let ahead = 0;
  return {
    ...realTime,
    now: () => Date.now() + ahead,
    forward: ms => {
      ahead += ms;
    },
  };
}
