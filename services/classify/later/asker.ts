import { eventId, type Finding, postAssessed } from '../../contracts/index.js';
import {
  aloneIn,
  type Decision,
  decide,
  type InForce,
  type LaterAnswer,
  namedBy,
  type Scores,
  severerRule,
  severity,
  type Trials,
  withoutAnswer,
} from '../../policies/index.js';
import { loop, type Outgoing, type Runtime, type Stoppable, type Write } from '../../runtime/index.js';
import { within } from '../../runtime/time/index.js';
import { assessedAs, detailOf } from '../assessed.js';
import type { ClassifyMetrics } from '../metrics.js';
import { type RunningSignals, type Signal, SignalAway } from '../signals/index.js';
import type { ClassifyRows, QuestionRow } from '../tables.js';
import { keepSet, setOf } from '../version-sets.js';
import { besideRule, besideWrites, saidBeside } from './beside.js';
import { takeBudget } from './budget.js';
import { claim, claimOld, close, putAgain, type Question, readQuestions } from './questions.js';
import { shadowWrites } from './shadows.js';

const lookEvery = 250;
const closeEvery = 2_000;
/** A call that failed may have failed for one of its posts: each is tried once more, by itself. */
const tries = 2;
const pause = 1_000;
/** Beyond the longest time of a call, for reading and committing. */
const leaseBeyond = 30_000;
const defaults = { posts: 32, calls: 2, timeout: 10_000 };

/** What follows for one question. */
interface Changes {
  writes: Write[];
  events: Outgoing[];
}

/**
 * Puts the questions to the costly signals, each signal by itself, so that none waits for another. An answer that makes the action severer is told as a new
 * assessment of the same version. Where there is none, a person looks.
 */
export class Asker implements Stoppable {
  readonly #busy = new Map<string, Promise<void>>();
  readonly #looking: readonly { stop(): Promise<void> }[];
  /** Each ends the waiting for one call. */
  readonly #waiting = new Set<() => void>();
  #stopping = false;

