import { eventId, type Finding, postAssessed } from '../../contracts/index.js';
import {
  aloneIn,
  type Decision,
  decide,
  type InForce,
  type LaterAnswer,
  namedBy,
  type Scores,
  severity,
  Tally,
  type Trials,
  withoutAnswer,
} from '../../policies/index.js';
import { ConflictError, type Outgoing, type Runtime, type Write } from '../../runtime/index.js';
import { assessedAs, detailOf } from '../assessed.js';
import type { Asked, ClassifyMetrics } from '../metrics.js';
import type { RunningSignals } from '../signals/index.js';
import type { ClassifyRows } from '../tables.js';
import { keepSet, setOf } from '../version-sets.js';
import { besideRule } from './beside.js';
import { close, type Question, readQuestions, stillOpen } from './questions.js';
import { shadowWrites } from './shadows.js';

/** What a signal said of a post and what it went by, or why it said nothing. */
export type Answer = { findings: Finding[]; version: string } | { why: string };

/** Conflicts in a row that can be the answers of others; more are something else, and the questions wait for their lease to end. */
const mostConflicts = 50;

/** What follows for some questions, in one commit. */
interface Changes {
  /** Before the others, in the order of the posts, so that two that answer about the same ones never wait for each other in a circle. */
  guards: Write[];
  writes: Write[];
  tally: Tally;
  events: Outgoing[];
}

/**
 * Closes questions with their answers. One that makes the action severer is told as a new assessment of the same version. What is counted moves with
 * it, from what the answers before left: so each answer is an update of its post's row that holds only while no other has come in since that was
 * read. Where one has, what follows is worked out again.
 */
export class Answers {
  constructor(
    private readonly runtime: Runtime,
    private readonly signals: RunningSignals,
    private readonly policies: InForce,
    private readonly watching: Pick<ClassifyMetrics, 'asked'> & { trials: Trials; scores?: Scores },
  ) {}

  /**
   * @param answers about posts, all of one signal
   * @param more what goes into the same commit for those of the questions that nobody has closed meanwhile
   */
  async settle(
    answers: ReadonlyMap<Question, Answer>,
    more: (open: ReadonlyMap<Question, Answer>) => Write[] = () => [],
  ): Promise<void> {
    const { db, time } = this.runtime;
    let open = answers;
    for (let conflicts = 0; open.size > 0; ) {
      try {
        await this.#commit(open, more);
        return;
      } catch (error) {
        if (!(error instanceof ConflictError) || ++conflicts === mostConflicts) throw error;
      }
      const byKey = new Map([...answers].map(([{ row }, answer]) => [row.key, answer]));
      const rows = await stillOpen(
        db,
        [...open.keys()].map(({ row }) => row),
      );
      const anew = new Map<Question, Answer>();
      const moot: Write[] = [];
      (await readQuestions(db, rows, this.policies, time.now())).forEach((question, n) => {
        const row = rows[n]!;
        if (typeof question === 'string') moot.push(close(this.runtime, row, 'moot', { why: question }, null));
        else anew.set(question, byKey.get(row.key)!);
      });
      await db.commit(moot);
      open = anew;
    }
  }

