import { z } from 'zod';
import { eventId } from '../../services/contracts/index.js';
import {
  type Bus,
  createMetrics,
  type Database,
  type Input,
  type Outgoing,
  ok,
  type Result,
  Runner,
  type Stage,
  type Table,
  type Time,
} from '../../services/runtime/index.js';
import type { Outbox } from '../../services/runtime/outbox/index.js';
import { silent } from './parts.js';

/** What a stage did: a row each time it is done, so that what is done twice shows. */
export const effectsTable: Table = {
  name: 'effects',
  columns: { n: 'text', stage: 'text', event: 'text', key: 'text', name: 'text', at: 'bigint' },
  primaryKey: ['n'],
  indexes: { stage: { columns: ['stage', 'at'] } },
};
export interface Effect {
  n: string;
  stage: string;
  event: string;
  key: string;
  name: string;
  at: number;
}

const data = z.object({ name: z.string() });
export type Data = z.infer<typeof data>;

export interface Parts {
  db: Database;
  bus: Bus;
  outbox: Outbox;
  time: Time;
}

let made = 0;

/** A stage that writes down each event, and passes it on where `to` is given. `judge` says what becomes of it first. */
export function recording(
  { db }: Parts,
  name: string,
  options: {
    topic?: Stage['topic'];
    batch?: number;
    to?: Outgoing['topic'];
    judge?: (input: Input<Data>) => Result | Promise<Result>;
  } = {},
): Stage {
  const { topic = 'posts', batch = 50, to, judge = () => ok } = options;
  return {
    name,
    topic,
    batch,
    accepts: { 'test.v1': data },
    async handle(inputs) {
      const results: Result[] = [];
      for (const input of inputs) results.push(await judge(input as Input<Data>));
      const done = inputs.filter((_, i) => results[i]?.kind === 'ok') as Input<Data>[];
      const effects = done.map(
        (input): Effect => ({
          n: `${process.pid}-${Date.now()}-${++made}`,
          stage: name,
          event: input.id,
          key: input.key,
          name: input.data.name,
          at: made,
        }),
      );
      return {
        results,
        writes: [db.insert(effectsTable, effects)],
        events: to
          ? done.map(({ type, time, key, id, data }) => ({
              topic: to,
              event: { type, time, key, data, source: `/${name}`, id: eventId(id, name) },
            }))
          : [],
      };
    },
  };
}

export const runnerFor = (stage: Stage, { db, bus, outbox, time }: Parts): Runner =>
  new Runner(stage, { db, bus, outbox, time, log: silent, metrics: createMetrics() });

/** What a stage did, in the order it was done. */
export const effectsOf = (db: Database, stage: string): Promise<Effect[]> =>
  db.tables<{ effects: Effect }>().selectFrom('effects').selectAll().where('stage', '=', stage).orderBy('at').execute();
