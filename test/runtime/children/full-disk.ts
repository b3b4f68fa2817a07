// Fills a database until the operating system writes no more, then gets room again. Arguments: the file, the program prlimit.
import { execFileSync } from 'node:child_process';
import { migrate, openSqlite, sql, type Table } from '../../../services/runtime/index.js';

const [path = '', prlimit = ''] = process.argv.slice(2);
const limit = (bytes: string): void => {
  execFileSync(prlimit, ['--pid', String(process.pid), `--fsize=${bytes}:unlimited`]);
};
const items: Table = { name: 'items', columns: { id: 'bigint', text: 'text' }, primaryKey: ['id'] };
const db = await openSqlite(path);
await migrate(db, [items]);

limit('1000000');
let committed = 0;
const refused = new Set<string>();
for (let id = 0; id < 60; id++) {
  try {
    await db.commit([db.insert(items, [{ id, text: 'x'.repeat(50_000) }])]);
    committed++;
  } catch (error) {
    refused.add((error as Error).name);
  }
}
limit('unlimited');
const after = await db.commit([db.insert(items, [{ id: 1_000, text: 'later' }])]).then(
  () => 'committed',
  (error: Error) => error.message,
);
const { rows } = await sql<{ n: number }>`select count(*) as n from items`.execute(db.tables<unknown>());
console.log(JSON.stringify({ committed, refused: [...refused], after, kept: rows[0]?.n }));
await db.stop();
