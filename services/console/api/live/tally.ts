import type { ShownAction, StepFigures, StepName } from './frame.js';

/** Counts by duration (milliseconds). */
type Spread = Map<number, number>;

/** What is counted in a second or a minute. */
export interface Tally {
  received: number;
  actions: Map<ShownAction, number>;
  outcomes: Map<string, number>;
  steps: Map<StepName, Spread>;
}

export const emptyTally = (): Tally => ({ received: 0, actions: new Map(), outcomes: new Map(), steps: new Map() });

export function count<K>(counts: Map<K, number>, key: K, n = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + n);
}

export function time({ steps }: Tally, step: StepName, ms: number, n = 1): void {
  const spread = steps.get(step) ?? new Map();
  steps.set(step, spread);
  count(spread, Math.max(0, coarse(ms)), n);
}

/** Rounded down to two digits from 100 ms on: a percentile is true to 10 %, and there are few of them. */
function coarse(ms: number): number {
  const unit = ms < 100 ? 1 : ms < 1_000 ? 10 : ms < 10_000 ? 100 : 1_000;
  return Math.floor(ms / unit) * unit;
}

/** Adds a tally to another. */
export function add(into: Tally, more: Tally): void {
  into.received += more.received;
  for (const [action, n] of more.actions) count(into.actions, action, n);
  for (const [outcome, n] of more.outcomes) count(into.outcomes, outcome, n);
  for (const [step, spread] of more.steps) for (const [ms, n] of spread) time(into, step, ms, n);
}

/** Percentiles by nearest rank; undefined where nothing was counted. */
export function percentiles(spread: Spread | undefined): StepFigures | undefined {
  const sorted = [...(spread ?? [])].sort(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, n]) => sum + n, 0);
  if (total === 0) return undefined;
  const at = (share: number): number => {
    let left = Math.ceil(total * share);
    for (const [ms, n] of sorted) {
      left -= n;
      if (left <= 0) return ms;
    }
    return sorted.at(-1)![0];
  };
  return { count: total, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** The last minute by second, the last hour by minute. */
export class Hour {
  readonly #seconds = new Map<number, Tally>();
  readonly #minutes = new Map<number, Tally>();

  record(second: number, change: (tally: Tally) => void): void {
    for (const [tallies, key] of [
      [this.#seconds, second],
      [this.#minutes, Math.floor(second / 60)],
    ] as const) {
      const tally = tallies.get(key) ?? emptyTally();
      tallies.set(key, tally);
      change(tally);
    }
  }

  /** Forgets what lies further back than a minute, and than an hour. */
  forget(now: number): void {
    for (const second of this.#seconds.keys()) if (second <= now - 65) this.#seconds.delete(second);
    for (const minute of this.#minutes.keys()) if (minute <= Math.floor(now / 60) - 60) this.#minutes.delete(minute);
  }

  second(second: number): Tally | undefined {
    return this.#seconds.get(second);
  }

  /** All of the hour, with what is not in it yet. */
  sum(more: Iterable<Tally>): Tally {
    const all = emptyTally();
    for (const tally of this.#minutes.values()) add(all, tally);
    for (const tally of more) add(all, tally);
    return all;
  }
}
