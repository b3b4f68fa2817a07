import { type Action, busKey, versionKey } from '../contracts/index.js';
import { type Made, type MadeOf, versionIn } from '../policies/index.js';
import type { Database } from '../runtime/index.js';
import type { AssessmentRow, ClassifyRows } from './tables.js';

/** What was made of posts, of their newest version where none is named. Cost: a look-up of the index `assessments_item` for each. */
export const madeOf =
  (db: Database): MadeOf =>
  async posts => {
    const items = posts.map(({ platform, postId }) => busKey({ platform, id: postId }));
    const rows = await db
      .tables<ClassifyRows>()
      .selectFrom('assessments')
      .select(['key', 'item', 'action', 'rule', 'detail', 'assessed_at'])
      .where('item', 'in', db.among([...new Set(items)]))
      .orderBy('assessed_at')
      .execute();
    return posts.map(({ platform, postId, version }, n) => {
      const key = version === undefined ? undefined : versionKey({ platform, version, id: postId });
      const found = rows.findLast(row => row.item === items[n] && (key === undefined || row.key === key));
      return found && made(found);
    });
  };

function made({
  action,
  rule,
  detail,
  assessed_at: at,
}: Pick<AssessmentRow, 'action' | 'rule' | 'detail' | 'assessed_at'>): Made {
  const { versions } = JSON.parse(detail) as { versions: { policy: string } };
  return { policy: versionIn(versions.policy), action: action as Action, rule, at };
}
