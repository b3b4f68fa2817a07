import { Counter, Gauge, type Registry } from 'prom-client';
import { bounded, boundedRows, others } from '../../runtime/index.js';
import type { SourceRow } from './tables.js';

export interface ExchangeMetrics {
  failed(source: string): void;
  /** Shows where all sources stand; `answers`: opinions that wait to be told, by source; `every`: milliseconds between two pulls, of what is pulled. */
  show(
    rows: readonly SourceRow[],
    answers: ReadonlyMap<string, number>,
    every: ReadonlyMap<string, number>,
    now: number,
  ): void;
  /** Somebody else shows it from now on. */
  hide(): void;
}

/** Sources that are shown by name. */
const mostSources = 20;

interface Shown {
  source: string;
  age: number | undefined;
  every: number | undefined;
  entries: number;
  held: number;
  waiting: number;
  failing: number;
}

const sum = (rows: readonly Shown[], of: (row: Shown) => number): number => rows.reduce((all, row) => all + of(row), 0);
const highest = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter(value => value !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
};

/** Those that are too many as one: numbers together, of ages and failures the worst. */
const together = (rows: readonly Shown[]): Shown => ({
  source: others,
  age: highest(rows.map(({ age }) => age)),
  every: highest(rows.map(({ every }) => every)),
  entries: sum(rows, ({ entries }) => entries),
  held: sum(rows, ({ held }) => held),
  waiting: sum(rows, ({ waiting }) => waiting),
  failing: Math.max(...rows.map(({ failing }) => failing)),
});

/** Shown by the process that holds the lease, from the database; failures are counted where they happen. */
export function exchangeMetrics(registry: Registry): ExchangeMetrics {
  const labelNames = ['source'];
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames, registers: [registry] });
  const age = gauge(
    'exchange_pull_age_seconds',
    'Time since the last complete pull (or push, or message) of a source.',
  );
  const pause = gauge('exchange_pull_every_seconds', 'Time from one pull of a source to the next, as it is set.');
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
  const gauges = [age, pause, entries, held, waiting, failing];
  const nameOf = bounded(mostSources);
  return {
    failed: source => failures.inc({ source: nameOf(source) }),
    show(rows, answers, every, now) {
      for (const one of gauges) one.reset();
      const all = rows.map(
        (row): Shown => ({
          source: row.name,
          age: row.pulled_at === null ? undefined : Math.max(0, now - row.pulled_at) / 1000,
          every: every.get(row.name),
          entries: row.entries,
          held: row.held,
          waiting: answers.get(row.name) ?? 0,
          failing: row.failures,
        }),
      );
      for (const row of boundedRows(all, mostSources, ({ source }) => source, together)) {
        const { source } = row;
        if (row.age !== undefined) age.set({ source }, row.age);
        if (row.every !== undefined) pause.set({ source }, row.every / 1000);
        entries.set({ source }, row.entries);
        held.set({ source }, row.held);
        waiting.set({ source }, row.waiting);
        failing.set({ source }, row.failing);
      }
    },
    hide() {
      for (const one of gauges) one.reset();
    },
  };
}
