import type { Finding } from '../../contracts/index.js';
import { type InForce, type Scores, severerRule, type Trials } from '../../policies/index.js';
import { loop, type Runtime, type Stoppable, type Write } from '../../runtime/index.js';
import { within } from '../../runtime/time/index.js';
import type { ClassifyMetrics } from '../metrics.js';
import { type RunningSignals, type Signal, SignalAway } from '../signals/index.js';
import type { QuestionRow } from '../tables.js';
import { type Answer, Answers } from './answers.js';
import { besideRule, besideWrites, saidBeside } from './beside.js';
import { takeBudget } from './budget.js';
import { claim, claimOld, close, putAgain, type Question, readQuestions } from './questions.js';

const lookEvery = 250;
const closeEvery = 2_000;
/** A call that failed may have failed for one of its posts: each is tried once more, by itself. */
const tries = 2;
const pause = 1_000;
/** Beyond the longest time of a call, for reading and committing. */
const leaseBeyond = 30_000;
const defaults = { posts: 32, calls: 2, timeout: 10_000 };

/**
 * Puts the questions to the costly signals, each signal by itself, so that none waits for another. Where there is no answer, a person looks.
 */
export class Asker implements Stoppable {
  readonly #busy = new Map<string, Promise<void>>();
  readonly #answers: Answers;
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
    this.#answers = new Answers(runtime, signals, policies, watching);
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
    const answers = new Map<Question, Answer>();
    const spent = `its budget of ${perMinute} posts a minute is used up`;
    for (const question of asked.splice(allowed)) answers.set(question, { why: spent });
    const writes = [...moot];
    if (asked.length > 0) {
      // What it goes by may change while it answers; it is named as it was when it began.
      const version = signal.version();
      const answer = await this.#ask(signal, asked, timeout);
      if (answer === 'stopping') {
        for (const { row } of asked) writes.push(putAgain(this.runtime, row, 0, row.attempts));
      } else if (answer instanceof Error) {
        for (const question of asked) {
          const { row } = question;
          if (answer instanceof SignalAway || row.attempts + 1 >= tries) answers.set(question, { why: answer.message });
          else {
            this.watching.asked(row.signal, 'failed', 1);
            writes.push(putAgain(this.runtime, row, pause, row.attempts + 1));
          }
        }
      } else {
        for (const [n, question] of asked.entries()) answers.set(question, { findings: answer[n]!, version });
      }
    }
    const { db, time } = this.runtime;
    await db.commit(writes);
    await this.#answers.settle(answers, open => (beside ? besideWrites(db, beside, open, said, time.now()) : []));
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

  /** What nobody has answered for too long goes to a person: its signal is gone, or has more to do than it can. */
  async #closeOld(): Promise<void> {
    const { db, time, config } = this.runtime;
    const before = time.now() - config.CLASSIFY_PATIENCE;
    const rows = await claimOld(db, before, 200, time.now(), leaseBeyond);
    if (rows.length === 0) return;
    const answers = new Map<Question, Answer>();
    const moot: Write[] = [];
    (await readQuestions(db, rows, this.policies, time.now())).forEach((question, n) => {
      if (typeof question === 'string') moot.push(close(this.runtime, rows[n]!, 'moot', { why: question }, null));
      else answers.set(question, { why: `not within ${config.CLASSIFY_PATIENCE / 1000} s` });
    });
    await db.commit(moot);
    await this.#answers.settle(answers);
  }
}
