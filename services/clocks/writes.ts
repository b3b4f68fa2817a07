import { type Database, sql, type Write } from '../runtime/index.js';
import type { Totals } from './figures.js';
import { type ClockRow, type ClockTables, clocksTable } from './tables.js';

/** Brings clocks from what was read to what follows: new rows must be new, others must be as they were read. */
export function writeClocks(db: Database, changes: readonly { before?: ClockRow; after: ClockRow }[]): Write[] {
  const rows = db.tables<ClockTables>();
  const added = changes.filter(({ before }) => !before).map(({ after }) => after);
  const changed = changes.flatMap(({ before, after }) => {
    if (!before) return [];
    const { id, obligation: _o, subject: _s, platform: _p, post_id: _i, post_version: _v, ...set } = after;
    const query = rows.updateTable('clocks').set(set).where('id', '=', id).where('version', '=', before.version);
    return [{ query, atLeast: 1 }];
  });
  return added.length > 0 ? [...changed, db.insert(clocksTable, added)] : changed;
}

/** Adds to the totals. In one order whoever writes, so that two processes never wait for each other in a circle. */
export function writeTotals(db: Database, totals: Totals): Write[] {
  const rows = db.tables<ClockTables>();
  return [...totals.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, row]) => ({
      query: rows
        .insertInto('clock_totals')
        .values(row)
        .onConflict(conflict =>
          conflict
            .columns(['obligation', 'route', 'measure'])
            .doUpdateSet({ value: sql<number>`clock_totals.value + excluded.value` }),
        ),
    }));
}
