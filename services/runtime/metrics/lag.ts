import { Gauge, type Registry } from 'prom-client';
import type { Topic } from '../../contracts/index.js';
import type { Database } from '../database/types.js';
import type { Log } from '../log/index.js';
import type { PipelineRows } from '../pipeline/tables.js';
import type { Stage } from '../pipeline/types.js';
import { loop, type Time, within } from '../time/index.js';

/** Pause between two looks at how far a stage is, ms. */
const lookEvery = 5_000;
const patience = 10_000;

/** What is asked of a bus. */
interface Positions {
  /** When the oldest event that a group has not dealt with was published, ms since 1970; undefined where there is none. */
  oldestWaiting(topic: Topic, group: string): Promise<number | undefined>;
}

interface Standing {
  /** When the oldest event that the stage has not dealt with was published; undefined where it has dealt with all. */
  since: number | undefined;
  parked: number;
}

/** How far each stage of this process is behind: known from the bus, so that a stage which stands still is seen too. */
export class Lag {
  readonly #stages = new Map<string, Standing>();

  constructor(registry: Registry, time: Pick<Time, 'now'>) {
    const stages = this.#stages;
    const registers = [registry];
    new Gauge({
      name: 'pipeline_lag_seconds',
      help: 'Age of the oldest event that a stage has not dealt with; 0 where it has dealt with all.',
      labelNames: ['stage'],
      registers,
      collect() {
        this.reset();
        // Worked out when it is read: it grows on while the bus can not be asked.
        for (const [stage, { since }] of stages)
          this.set({ stage }, since === undefined ? 0 : Math.max(0, time.now() - since) / 1000);
      },
    });
    new Gauge({
      name: 'pipeline_parked',
      help: 'Events that a stage tries again later, with those that wait behind them.',
      labelNames: ['stage'],
      registers,
      collect() {
        this.reset();
        for (const [stage, { parked }] of stages) this.set({ stage }, parked);
      },
    });
  }

  /** Follows a stage until stopped: two look-ups by index every five seconds. */
  follow(
    { name, topic }: Pick<Stage, 'name' | 'topic'>,
    { bus, db, time, log }: { bus: Positions; db: Database; time: Time; log: Log },
  ): { stop(): Promise<void> } {
    const rows = db.tables<PipelineRows>();
    const look = async (): Promise<void> => {
      const [since, parked] = await within(
        time,
        patience,
        Promise.all([
          bus.oldestWaiting(topic, name),
          rows
            .selectFrom('parked')
            .select(({ fn }) => fn.countAll<number>().as('count'))
            .where('consumer', '=', name)
            .executeTakeFirstOrThrow(),
        ]),
        `how far ${name} is was not answered in time`,
      );
      this.#stages.set(name, { since, parked: parked.count });
    };
    const looking = loop(time, lookEvery, look, error => log.debug({ err: error, stage: name }, 'lag not read'));
    return {
      stop: async () => {
        await looking.stop();
        this.#stages.delete(name);
      },
    };
  }
}
