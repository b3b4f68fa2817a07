import { Counter, Gauge, type Registry } from 'prom-client';
import type { SourceRow } from './tables.js';

export interface ExchangeMetrics {
  failed(source: string): void;
  /** Shows where all sources stand; `answers`: opinions that wait to be told, by source. */
  show(rows: readonly SourceRow[], answers: ReadonlyMap<string, number>, now: number): void;
  /** Somebody else shows it from now on. */
  hide(): void;
}

/** Shown by the process that holds the lease, from the database; failures are counted where they happen. */
export function exchangeMetrics(registry: Registry): ExchangeMetrics {
  const labelNames = ['source'];
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames, registers: [registry] });
  const age = gauge(
    'exchange_pull_age_seconds',
    'Time since the last complete pull (or push, or message) of a source.',
  );
  const entries = gauge('exchange_entries', 'Entries that a source lists here, or that were sent.');
  const held = gauge(
    'exchange_removals_held',
    'Removals that wait for a person, because they are more than half of a source.',
  );
  const waiting = gauge('exchange_answers_waiting', 'Opinions that a source was not told yet.');
  const failing = gauge('exchange_failures_in_a_row', 'Failed tries since the last complete pull.');
  const failures = new Counter({
    name: 'exchange_failures_total',
    help: 'Pulls and pushes that failed.',
    labelNames,
    registers: [registry],
  });
  const gauges = [age, entries, held, waiting, failing];
  return {
    failed: source => failures.inc({ source }),
    show(rows, answers, now) {
      for (const one of gauges) one.reset();
      for (const row of rows) {
        const source = row.name;
        if (row.pulled_at !== null) age.set({ source }, Math.max(0, now - row.pulled_at) / 1000);
        entries.set({ source }, row.entries);
        held.set({ source }, row.held);
        waiting.set({ source }, answers.get(source) ?? 0);
        failing.set({ source }, row.failures);
      }
    },
    hide() {
      for (const one of gauges) one.reset();
    },
  };
}
