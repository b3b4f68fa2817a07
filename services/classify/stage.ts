import {
  type AssessedWith,
  busKey,
  eventId,
  type PostReceived,
  postAssessed,
  postReceived,
  versionKey,
} from '../contracts/index.js';
import { readPosts, type StoredPost } from '../ingest/index.js';
import {
  aloneIn,
  factsOf,
  type InForce,
  namedBy,
  type Policy,
  packBasis,
  type Scores,
  type Trials,
} from '../policies/index.js';
import { drop, type Input, type Outgoing, ok, type Result, type Runtime, type Stage } from '../runtime/index.js';
import { assessedAs, detailOf } from './assessed.js';
import { judgedPosts } from './judged.js';
import { besideQuestions, keptBeside } from './later/index.js';
import type { Reach } from './metrics.js';
import type { RunningSignals } from './signals/index.js';
import { type AssessmentRow, assessmentsTable, type QuestionRow, questionsTable } from './tables.js';
import { type AtOnce, askAtOnce, type JudgedPost } from './tiers.js';
import { keepSet, setOf } from './version-sets.js';

/** As in `posts`: platform/version/id. */
/** Who watches what is decided: the metrics, versions on trial, the counts of scores. */
export interface Watching {
  reach: Reach;
  trials: Trials;
  scores?: Scores;
}

/**
 * Assesses what came in by what is known at once. What is allowed is kept and told to nobody: it starts no clock and no case. Where a costly signal could
 * still make the action severer, the same commit puts it the question.
 */
export function classifyStage(
  runtime: Runtime,
  signals: RunningSignals,
  policies: InForce,
  { reach, trials, scores }: Watching,
): Stage<typeof postReceived.schema> {
  const { db } = runtime;

  /** Why a post is not assessed; undefined where it is. */
  const passedOver = (input: Input<PostReceived>, stored: StoredPost | undefined): string | undefined => {
    if (input.data.flags.includes('not-public')) return 'not public';
    if (!stored) return 'erased';
    return stored.post.deletedAt ? 'deleted' : undefined;
  };

  return {
    name: 'classify',
    topic: 'posts',
    accepts: { [postReceived.type]: postReceived.schema },
    batch: runtime.config.CLASSIFY_BATCH,
    async handle(inputs, { time }) {
      const stored = await readPosts(
        db,
        inputs.map(input => input.data),
      );
      const results = inputs.map((input, i): Result => {
        const reason = passedOver(input, stored[i]);
        return reason ? drop(reason) : ok;
      });
      const open = inputs.flatMap((input, i) =>
        results[i]?.kind === 'ok' ? [{ input, post: stored[i] as StoredPost }] : [],
      );
      if (open.length === 0) return { results };
      const now = time.now();
      const judged = await judgedPosts(
        db,
        policies,
        open.map(({ post }) => post),
        now,
      );
      const used = versionsOf(signals, policies.current());
      const set = setOf(used);
      const found = await askAtOnce(signals.signals, policies, judged, signals.context());
      const rows: AssessmentRow[] = [];
      const questions: QuestionRow[] = [];
      const events: Outgoing[] = [];
      open.forEach(({ input, post }, i) => {
        const { policy, decision, findings, beside, open, takes, reachedModels } = found[i] as AtOnce;
        const assessed = assessedAs(post, decision, findings, { ...used, policy: namedBy(policy) }, now);
        const { action, rule } = assessed;
        const row = {
          key: versionKey(assessed),
          item: busKey(assessed),
          action,
          rule,
          detail: detailOf(assessed, set),
        };
        const asked = open.length > 0;
        const basis = packBasis({
          language: assessed.language,
          flags: post.flags,
          facts: factsOf(judged[i] as JudgedPost),
          findings,
          takes,
          reachedModels,
          asked,
        });
        rows.push({ ...row, received_at: assessed.receivedAt, assessed_at: now, basis, answered: null });
        const seen = asked ? keptBeside(beside) : null;
        for (const { signal, rule } of open) questions.push(questionOf(row, signal.name, rule, findings, seen, now));
        if (action === 'allow') return;
        const event = {
          id: eventId(input.id, 'classify'),
          type: postAssessed.type,
          source: '/classify',
          time: now,
          key: input.key,
          data: assessed,
        };
        events.push({ topic: 'assessments', event });
      });
      reach(found);
      const watched = found.map((one, i) => ({ ...one, key: rows[i]!.key, language: judged[i]!.language }));
      const writes = [db.insert(assessmentsTable, rows, { onConflict: 'replace' }), keepSet(db, used, set, now)];
      questions.push(...besideQuestions(questions, signals.beside()));
      if (questions.length > 0) writes.push(db.insert(questionsTable, questions, { onConflict: 'nothing' }));
      writes.push(...trials.writes(db, policies, watched, now));
      if (scores) writes.push(...scores.assessed(countedOf(judged, found)));
      return { results, writes, events };
    },
  };
}

/** Posts as the counts of scores take them. */
const countedOf = (judged: readonly JudgedPost[], found: readonly AtOnce[]) =>
  found.map(({ policy, decision, findings }, n) => {
    const { platform, id, version, language, flags } = judged[n]!;
    const { action, rule } = decision;
    const alone = aloneIn(policy, judged[n]!, findings, decision);
    return { platform, id, version, language, flags, action, rule, findings, alone };
  });

/** What assessments of this moment are made with. */
export function versionsOf(signals: RunningSignals, policy: Policy): AssessedWith {
  const known = signals.versions();
  const model = known['text-model'];
  return { policy: namedBy(policy), ...(model !== undefined && { model }), signals: known };
}

const questionOf = (
  { key, item }: Pick<AssessmentRow, 'key' | 'item'>,
  signal: string,
  rule: string,
  findings: AtOnce['findings'],
  beside: string | null,
  now: number,
): QuestionRow => ({
  key,
  signal,
  item,
  rule,
  findings: JSON.stringify(findings),
  beside,
  asked_at: now,
  next_at: now,
  lease_until: 0,
  attempts: 0,
  state: 'open',
  answer: null,
  version: null,
  answered_at: null,
});
