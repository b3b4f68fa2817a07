import { join } from 'node:path';
import {
  type Batch,
  type Policy,
  parsePolicy,
  type Replayer,
  readLines,
  type SignalInfo,
  type Work,
} from '../../policies/index.js';
import type { Runtime } from '../../runtime/index.js';
import type { RunningSignals } from '../signals/index.js';
import { overChanged, overPosts } from './afresh.js';
import { countStored } from './stored.js';
import { overStored } from './thread.js';

/** What a thread can be told of a signal. */
const infoOf = ({ name, labels, evidence, context, cost }: SignalInfo): SignalInfo => ({
  name,
  labels: [...labels],
  ...(evidence && { evidence: { ...evidence } }),
  ...(context && { context: [...context] }),
  ...(cost && { cost }),
});

/**
 * Posts and signals for backtests.
 * @param policy the one that decides at this moment
 * @param textOf of a version that is kept
 */
export function replayerOf(
  runtime: Runtime,
  signals: RunningSignals,
  policy: () => Policy,
  textOf: (version: string) => Promise<string | undefined>,
): Replayer {
  const { config, db, time } = runtime;
  const database = config.DATABASE_URL
    ? { url: config.DATABASE_URL }
    : { path: join(config.SANSDELAI_DATA, 'sansdelai.db') };
  const needs = { db, time, signals };
  return {
    live: policy,
    textOf,
    parse: text => parsePolicy(text, signals.known),
    count: spec => countStored(db, spec),
    run(work: Work, signal: AbortSignal): AsyncIterable<Batch> {
      const known = signals.known.map(infoOf);
      const { policy: text, against, spec, mark, listed } = work;
      if (spec.over === 'stored') {
        const { from, to } = spec;
        return overStored({ database, policy: text, against, signals: known, from, to, mark, listed }, signal);
      }
      const policies = {
        draft: parsePolicy(text, known),
        against: against === undefined ? undefined : parsePolicy(against, known),
        signals: known,
      };
      if (spec.over === 'again') return overChanged(needs, policies, work, signal);
      return overPosts(needs, policies, work, (id, after) => readLines(db, id, after), signal);
    },
  };
}
