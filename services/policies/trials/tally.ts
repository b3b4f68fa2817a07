import type { Database, Write } from '../../runtime/index.js';
import { policyTalliesTable, type TallyRow } from './tables.js';

const hourMs = 3600_000;
/** The hour (ms since 1970) that an instant is counted in. */
export const hourOf = (at: number): number => Math.floor(at / hourMs) * hourMs;

/** Counts to be added to the record in one statement. */
export class Tally {
  readonly #cells = new Map<string, TallyRow>();

  add(cell: Omit<TallyRow, 'n'>, n = 1): void {
    // In the order of the primary key.
    const { trial, arm, what, hour, language, action, rule, base_action, base_rule } = cell;
    const key = `${trial}\0${arm}\0${what}\0${hour}\0${language}\0${action}\0${rule}\0${base_action}\0${base_rule}`;
    const known = this.#cells.get(key);
    if (known) known.n += n;
    else this.#cells.set(key, { ...cell, n });
  }

  /** The write that adds them; none where there are none. Rows in one order, so that two processes that add at once never wait for each other in a circle. */
  writes(db: Database): Write[] {
    if (this.#cells.size === 0) return [];
    const rows = [...this.#cells].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
    return [db.insert(policyTalliesTable, rows, { onConflict: 'add' })];
  }
}
