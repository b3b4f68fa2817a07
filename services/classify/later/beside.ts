import type { Finding } from '../../contracts/index.js';
import { hourOf, spokenIn, Tally } from '../../policies/index.js';
import type { Database, Write } from '../../runtime/index.js';
import { type Beside, trialOf } from '../models/index.js';
import type { ClassifyRows, QuestionRow } from '../tables.js';
import type { Answer } from './answers.js';
import type { Question } from './questions.js';

/** Written as the rule of a question to a model in shadow: no rule asked it, and none sees the answer. */
export const besideRule = '(shadow)';

/** After how long (ms) a model in shadow is asked: by then the one beside which it stands has mostly answered. */
const after = 500;

/** Questions to the models in shadow, each about the posts that the model is asked about beside which it stands. */
export const besideQuestions = (rows: readonly QuestionRow[], models: readonly Beside[]): QuestionRow[] =>
  rows.flatMap(row =>
    models
      .filter(({ of }) => of === row.signal)
      .map(({ signal }) => ({
        ...row,
        signal: signal.name,
        rule: besideRule,
        beside: null,
        next_at: row.asked_at + after,
      })),
  );

/** What the model said beside which `model` stands, by key of the post; `undefined` of posts about which it is still asked. */
export async function saidBeside(
  db: Database,
  model: Beside,
  rows: readonly QuestionRow[],
): Promise<Map<string, Finding[] | undefined>> {
  const found = await db
    .tables<ClassifyRows>()
    .selectFrom('questions')
    .select(['key', 'state', 'answer'])
    .where('signal', '=', model.of)
    .where('key', 'in', db.among(rows.map(({ key }) => key)))
    .execute();
  return new Map(found.map(({ key, state, answer }) => [key, state === 'open' ? undefined : findingsIn(answer)]));
}

/** Counts what a model in shadow said against what the other did of the same posts, label by label: over the threshold or not. */
export function besideWrites(
  db: Database,
  { signal, name }: Beside,
  answers: ReadonlyMap<Question, Answer>,
  said: ReadonlyMap<string, Finding[] | undefined>,
  now: number,
): Write[] {
  const tally = new Tally();
  const over = (found: readonly Finding[], label: string) =>
    found.some(one => one.label === label && one.over) ? ('review' as const) : ('allow' as const);
  for (const [{ row, judged }, answer] of answers) {
    const live = said.get(row.key);
    // One of the two gave no answer.
    if (!live?.length || 'why' in answer) continue;
    for (const label of signal.labels) {
      tally.add({
        trial: trialOf(name, signal.version()),
        arm: 'shadow',
        what: 'assessed',
        hour: hourOf(now),
        language: spokenIn(judged) ?? '',
        action: over(answer.findings, label),
        rule: label,
        base_action: over(live, label),
        base_rule: label,
      });
    }
  }
  return tally.writes(db);
}

const findingsIn = (answer: string | null): Finding[] =>
  (JSON.parse(answer ?? '{}') as { findings?: Finding[] }).findings ?? [];
