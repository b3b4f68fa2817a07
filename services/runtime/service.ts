import type { Router } from 'express';
import type { Bus } from './bus/types.js';
import type { Cache } from './cache/types.js';
import type { Config } from './config/index.js';
import type { Database, Table, Write, WriteResult } from './database/types.js';
import type { Log } from './log/index.js';
import type { Metrics } from './metrics/index.js';
import type { Outgoing, Stage } from './pipeline/types.js';
import type { Time } from './time/index.js';

/** What every service stands on. Made once a process, passed in. */
export interface Runtime {
  config: Config;
  log: Log;
  time: Time;
  db: Database;
  bus: Bus;
  cache: Cache;
  metrics: Metrics;
  /** This process, for leases. */
  instance: string;
  /** Where this process is reached, e.g. `http://127.0.0.1:8080` (known once it listens; services start after that). */
  url: string;
  /** `db.commit` together with outbox rows; the relay publishes the events once they are durable. */
  commit(writes: readonly Write[], events?: readonly Outgoing[]): Promise<WriteResult[]>;
  /** Undefined while the bus takes what is published; else what is wrong: intake then answers 503. */
  busProblem(): string | undefined;
  /** Runs a stage until stopped. */
  run(stage: Stage): Promise<Stoppable>;
  /**
   * Runs `work` in one process at a time. `fence` grows with each holder; pass it to guarded writes so that a holder that was
   * paused past its lease changes nothing. `signal` aborts when the lease is lost.
   */
  lead(name: string, work: (fence: number, signal: AbortSignal) => Promise<void>): Stoppable;
}

export interface Stoppable {
  stop(): Promise<void>;
}

/** A service: it owns its tables and can be started alone or beside the others. */
export interface Service {
  name: string;
  tables: readonly Table[];
  start(runtime: Runtime): Promise<RunningService>;
}

export interface RunningService extends Stoppable {
  /** Mounted at `/` of the process's HTTP server. Handlers may throw `Problem`. */
  routes?: Router;
  /** Undefined where it can do its work; else what is wrong. Bounded in time. */
  problem(): Promise<string | undefined>;
}
