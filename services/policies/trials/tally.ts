import { type Database, sql, type Write } from '../../runtime/index.js';
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
    const names = Object.keys(policyTalliesTable.columns);
    const json = JSON.stringify(rows);
    const from =
      db.engine === 'sqlite'
        ? sql`(select ${sql.raw(names.map(name => `json_extract(value, '$.${name}') as ${name}`).join(', '))} from json_each(${json})) as r`
        : sql`json_to_recordset(${json}::json) as r(${sql.raw(names.map(name => `${name} ${policyTalliesTable.columns[name]}`).join(', '))})`;
    const list = sql.raw(names.join(', '));
    const key = sql.raw(policyTalliesTable.primaryKey.join(', '));
    const query = sql`insert into policy_tallies (${list}) select ${sql.raw(names.map(name => `r.${name}`).join(', '))} from ${from} where true on conflict (${key}) do update set n = policy_tallies.n + excluded.n`;
    return [{ query: query.compile(db.tables<unknown>()) }];
  }
}
