import type { Policy } from '../decide.js';
import type { Batch, Mark } from './batch.js';

/** What a backtest goes over. */
export interface Spec {
  /** `stored`: what was found then. `again`: the same posts, assessed afresh where a signal has changed. `posts`: a file of labelled posts. */
  over: 'stored' | 'again' | 'posts';
  /** Of stored assessments: from (in) and to (out), by when they were made; milliseconds since 1970, UTC. */
  from: number;
  to: number;
  /** Labels of the file's posts that are violating; left out: those of violent extremism. */
  violating?: string[] | undefined;
}

/** What a backtest is to be worked on with. */
export interface Work {
  id: string;
  spec: Spec;
  policy: string;
  /** Undefined: what was done. */
  against: string | undefined;
  mark: Mark;
  /** Changes that are listed already. */
  listed: { kind: string; pick: number }[];
}

/** Who has the posts and the signals. */
export interface Replayer {
  /** The policy that decides at this moment. */
  live(): Policy;
  /** The text of a version of a policy. */
  textOf(version: string): Promise<string | undefined>;
  /** @throws PolicyError */
  parse(text: string): Policy;
  /** How many assessments a period has. */
  count(spec: Spec): Promise<number>;
  /** Goes on from `work.mark`. Each batch is committed before the next but one is made; ends by itself once `signal` aborts. */
  run(work: Work, signal: AbortSignal): AsyncIterable<Batch>;
}
