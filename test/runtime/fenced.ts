import type { Database, Table, Write } from '../../services/runtime/index.js';

/** One row that only the newest holder of a lease may change. */
export const fencedTable: Table = {
  name: 'fenced',
  columns: { id: 'text', fence: 'bigint', writer: 'text', writes: 'bigint' },
  primaryKey: ['id'],
};
export interface Fenced {
  fenced: { id: string; fence: number; writer: string; writes: number };
}

export const fencedWrite = (db: Database, fence: number, writer: string): Write => ({
  query: db
    .tables<Fenced>()
    .updateTable('fenced')
    .set(({ eb }) => ({ fence, writer, writes: eb('writes', '+', 1) }))
    .where('id', '=', 'one')
    .where('fence', '<=', fence),
  atLeast: 1,
});
