import type { Database } from '../runtime/index.js';
import type { CaseRow, EnforceRows } from './tables.js';

/** What a person decided last about a version of a post. */
export interface Reviewed {
  version: number;
  violating: boolean;
  /** Why, in the law's terms, where they said so. */
  category: string | null;
}

/** What people decided about versions of these items, by `item/version`. Cost: one look-up in the index `cases_item` for each item. */
export async function readReviewed(db: Database, items: readonly string[]): Promise<Map<string, Reviewed>> {
  const rows = await db
    .tables<EnforceRows>()
    .selectFrom('cases')
    .select(['item', 'version', 'decision', 'category', 'decided_by'])
    .where('item', 'in', db.among(items))
    .where('state', '=', 'decided')
    .where('decided_by', '<>', 'policy')
    .orderBy('decided_at')
    .execute();
  return new Map(
    rows.map(({ item, version, decision, category }: Pick<CaseRow, 'item' | 'version' | 'decision' | 'category'>) => [
      `${item}/${version}`,
      { version, violating: decision === 'remove', category },
    ]),
  );
}
