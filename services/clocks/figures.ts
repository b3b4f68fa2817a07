import type { Rules } from './obligations.js';
import { isOpen, type Standing } from './standing.js';
import type { ClockTotalsRow } from './tables.js';

/**
 * The measures kept in `clock_totals`, by obligation and route:
 * `open` clocks; of ended stretches `count`, `ms` (their sum), `within` the limit, and `le:<edge>`, those in the bucket up to that edge
 * (`le:+Inf` for the last); `late`, breaches counted, and `late:<cause>`, those of them under that cause; `withdrawn` and `withdrawn:<cause>`, those
 * that later evidence took back, or put under another cause. An installation that is older than the causes has some breaches under none.
 */
export type Totals = Map<string, ClockTotalsRow>;

export function add(totals: Totals, obligation: string, route: string, measure: string, value: number): void {
  const id = [obligation, route, measure].join('\0');
  const row = totals.get(id) ?? { obligation, route, measure, value: 0 };
  row.value += value;
  if (row.value === 0) totals.delete(id);
  else totals.set(id, row);
}

/** Adds what a clock contributes to the totals, `sign` times (-1 takes it out). */
export function contribute(totals: Totals, rules: Rules, obligation: string, clock: Standing, sign: 1 | -1): void {
  const { route } = clock;
  if (!clock.counted || route === undefined) return;
  if (isOpen(clock)) add(totals, obligation, route, 'open', sign);
  for (const { ms, late } of clock.stretches) {
    if (ms === undefined) continue;
    add(totals, obligation, route, 'count', sign);
    add(totals, obligation, route, 'ms', sign * ms);
    if (late === false) add(totals, obligation, route, 'within', sign);
    const edge = rules.edges[rules.histogram(obligation)].find(seconds => ms <= seconds * 1000);
    add(totals, obligation, route, `le:${edge ?? '+Inf'}`, sign);
  }
}