  constructor(
    private readonly runtime: Runtime,
    private readonly signals: RunningSignals,
    private readonly policies: InForce,
    private readonly watching: Pick<ClassifyMetrics, 'asked'> & { trials: Trials; scores?: Scores },
  ) {
    const { time, log } = runtime;
    const again = (error: unknown): void => log.warn({ err: error }, 'questions not looked up; tried again');
    this.#looking = [
      loop(time, lookEvery, async () => this.#look(), again),
      loop(time, closeEvery, () => this.#closeOld(), again),
    ];
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    for (const stop of this.#waiting) stop();
    await Promise.all(this.#looking.map(looking => looking.stop()));
    await Promise.all(this.#busy.values());
  }

  #look(): void {
    for (const signal of [...this.signals.signals, ...this.signals.beside().map(one => one.signal)]) {
      const { name, cost } = signal;
      if (cost !== 'remote' || this.#busy.has(name)) continue;
      const work = this.#serve(signal)
        .catch(error => this.runtime.log.warn({ err: error, signal: name }, 'questions not put; tried again'))
        .finally(() => this.#busy.delete(name));
      this.#busy.set(name, work);
    }
  }

  /** Puts what is due to one signal, so many at a time as it takes, until nothing is. */
  async #serve(signal: Signal): Promise<void> {
    const { db, time } = this.runtime;
    const { posts, calls, timeout } = { ...defaults, ...signal.limits };
    for (let more = true; more && !this.#stopping; ) {
      const rows = await claim(db, signal.name, posts * calls, time.now(), timeout + leaseBeyond);
      more = rows.length === posts * calls;
      const fresh = rows.filter(({ attempts }) => attempts === 0);
      const batches = rows.filter(({ attempts }) => attempts > 0).map(row => [row]);
      for (let at = 0; at < fresh.length; at += posts) batches.push(fresh.slice(at, at + posts));
      for (let at = 0; at < batches.length; at += calls)
        await Promise.all(batches.slice(at, at + calls).map(batch => this.#put(signal, batch, timeout)));
    }
  }

  async #put(signal: Signal, claimed: QuestionRow[], timeout: number): Promise<void> {
    const beside = this.signals.beside().find(one => one.signal === signal);
    const said = beside ? await saidBeside(this.runtime.db, beside, claimed) : new Map<string, undefined>();
    // What it is held against comes first.
    const early = claimed.filter(({ key }) => said.has(key) && said.get(key) === undefined);
    const rows = claimed.filter(row => !early.includes(row));
    const { asked, moot } = await this.#stillOpen(rows, signal);
    moot.push(...early.map(row => putAgain(this.runtime, row, pause, row.attempts)));
    const perMinute = signal.limits?.perMinute ?? this.runtime.config.CLASSIFY_PER_MINUTE;
    const allowed = await takeBudget(this.runtime, signal.name, asked.length, perMinute);
    const changes: Changes = { writes: moot, events: [] };
    const spent = `its budget of ${perMinute} posts a minute is used up`;
    for (const question of asked.splice(allowed)) this.#unanswered(changes, question, spent);
    if (asked.length > 0) {
      // What it goes by may change while it answers; it is named as it was when it began.
      const version = signal.version();
      const answer = await this.#ask(signal, asked, timeout);
      if (answer === 'stopping') {
        for (const { row } of asked) changes.writes.push(putAgain(this.runtime, row, 0, row.attempts));
      } else if (answer instanceof Error) {
        for (const question of asked) this.#failed(changes, question, answer);
      } else {
        for (const [n, question] of asked.entries()) this.#answered(changes, question, answer[n]!, version);
        if (beside) {
          const { db, time } = this.runtime;
          changes.writes.push(...besideWrites(db, beside, asked, answer, said, time.now()));
        }
      }
    }
    await this.runtime.commit(changes.writes, changes.events);
  }

  async #stillOpen(rows: QuestionRow[], signal: Signal): Promise<{ asked: Question[]; moot: Write[] }> {
    const asked: Question[] = [];
    const moot: Write[] = [];
    (await readQuestions(this.runtime.db, rows, this.policies, this.runtime.time.now())).forEach((question, n) => {
      if (typeof question !== 'string') {
        const { judged, findings, action } = question;
        if (
          rows[n]!.rule === besideRule ||
          severerRule(this.policies.decides(judged), judged, findings, action, signal)
        ) {
          asked.push(question);
          return;
        }
      }
      const why = typeof question === 'string' ? question : 'its answer could change nothing any more';
      moot.push(close(this.runtime, rows[n]!, 'moot', { why }, null));
    });
    if (moot.length > 0) this.watching.asked(signal.name, 'moot', moot.length);
    return { asked, moot };
  }

  /** What it found; why it did not answer; or that nobody waits for it any more. */
  async #ask(
    signal: Signal,
    questions: readonly Question[],
    timeout: number,
  ): Promise<Finding[][] | Error | 'stopping'> {
    if (this.#stopping) return 'stopping';
    let stop = (): void => undefined;
    const stopping = new Promise<'stopping'>(resolve => {
      stop = () => resolve('stopping');
    });
    this.#waiting.add(stop);
    try {
      const posts = questions.map(({ post }) => post.post);
      const answering = signal.assess(posts, this.signals.context());
      const answer = within(this.runtime.time, timeout, answering, `no answer within ${timeout} ms`);
      const found = await Promise.race([answer, stopping]);
      if (found === 'stopping') return found;
      if (found.length !== posts.length) throw new Error(`answered ${found.length} of ${posts.length} posts`);
      return found;
    } catch (error) {
      this.runtime.log.warn(
        { err: error, signal: signal.name, posts: questions.length },
        'a costly signal gave no answer',
      );
      return error as Error;
    } finally {
      this.#waiting.delete(stop);
    }
  }

  #answered(changes: Changes, question: Question, found: Finding[], version: string): void {
    const { row, judged, findings } = question;
    const all = [...findings, ...found];
    const decision = decide(this.policies.decides(judged), judged, all);
    changes.writes.push(close(this.runtime, row, 'answered', { findings: found }, version));
    this.watching.asked(row.signal, 'answered', 1);
    if (row.rule === besideRule) return;
    this.#count(changes, question, decision, all, { findings: found });
    this.#become(changes, question, decision, all, version);
  }

  #failed(changes: Changes, question: Question, error: Error): void {
    const { row } = question;
    if (error instanceof SignalAway || row.attempts + 1 >= tries) {
      this.#unanswered(changes, question, error.message);
      return;
    }
    this.watching.asked(row.signal, 'failed', 1);
    changes.writes.push(putAgain(this.runtime, row, pause, row.attempts + 1));
  }

  #unanswered(changes: Changes, question: Question, why: string): void {
    const { row, judged, findings } = question;
    const policy = this.policies.decides(judged);
    changes.writes.push(close(this.runtime, row, 'unanswered', { why }, null));
    this.watching.asked(row.signal, 'unanswered', 1);
    // Nobody waits for a model that no rule sees.
    if (row.rule === besideRule) return;
    const { scores } = decide(policy, judged, findings);
    const decision = { ...withoutAnswer(policy, row.rule, row.signal, why), scores };
    this.#count(changes, question, decision, findings, { why });
    this.#become(changes, question, decision, findings, undefined);
  }

  /** Counts what was found, under what is done then. What another signal's answer changed meanwhile is counted with that one. */
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
      ...shadowWrites(db, trials, this.policies, this.signals.known, question, answer, answers, done),
    );
  }

  /** Tells the new assessment, where it is severer than what is done so far. */
  #become(
    changes: Changes,
    { row, post, judged, action, made }: Question,
    decision: Decision,
    findings: readonly Finding[],
    version: string | undefined,
  ): void {
    if (severity[decision.action] <= severity[action]) return;
    const { db, time } = this.runtime;
    const now = time.now();
    const asked = version === undefined ? {} : { [row.signal]: version };
    const policy = this.policies.decides(judged);
    const versions = { ...made, policy: namedBy(policy), signals: { ...made.signals, ...asked } };
    const assessed = assessedAs(post, decision, findings, versions, now);
    const set = setOf(versions);
    const milder = Object.keys(severity).filter(
      other => severity[other as Decision['action']] < severity[decision.action],
    );
    const query = db
      .tables<ClassifyRows>()
      .updateTable('assessments')
      .set({ action: decision.action, rule: decision.rule, detail: detailOf(assessed, set), assessed_at: now })
      .where('key', '=', row.key)
      // Another signal's answer may have come in between.
      .where('action', 'in', db.among(milder));
    changes.writes.push(keepSet(db, versions, set, now), { query });
    const tried = { language: judged.language, policy, decision };
    changes.writes.push(...this.watching.trials.again(db, this.policies, tried, now));
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

  /** What nobody has answered for too long goes to a person: its signal is gone, or has more to do than it can. */
  async #closeOld(): Promise<void> {
    const { db, time, config } = this.runtime;
    const before = time.now() - config.CLASSIFY_PATIENCE;
    const rows = await claimOld(db, before, 200, time.now(), leaseBeyond);
    if (rows.length === 0) return;
    const changes: Changes = { writes: [], events: [] };
    (await readQuestions(db, rows, this.policies, time.now())).forEach((question, n) => {
      if (typeof question === 'string')
        changes.writes.push(close(this.runtime, rows[n]!, 'moot', { why: question }, null));
      else this.#unanswered(changes, question, `not within ${config.CLASSIFY_PATIENCE / 1000} s`);
    });
    await this.runtime.commit(changes.writes, changes.events);
  }
}
