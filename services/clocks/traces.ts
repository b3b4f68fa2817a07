import type { EvidenceFact } from '../contracts/index.js';
import { type Database, exemplarOf, type Stage } from '../runtime/index.js';
import { clockId } from './clock.js';
import { derive } from './derive.js';
import type { ClockTables } from './tables.js';

/** Clocks whose trace is remembered, the newest. */
const most = 200;

/** The figure of one clock, and the trace of the request that its post came in by. */
export interface TracedFigure {
  obligation: string;
  route: string;
  seconds: number;
  /** Milliseconds since 1970. */
  at: number;
  trace: string;
}

/** Remembers the traces of the newest clocks that this process saw start, as examples of the figures: not kept anywhere else. */
export class Traces {
  readonly #recent = new Map<string, string>();

  /** The same stage, watched. */
  follow<S extends Stage>(stage: S): S {
    const handle: Stage['handle'] = async (inputs, context) => {
      const output = await stage.handle(inputs, context);
      for (const { type, data, traceparent } of inputs) {
        const { trace_id } = exemplarOf(traceparent);
        if (trace_id === undefined) continue;
        for (const { obligation, subject } of derive({ type, data } as EvidenceFact))
          this.#remember(clockId(obligation, subject), trace_id);
      }
      return output;
    };
    return { ...stage, handle };
  }

  #remember(clock: string, trace: string): void {
    this.#recent.delete(clock);
    this.#recent.set(clock, trace);
    for (const oldest of this.#recent.keys()) {
      if (this.#recent.size <= most) break;
      this.#recent.delete(oldest);
    }
  }

  /** Those of them that have ended and count, by the table's primary key; the oldest first. */
  async figures(db: Database): Promise<TracedFigure[]> {
    if (this.#recent.size === 0) return [];
    const ended = await db
      .tables<ClockTables>()
      .selectFrom('clocks')
      .select(['id', 'obligation', 'route', 'seconds', 'ended_at'])
      .where('id', 'in', db.among([...this.#recent.keys()]))
      .where('state', '=', 'stopped')
      .where('counted', '=', 1)
      .orderBy('ended_at')
      .execute();
    return ended.flatMap(({ id, obligation, route, seconds, ended_at: at }) => {
      const trace = this.#recent.get(id);
      return route === null || seconds === null || at === null || trace === undefined
        ? []
        : [{ obligation, route, seconds, at, trace }];
    });
  }
}
