import {
  type InForce,
  type Judgement,
  type LaterAnswer,
  type SignalInfo,
  type Tally,
  type Trials,
  withAnswers,
} from '../../policies/index.js';
import type { Database, Write } from '../../runtime/index.js';
import type { AtOnce } from '../tiers.js';
import type { Question } from './questions.js';

/** By version of a policy in shadow: what it made of a post at once. */
type AtFirst = Record<string, Pick<Judgement, 'action' | 'rule'>>;

/** What shadows made of a post at once, as a question keeps it: by that they are judged again once it is answered. */
export const keptBeside = (beside: AtOnce['beside']): string | null =>
  beside.length === 0
    ? null
    : JSON.stringify(
        Object.fromEntries(
          beside.map(({ policy, decision: { action, rule } }) => [policy.version, { action, rule }] as const),
        ) satisfies AtFirst,
      );

/**
 * The writes by which shadows are counted as they judge a post with this answer too, beside what is done about it then.
 * @param earlier what other signals answered before
 * @param after what is done from now on
 */
export function shadowWrites(
  db: Database,
  { trials, tally }: { trials: Trials; tally: Tally },
  policies: Pick<InForce, 'decides' | 'shadows'>,
  signals: readonly SignalInfo[],
  { row, judged, findings, action, rule }: Pick<Question, 'row' | 'judged' | 'findings' | 'action' | 'rule'>,
  answer: LaterAnswer,
  earlier: Readonly<Record<string, LaterAnswer>>,
  after: Judgement,
): Write[] {
  if (row.beside === null) return [];
  const atFirst = JSON.parse(row.beside) as AtFirst;
  const post = { key: row.key, language: judged.language, at: row.asked_at, policy: policies.decides(judged) };
  return policies.shadows().flatMap(shadow => {
    const first = atFirst[shadow.version];
    if (!first) return [];
    const by = (answers: Readonly<Record<string, LaterAnswer>>): Judgement =>
      withAnswers(shadow, signals, judged, findings, { ...first, reasons: [] }, answers);
    const was = { shadow: by(earlier), live: { action, rule } };
    const is = { shadow: by({ ...earlier, [row.signal]: answer }), live: after };
    return trials.moved(db, tally, post, shadow, was, is);
  });
}
