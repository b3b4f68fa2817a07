import type { Finding } from '../../contracts/index.js';
import { hourOf, Tally } from '../../policies/index.js';
import type { Database, Write } from '../../runtime/index.js';
import { type Beside, trialOf } from '../models/index.js';
import type { Signal } from '../signals/index.js';
import type { ClassifyRows, QuestionRow } from '../tables.js';
import type { Question } from './questions.js';

/** Written as the rule of a question to a model in shadow: no rule asked it, and none sees the answer. */
export const besideRule = '(shadow)';

/** Questions to the models in shadow, each about the posts that the model is asked about beside which it stands. */
export const besideQuestions = (rows: readonly QuestionRow[], models: readonly Beside[]): QuestionRow[] =>
  rows.flatMap(row =>
    models
      .filter(({ of }) => of === row.signal)
      .map(({ signal }) => ({ ...row, signal: signal.name, rule: besideRule })),
  );

/**
 * Counts answers to the same posts against each other, label by label: over the threshold or not. Whichever answers second finds what the first said. Cost: a
 * look-up by the primary key for each post, while a model is in shadow.
 */
export async function besideWrites(
  db: Database,
  signal: Signal,
  questions: readonly Question[],
  answers: readonly Finding[][],
  models: readonly Beside[],
  now: number,
): Promise<Write[]> {
  const pairs = models.filter(one => one.of === signal.name || one.signal.name === signal.name);
  if (pairs.length === 0) return [];
  const tally = new Tally();
  for (const { signal: shadow, name, of } of pairs) {
    const mine = shadow.name === signal.name;
    const rows = await db
      .tables<ClassifyRows>()
      .selectFrom('questions')
      .select(['key', 'answer'])
      .where('signal', '=', mine ? of : shadow.name)
      .where('state', '=', 'answered')
      .where('key', 'in', db.among(questions.map(({ row }) => row.key)))
      .execute();
    const others = new Map(rows.map(({ key, answer }) => [key, findingsIn(answer)]));
    questions.forEach(({ row, judged }, n) => {
      const other = others.get(row.key);
      if (!other) return;
      const [said, live] = mine ? [answers[n]!, other] : [other, answers[n]!];
      const over = (found: readonly Finding[], label: string) =>
        found.some(one => one.label === label && one.over) ? ('review' as const) : ('allow' as const);
      for (const label of shadow.labels) {
        tally.add({
          trial: trialOf(name, shadow.version()),
          arm: 'shadow',
          what: 'assessed',
          hour: hourOf(now),
          language: judged.language?.split('-', 1)[0] ?? '',
          action: over(said, label),
          rule: label,
          base_action: over(live, label),
          base_rule: label,
        });
      }
    });
  }
  return tally.writes(db);
}

const findingsIn = (answer: string | null): Finding[] =>
  (JSON.parse(answer ?? '{}') as { findings?: Finding[] }).findings ?? [];
