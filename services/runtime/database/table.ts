import { CompiledQuery, type Kysely, type Migration, sql } from 'kysely';
import type { ColumnType, Table } from './types.js';

const sqliteTypes: Record<ColumnType, string> = { text: 'text', bigint: 'integer', integer: 'integer', double: 'real' };
const postgresTypes: Record<ColumnType, string> = {
  text: 'text',
  bigint: 'bigint',
  integer: 'integer',
  double: 'double precision',
};

const typeOf = (column: string): ColumnType => column.replace('?', '') as ColumnType;
const quote = (name: string): string => `"${name}"`;

interface InsertOptions {
  onConflict?: 'nothing' | 'replace';
  returning?: readonly string[];
}

const texts = new WeakMap<Table, Map<string, string>>();

/**
 * Many rows as one JSON parameter: the statement's text depends on nothing but table and options, so it is prepared once, and crosses the
 * thread as one string. Rows may leave out nullable columns.
 */
export function insertSql(
  engine: 'sqlite' | 'postgres',
  table: Table,
  rows: readonly object[],
  options: InsertOptions = {},
): CompiledQuery {
  const known = texts.get(table) ?? new Map<string, string>();
  texts.set(table, known);
  const shape = `${engine} ${options.onConflict ?? ''} ${options.returning?.join() ?? ''}`;
  let text = known.get(shape);
  if (!text) {
    text = insertText(engine, table, options);
    known.set(shape, text);
  }
  return CompiledQuery.raw(text, [JSON.stringify(rows)]);
}

function insertText(engine: 'sqlite' | 'postgres', table: Table, { onConflict, returning }: InsertOptions): string {
  const columns = Object.keys(table.columns);
  const names = columns.map(quote).join(', ');
  const source =
    engine === 'sqlite'
      ? `select ${columns.map(column => `value->>'$.${column}'`).join(', ')} from json_each(?) where true`
      : `select ${names} from json_to_recordset($1::json) as r(${columns
          .map(column => `${quote(column)} ${postgresTypes[typeOf(table.columns[column] ?? 'text')]}`)
          .join(', ')})`;
  const key = table.primaryKey.map(quote).join(', ');
  const others = columns.filter(column => !table.primaryKey.includes(column));
  const conflict =
    onConflict === 'nothing'
      ? ` on conflict (${key}) do nothing`
      : onConflict === 'replace'
        ? ` on conflict (${key}) do update set ${others.map(column => `${quote(column)} = excluded.${quote(column)}`).join(', ')}`
        : '';
  const back = returning ? ` returning ${returning.map(quote).join(', ')}` : '';
  return `insert into ${quote(table.name)} (${names}) ${source}${conflict}${back}`;
}

/** The migration that makes a table with its indexes, on either engine. */
export function createTable(engine: 'sqlite' | 'postgres', table: Table): Migration {
  const types = engine === 'sqlite' ? sqliteTypes : postgresTypes;
  const columns = Object.entries(table.columns).map(
    ([name, type]) => `${quote(name)} ${types[typeOf(type)]}${type.endsWith('?') ? '' : ' not null'}`,
  );
  const create = `create table ${quote(table.name)} (${columns.join(', ')}, primary key (${table.primaryKey.map(quote).join(', ')}))`;
  const indexes = Object.entries(table.indexes ?? {}).map(
    ([name, index]) =>
      `create ${index.unique ? 'unique ' : ''}index ${quote(`${table.name}_${name}`)} on ${quote(table.name)} (${index.columns
        .map(quote)
        .join(', ')})${index.where ? ` where ${index.where}` : ''}`,
  );
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const statement of [create, ...indexes]) await sql.raw(statement).execute(db);
    },
  };
}

/** One row that readiness writes to: a database that only reads is not able to take work. */
export const healthTable: Table = { name: 'health', columns: { id: 'integer', at: 'bigint' }, primaryKey: ['id'] };
export const writeProbe = 'insert into health (id, at) values (1, 1) on conflict (id) do update set at = health.at + 1';
