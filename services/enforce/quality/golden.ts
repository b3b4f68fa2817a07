import { Problem, type Runtime } from '../../runtime/index.js';
import { type GoldenItemRow, goldenItemsTable, type QualityRows } from './tables.js';

type NewGolden = Pick<GoldenItemRow, 'language' | 'text' | 'decision' | 'category' | 'why'>;

/** Those in use first, the newest first. */
export async function listGolden({ db }: Pick<Runtime, 'db'>): Promise<GoldenItemRow[]> {
  const query = db.tables<QualityRows>().selectFrom('golden_items').selectAll();
  const rows = await query.orderBy('created_at', 'desc').limit(1_000).execute();
  return [...rows.filter(row => row.retired_at === null), ...rows.filter(row => row.retired_at !== null)];
}

/** A post with a known answer. @returns its id */
export async function addGolden(
  { db, time }: Pick<Runtime, 'db' | 'time'>,
  item: NewGolden,
  by: string,
): Promise<string> {
  const id = time.uuid();
  const row: GoldenItemRow = { id, ...item, created_at: time.now(), created_by: by, retired_at: null };
  await db.commit([db.insert(goldenItemsTable, [row])]);
  return id;
}

/** It is put before nobody any more; what was answered stays in the figures. @throws Problem 404 */
export async function retireGolden({ db, time }: Pick<Runtime, 'db' | 'time'>, id: string): Promise<void> {
  const query = db
    .tables<QualityRows>()
    .updateTable('golden_items')
    .set({ retired_at: time.now() })
    .where('id', '=', id)
    .where('retired_at', 'is', null);
  const [result] = await db.commit([{ query }]);
  if (!result?.affected) throw new Problem(404, 'There is no such item in use.');
}
