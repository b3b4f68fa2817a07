import { type Database, sql, type Write } from '../runtime/index.js';
import type { SearchRows } from './search/tables.js';
import type { IngestRows, PostRow } from './tables.js';

/**
 * With PostgreSQL two commits at the same moment do not see each other's rows: a version and the one that erases it could both be kept. Whoever
 * erases therefore waits for all who take in, and they for it. One name for the whole table: deletions are few, and a commit is short.
 */
const lock = (db: Database, erasing: boolean): Write[] =>
  db.engine === 'postgres'
    ? [
        {
          query:
            sql`select ${sql.raw(erasing ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared')}(hashtext('sansdelai posts'))`.compile(
              db.tables<unknown>(),
            ),
        },
      ]
    : [];

/** For who writes something that is erased with a post. */
export const sharingLock = (db: Database): Write[] => lock(db, false);

/** Before new rows are kept: a deletion, or an audience that is public no more, erases what earlier versions said. */
export function eraseEarlier(db: Database, fresh: readonly PostRow[]): Write[] {
  const erasing = fresh.filter(row => row.erases === 1);
  const updates = erasing.map(({ item, version }) => ({
    query: db
      .tables<IngestRows>()
      .updateTable('posts')
      .set({ body: null })
      .where('item', '=', item)
      .where('version', '<', version),
  }));
  // What is searched by goes at the same moment.
  const items = db.among(erasing.map(({ item }) => item));
  const forget = { query: db.tables<SearchRows>().deleteFrom('post_index').where('item', 'in', items) };
  return [...lock(db, erasing.length > 0), ...updates, ...(erasing.length > 0 ? [forget] : [])];
}

/** After: an earlier version that comes in only now is erased at once. */
export function eraseLate(db: Database, fresh: readonly PostRow[]): Write[] {
  const keys = fresh.filter(row => row.erases === 0).map(row => row.key);
  if (keys.length === 0) return [];
  const query = db
    .tables<IngestRows>()
    .updateTable('posts')
    .set({ body: null })
    .where('key', 'in', db.among(keys))
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('posts as later')
          .select('later.key')
          .whereRef('later.item', '=', 'posts.item')
          .whereRef('later.version', '>', 'posts.version')
          .where('later.erases', '=', 1),
      ),
    );
  return [{ query }];
}
