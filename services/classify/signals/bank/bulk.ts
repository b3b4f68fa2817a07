import { type Database, sql, type Write } from '../../../runtime/index.js';
import type { EntryRow } from './tables.js';

/**
 * Whether a column has one of these values. With PostgreSQL as an array: what `among` selects is joined, and before a fresh table's statistics are
 * gathered the join reads all of a source's rows for each of a thousand values.
 */
export const oneOf = (db: Database, column: string, values: readonly string[]) =>
  db.engine === 'postgres'
    ? sql<boolean>`${sql.ref(column)} = any(${[...values]})`
    : sql<boolean>`${sql.ref(column)} in ${db.among(values)}`;

/** An entry as it is to be from now on; its change is counted by the database. `was`: the change as it was read, absent of what is new. */
export type Entry = Omit<EntryRow, 'change'>;
export interface Changed {
  entry: Entry;
  was: number;
}

const columns = {
  id: 'text',
  bank: 'text',
  kind: 'text',
  found_by: 'text',
  content: 'text',
  source: 'text',
  tags: 'text',
  confirmed_by: 'text',
  confirmed_at: 'bigint',
  acts_at: 'double precision',
  expires_at: 'bigint',
  created_at: 'bigint',
  removed_at: 'bigint',
  removed_by: 'text',
} as const satisfies Record<keyof Entry, string>;
const names = Object.keys(columns) as (keyof Entry)[];
const changeable = [
  'tags',
  'confirmed_by',
  'confirmed_at',
  'acts_at',
  'expires_at',
  'removed_at',
  'removed_by',
] as const;

type Raw = ReturnType<typeof sql<unknown>>;

/** Rows as one JSON parameter, under the name `r`: the text of the statement is the same for any number. `n` and `was` beside the columns. */
function rows(db: Database, given: readonly (Entry & { n: number; was: number })[]): Raw {
  const all = { ...columns, n: 'bigint', was: 'bigint' };
  const json = JSON.stringify(given);
  if (db.engine === 'sqlite') {
    const parts = Object.keys(all).map(name => `json_extract(value, '$.${name}') as ${name}`);
    return sql`(select ${sql.raw(parts.join(', '))} from json_each(${json})) as r`;
  }
  const types = Object.entries(all).map(([name, type]) => `${name} ${type}`);
  return sql`json_to_recordset(${json}::json) as r(${sql.raw(types.join(', '))})`;
}

const last = sql`(select last from bank_changes where id = 1)`;

/**
 * Changes many entries, then adds many, each with a change number of its own. Whoever polls by number misses none: the counter is locked until
 * the commit. It conflicts where one of the changed entries is not as it was read, or one like those added is there.
 */
export function writeEntries(db: Database, changed: readonly Changed[], added: readonly Entry[]): Write[] {
  const count = changed.length + added.length;
  if (count === 0) return [];
  const compile = (query: Raw) => query.compile(db.tables<unknown>());
  const numbered = [...changed, ...added.map(entry => ({ entry, was: 0 }))].map(({ entry, was }, n) => ({
    ...Object.fromEntries(names.map(name => [name, entry[name]])),
    n: n + 1 - count,
    was,
  })) as (Entry & { n: number; was: number })[];
  const writes: Write[] = [
    {
      query: compile(
        sql`insert into bank_changes (id, last) values (1, ${count}) on conflict (id) do update set last = bank_changes.last + excluded.last`,
      ),
    },
  ];
  if (changed.length > 0) {
    const set = sql.raw(changeable.map(name => `${name} = r.${name}`).join(', '));
    writes.push({
      query: compile(
        sql`update bank_entries set ${set}, change = ${last} + r.n from ${rows(db, numbered.slice(0, changed.length))} where bank_entries.id = r.id and bank_entries.change = r.was`,
      ),
      atLeast: changed.length,
    });
  }
  if (added.length > 0) {
    const into = sql.raw(names.join(', '));
    const from = sql.raw(names.map(name => `r.${name}`).join(', '));
    writes.push({
      query: compile(
        sql`insert into bank_entries (${into}, change) select ${from}, ${last} + r.n from ${rows(db, numbered.slice(changed.length))} where true`,
      ),
    });
  }
  return writes;
}
