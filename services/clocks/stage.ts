import { type EvidenceFact, evidenceTypes } from '../contracts/index.js';
import { type Database, ok, type Stage } from '../runtime/index.js';
import { advance, clockId } from './clock.js';
import { derive } from './derive.js';
import { type Effect, enter } from './enter.js';
import type { Totals } from './figures.js';
import type { Rules } from './obligations.js';
import type { ClockRow, ClockTables } from './tables.js';
import { writeClocks, writeTotals } from './writes.js';

/** The clock's name in the ledger, where the fact brings one. */
function promised(data: EvidenceFact['data'], obligation: string): { tag?: string } {
  const tag = 'clocks' in data ? data.clocks?.[obligation] : undefined;
  return tag === undefined ? {} : { tag };
}

/** The stage that moves the clocks: facts in; clocks, totals and what the ledger enters out, in one commit. */
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
      const byFact = inputs.map(input =>
        derive({ type: input.type, data: input.data } as EvidenceFact).map(
          (change): Effect => ({
            event: input.id,
            change,
            item: input.data,
            ...promised(input.data, change.obligation),
          }),
        ),
      );
      for (const effect of byFact.flat()) {
        const id = clockId(effect.change.obligation, effect.change.subject);
        effects.set(id, [...(effects.get(id) ?? []), effect]);
      }

      // One look-up by primary key for the whole batch.
      const found =
        effects.size === 0
          ? []
          : await tables
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
          const tag = list.find(effect => effect.tag !== undefined)?.tag ?? time.secret(16);
          const after = advance(before, list, now, rules, totals, tag);
          return after ? [{ before, after }] : [];
        });
      const tags = new Map([...known.values(), ...changed.map(({ after }) => after)].map(row => [row.id, row.tag]));
      const events = inputs.flatMap((input, i) =>
        // Who told it has entered it, in the commit that promised so.
        'entered' in input.data && input.data.entered
          ? []
          : [enter(input, byFact[i] ?? [], id => tags.get(id) ?? undefined, rules)],
      );
      return {
        results: inputs.map(() => ok),
        writes: [...writeClocks(db, changed), ...writeTotals(db, totals)],
        events,
      };
    },
  };
}
