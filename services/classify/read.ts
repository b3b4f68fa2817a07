import { busKey } from '../contracts/index.js';
import type { Database } from '../runtime/index.js';
import type { AssessmentRow, ClassifyRows } from './tables.js';

/** The view that other services have of the assessments: all versions of one item, oldest first. */
export function readAssessment(db: Database, platform: string, id: string): Promise<AssessmentRow[]> {
  return db
    .tables<ClassifyRows>()
    .selectFrom('assessments')
    .selectAll()
    .where('item', '=', busKey({ platform, id }))
    .orderBy('assessed_at')
    .execute();
}

/** What was made of many items of one platform, by id: the newest version's. */
export async function readOutcomes(
  db: Database,
  platform: string,
  ids: readonly string[],
): Promise<Map<string, { action: string; rule: string; receivedAt: number; assessedAt: number }>> {
  const rows = await db
    .tables<ClassifyRows>()
    .selectFrom('assessments')
    .select(['item', 'action', 'rule', 'received_at', 'assessed_at'])
    .where('item', 'in', db.among(ids.map(id => busKey({ platform, id }))))
    .orderBy('assessed_at')
    .execute();
  const start = platform.length + 1;
  return new Map(
    rows.map(row => [
      row.item.slice(start),
      { action: row.action, rule: row.rule, receivedAt: row.received_at, assessedAt: row.assessed_at },
    ]),
  );
}
