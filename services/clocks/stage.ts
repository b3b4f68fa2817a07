import { type EvidenceFact, evidenceTypes } from '../contracts/index.js';
import { type Database, drop, ok, type Result, type Stage } from '../runtime/index.js';
import { advance, clockId } from './clock.js';
import { type ClockChange, derive } from './derive.js';
import type { Totals } from './figures.js';
import type { Rules } from './obligations.js';
import type { ClockRow, ClockTables } from './tables.js';
import { writeClocks, writeTotals } from './writes.js';

interface Effect {
  event: string;
  change: ClockChange;
  item: { platform: string; postId: string; version: number };
}

/** The stage that moves the clocks: facts in, clocks and totals out, in one commit. */
export function trackClocks(db: Database, rules: Rules): Stage<(typeof evidenceTypes)[number]['schema']> {
  const tables = db.tables<ClockTables>();
  return {
    name: 'clocks',
    topic: 'evidence',
    accepts: Object.fromEntries(evidenceTypes.map(({ type, schema }) => [type, schema])),
    batch: 200,
    // Facts carry their own times: no figure waits for this.
    rest: 100,
    async handle(inputs, { time }) {
      const effects = new Map<string, Effect[]>();
      const results = inputs.map((input): Result => {
        const changes = derive({ type: input.type, data: input.data } as EvidenceFact);
        for (const change of changes) {
          const id = clockId(change.obligation, change.subject);
          const list = effects.get(id) ?? [];
          list.push({ event: input.id, change, item: input.data });
          effects.set(id, list);
        }
        return changes.length > 0 ? ok : drop('moves no clock');
      });
      if (effects.size === 0) return { results };

      // One look-up by primary key for the whole batch.
      const found = await tables
        .selectFrom('clocks')
        .selectAll()
        .where('id', 'in', db.among([...effects.keys()]))
        .execute();
      const known = new Map<string, ClockRow>(found.map(row => [row.id, row]));
      const totals: Totals = new Map();
      const now = time.now();
      const changed = [...effects.entries()]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([id, list]) => {
          const before = known.get(id);
          const after = advance(before, list, now, rules, totals);
          return after ? [{ before, after }] : [];
        });
      return { results, writes: [...writeClocks(db, changed), ...writeTotals(db, totals)] };
    },
  };
}
