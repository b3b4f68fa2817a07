import { advance, check, clockId, type Item } from '../../services/clocks/clock.js';
import { type ClockChange, derive } from '../../services/clocks/derive.js';
import type { Totals } from '../../services/clocks/figures.js';
import { rulesOf } from '../../services/clocks/obligations.js';
import type { ClockRow } from '../../services/clocks/tables.js';
import { readConfig } from '../../services/runtime/index.js';
import { limits, type Told } from './facts.js';

const usual = rulesOf(readConfig(limits));

/** The clocks without a database: facts in, rows and totals out, by the same pure functions as the stage and the escalation. */
export function clocksInMemory(settings?: Record<string, string>) {
  const rules = settings ? rulesOf(readConfig(settings)) : usual;
  const rows = new Map<string, ClockRow>();
  const sums = new Map<string, number>();
  const told: { subject: string; obligation: string; level: number; at: number }[] = [];
  const book = (totals: Totals): void => {
    for (const [key, { value }] of totals) sums.set(key, (sums.get(key) ?? 0) + value);
  };
  return {
    rows,
    told,
    take(batch: readonly Told[], now: number): void {
      const effects = new Map<string, { event: string; change: ClockChange; item: Item }[]>();
      for (const { id: event, fact } of batch) {
        for (const change of derive(fact)) {
          const id = clockId(change.obligation, change.subject);
          effects.set(id, [...(effects.get(id) ?? []), { event, change, item: fact.data }]);
        }
      }
      const totals: Totals = new Map();
      for (const [id, list] of effects) {
        const after = advance(rows.get(id), list, now, rules, totals, `tag of ${id}`);
        if (after) rows.set(id, after);
      }
      book(totals);
    },
    escalate(now: number): void {
      const totals: Totals = new Map();
      for (const before of rows.values()) {
        if (before.next_at === null || before.next_at > now) continue;
        const { row, level } = check(before, now, rules, totals);
        if (level > 0) told.push({ subject: row.subject, obligation: row.obligation, level, at: now });
        rows.set(row.id, row);
      }
      book(totals);
    },
    row: (obligation: string, subject: string) => rows.get(clockId(obligation, subject)) as ClockRow,
    total: (obligation: string, measure: string, route = 'api') =>
      sums.get([obligation, route, measure].join('\0')) ?? 0,
    /** Breaches that stand, by cause. */
    causes(obligation: string): Record<string, number> {
      const causes: Record<string, number> = {};
      for (const [key, value] of sums) {
        const [of, , measure] = key.split('\0');
        const [kind, cause] = measure?.split(':') ?? [];
        if (of !== obligation || !cause || (kind !== 'late' && kind !== 'withdrawn')) continue;
        causes[cause] = (causes[cause] ?? 0) + (kind === 'late' ? value : -value);
      }
      return Object.fromEntries(Object.entries(causes).filter(([, n]) => n !== 0));
    },
    /** The totals as anybody could recompute them: what was counted and taken back again cancels out. */
    totals(): Record<string, number> {
      const net = new Map<string, number>();
      for (const [key, value] of sums) {
        const [obligation, route, measure] = key.split('\0');
        const taken = measure?.startsWith('withdrawn');
        const name = [obligation, route, measure?.replace('withdrawn', 'late')].join(' ');
        net.set(name, (net.get(name) ?? 0) + (taken ? -value : value));
      }
      return Object.fromEntries([...net].filter(([, value]) => value !== 0).sort());
    },
  };
}
