import { type Database, sql, type Write } from '../../runtime/index.js';
import { type IndexRow, indexTable, type MarkRow, markTable } from './tables.js';

/** A post as it enters the index. */
export interface Entry extends IndexRow {
  words: string;
  marks: ReadonlySet<string>;
}

/**
 * Where the words are: SQLite keeps them in a full-text table of its own (FTS5, which holds no text, only where words stand), PostgreSQL beside the row
 * (tsvector, GIN). Both go with the row, by whatever it is deleted.
 */
const structure = {
  sqlite: [
    `create virtual table if not exists post_words using fts5(words, content='', contentless_delete=1,
      tokenize="unicode61 remove_diacritics 0")`,
    `create trigger if not exists post_index_gone after delete on post_index begin
      delete from post_words where rowid = old.n; delete from post_marks where n = old.n; end`,
  ],
  postgres: [
    `select pg_advisory_xact_lock(hashtext('sansdelai search'))`,
    'alter table post_index add column if not exists words tsvector',
    'create index if not exists post_index_words on post_index using gin (words) with (fastupdate = on)',
    `create or replace function post_index_gone() returns trigger language plpgsql as
      'begin delete from post_marks where n = old.n; return null; end'`,
    'create or replace trigger post_index_gone after delete on post_index for each row execute function post_index_gone()',
  ],
} as const;

/** Makes what the declared tables can't say; again is nothing. */
export async function prepareWords(db: Database): Promise<void> {
  await db.commit(structure[db.engine].map(text => ({ query: sql.raw(text).compile(db.tables<unknown>()) })));
}

/** The writes that make posts be found. */
export function enter(db: Database, entries: readonly Entry[]): Write[] {
  if (entries.length === 0) return [];
  const tables = db.tables<unknown>();
  const rows = entries.map(({ words: _, marks: __, ...row }): IndexRow => row);
  const marks = entries.flatMap(({ n, received_at, marks }) =>
    [...marks].map((mark): MarkRow => ({ mark, n, received_at })),
  );
  const marking = db.insert(markTable, marks, { onConflict: 'nothing' });
  if (db.engine === 'sqlite') {
    const words: { name: string; columns: Record<string, 'bigint' | 'text'>; primaryKey: string[] } = wordsTable;
    const filled = entries.map(({ n, words }) => ({ rowid: n, words }));
    return [db.insert(indexTable, rows), db.insert(words, filled), marking];
  }
  const json = JSON.stringify(entries.map(({ marks: _, ...row }) => row));
  const query = sql`insert into post_index (n, item, version, key, received_at, words)
    select n, item, version, key, received_at, to_tsvector('simple', words)
    from json_to_recordset(${json}::json) as r(n bigint, item text, version integer, key text, received_at bigint, words text)`;
  return [{ query: query.compile(tables) }, marking];
}

const wordsTable = {
  name: 'post_words',
  columns: { rowid: 'bigint' as const, words: 'text' as const },
  primaryKey: ['rowid'],
};

/** So many of the newest are read in their order, in some milliseconds, before the index of words is asked for all. */
const looked = 20_000;

/** Numbers of the posts that hold all of these phrases, the newest first. */
export async function findWords(
  db: Database,
  phrases: readonly string[],
  before: number,
  most: number,
): Promise<number[]> {
  const tables = db.tables<unknown>();
  if (db.engine === 'sqlite') {
    // Letters, digits and spaces are all that is left in a phrase.
    const match = phrases.map(phrase => `"${phrase}"`).join(' ');
    const { rows } = await sql<{ n: number }>`select rowid as n from post_words where post_words match ${match}
      and rowid < ${before} order by rowid desc limit ${most}`.execute(tables);
    return rows.map(({ n }) => n);
  }
  const query = sql.join(
    phrases.map(phrase => sql`phraseto_tsquery('simple', ${phrase})`),
    sql` && `,
  );
  // For a phrase of frequent words the index leads to nearly every post, each to be looked at: in their order it is no slower, and ends with the page.
  if (phrases.some(phrase => phrase.includes(' '))) {
    const { rows } = await sql<{ n: number }>`select n from post_index where words @@ (${query})
      and n < ${before} order by n desc limit ${most}`.execute(tables);
    return rows.map(({ n }) => n);
  }
  // PostgreSQL can't tell a rare word from a frequent one, and would read all posts backwards for either. Frequent ones are among the newest.
  const { rows: newest } = await sql<{ n: number }>`select n from (
    select n, words from post_index where n < ${before} order by n desc limit ${sql.lit(looked)}) as newest
    where words @@ (${query}) order by n desc limit ${most}`.execute(tables);
  if (newest.length === most) return newest.map(({ n }) => n);
  const { rows } = await sql<{ n: number }>`with found as materialized (
    select n from post_index where words @@ (${query}) and n < ${before})
    select n from found order by n desc limit ${most}`.execute(tables);
  return rows.map(({ n }) => n);
}