  async #commit(
    answers: ReadonlyMap<Question, Answer>,
    more: (open: ReadonlyMap<Question, Answer>) => Write[],
  ): Promise<void> {
    const changes: Changes = { guards: [], writes: [], tally: new Tally(), events: [] };
    const sorted = [...answers].sort(([a], [b]) => (a.row.key < b.row.key ? -1 : 1));
    for (const [question, answer] of sorted) this.#follow(changes, question, answer);
    const { guards, writes, tally, events } = changes;
    const all = [...guards, ...writes, ...tally.writes(this.runtime.db), ...more(answers)];
    await this.runtime.commit(all, events);
    for (const [{ row }, answer] of sorted) this.watching.asked(row.signal, stateOf(answer), 1);
  }

  #follow(changes: Changes, question: Question, answer: Answer): void {
    const { row, judged, findings } = question;
    const policy = this.policies.decides(judged);
    const found = 'why' in answer ? undefined : answer.findings;
    const told: LaterAnswer = 'why' in answer ? answer : { findings: answer.findings };
    const version = 'why' in answer ? null : answer.version;
    // Who closes it counts it: the lease may have run out, and another asked as well.
    changes.guards.push({ ...close(this.runtime, row, stateOf(answer), told, version), atLeast: 1 });
    // Nobody waits for a model that no rule sees.
    if (row.rule === besideRule) return;
    const all = found ? [...findings, ...found] : findings;
    const decided = decide(policy, judged, all);
    const decision =
      'why' in answer
        ? { ...withoutAnswer(policy, row.rule, row.signal, answer.why), scores: decided.scores }
        : decided;
    this.#count(changes, question, decision, all, told);
    this.#become(changes, question, decision, all, version);
  }

  /** Counts what was found, under what is done then. */
  #count(changes: Changes, question: Question, decision: Decision, all: readonly Finding[], answer: LaterAnswer): void {
    const { post, judged, action, rule, findings, answers } = question;
    const policy = this.policies.decides(judged);
    const counted = (so: Pick<Decision, 'action' | 'rule'>, findings: readonly Finding[]) => {
      const { action, rule } = so;
      return { action, rule, findings, alone: aloneIn(policy, judged, findings, so) };
    };
    const before = { action, rule };
    const after = severity[decision.action] > severity[action] ? decision : before;
    const of = { ...post.post, flags: post.flags };
    const more = this.watching.scores?.answered(of, counted(before, findings), counted(after, all));
    changes.writes.push(...(more ?? []));
    const { db } = this.runtime;
    const { trials } = this.watching;
    const done = { reasons: decision.reasons, ...after };
    changes.writes.push(
      ...shadowWrites(
        db,
        { trials, tally: changes.tally },
        this.policies,
        this.signals.known,
        question,
        answer,
        answers,
        done,
      ),
    );
  }

  /** Keeps that the post has one answer more, and tells the new assessment where it is severer than what is done so far. */
  #become(
    changes: Changes,
    { row, post, judged, action, rule, answered, made }: Question,
    decision: Decision,
    findings: readonly Finding[],
    version: string | null,
  ): void {
    const { db, time } = this.runtime;
    const now = time.now();
    const update = db
      .tables<ClassifyRows>()
      .updateTable('assessments')
      .set({ answered: answered + 1 })
      .where('key', '=', row.key)
      .where('action', '=', action)
      .where('rule', '=', rule)
      .where(({ fn, val }) => fn.coalesce('answered', val(0)), '=', answered);
    if (severity[decision.action] <= severity[action]) {
      changes.guards.push({ query: update, atLeast: 1 });
      return;
    }
    const asked = version === null ? {} : { [row.signal]: version };
    const policy = this.policies.decides(judged);
    const versions = { ...made, policy: namedBy(policy), signals: { ...made.signals, ...asked } };
    const assessed = assessedAs(post, decision, findings, versions, now);
    const set = setOf(versions);
    const detail = detailOf(assessed, set);
    const query = update.set({ action: decision.action, rule: decision.rule, detail, assessed_at: now });
    changes.guards.push({ query, atLeast: 1 });
    changes.writes.push(keepSet(db, versions, set, now));
    this.watching.trials.again(changes.tally, this.policies, { language: judged.language, policy, decision }, now);
    const event = {
      id: eventId(`${row.key}/${row.signal}`, 'classify'),
      type: postAssessed.type,
      source: '/classify',
      time: now,
      key: row.item,
      data: assessed,
    };
    changes.events.push({ topic: 'assessments', event });
  }
}

const stateOf = (answer: Answer): Extract<Asked, 'answered' | 'unanswered'> =>
  'why' in answer ? 'unanswered' : 'answered';
