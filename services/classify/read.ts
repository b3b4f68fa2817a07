import { busKey, type Finding, type PostKey, versionKey } from '../contracts/index.js';
import type { Database } from '../runtime/index.js';
import type { AssessmentRow, ClassifyRows, QuestionRow } from './tables.js';
import { versionsIn } from './version-sets.js';

/**
 * The view that other services have of the assessments: all versions of one item, oldest first. `detail` holds, beside what was found, the versions of all
 * signals (`versions.signals`) and what costly signals were asked (`asked`).
 */
export async function readAssessment(db: Database, platform: string, id: string): Promise<AssessmentRow[]> {
  const item = busKey({ platform, id });
  const rows = db.tables<ClassifyRows>();
  // Questions first: an answer that is told is then in what was made of the post.
  const questions = await rows.selectFrom('questions').selectAll().where('item', '=', item).orderBy('signal').execute();
  const assessments = await rows
    .selectFrom('assessments')
    .selectAll()
    .where('item', '=', item)
    .orderBy('assessed_at')
    .execute();
  const versions = await versionsIn(db, assessments);
  return assessments.map(row => {
    const asked = questions.filter(({ key }) => key === row.key).map(askedOf);
    const detail = { ...JSON.parse(row.detail), versions: versions.get(row.key), ...(asked.length > 0 && { asked }) };
    return { ...row, detail: JSON.stringify(detail) };
  });
}

/** What was found in one version of a post; undefined where it was not assessed. Cost: one look-up. */
export async function readFindings(db: Database, post: PostKey): Promise<Finding[] | undefined> {
  const row = await db
    .tables<ClassifyRows>()
    .selectFrom('assessments')
    .select('detail')
    .where('key', '=', versionKey(post))
    .executeTakeFirst();
  return row && ((JSON.parse(row.detail) as { findings?: Finding[] }).findings ?? []);
}

const askedOf = ({ signal, rule, state, version, answer, asked_at, answered_at }: QuestionRow): object => ({
  signal,
  rule,
  state,
  ...(version !== null && { version }),
  ...(answer !== null && JSON.parse(answer)),
  askedAt: asked_at,
  ...(answered_at !== null && { answeredAt: answered_at }),
});

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
