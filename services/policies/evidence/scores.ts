import type { Runtime, Write } from '../../runtime/index.js';
import { type Assessed, type Counts, collect, type Outcome, type RateOf, recount } from './collect.js';
import { type Budgets, rateOf } from './rates.js';
import { type EvidenceRows, scoreBatchesTable } from './tables.js';

type Contexts = Readonly<Record<string, readonly string[]>>;

/** What classification tells of every post: the counts of its batch are a row in the commit that keeps the assessments. */
export class Scores {
  #rateOf: RateOf;

  /** @param contexts by signal, labels that speak for a post */
  constructor(
    private readonly runtime: Pick<Runtime, 'db' | 'time'>,
    private readonly budgets: Budgets,
    private readonly contexts: () => Contexts,
  ) {
    this.#rateOf = rateOf([], budgets);
  }

  /** The writes that go with a batch of first assessments. */
  assessed(posts: readonly Assessed[]): Write[] {
    return this.#write(collect(posts, this.contexts(), this.#rateOf));
  }

  /** The writes that go with the answer of a costly signal: what it found, and what is done now. */
  answered(post: Omit<Assessed, keyof Outcome>, before: Outcome, after: Outcome): Write[] {
    return this.#write(recount(post, before, after, this.contexts()));
  }

  /** Takes the rates over that are in the record. */
  async readRates(): Promise<void> {
    const rows = await this.runtime.db.tables<EvidenceRows>().selectFrom('audit_rates').selectAll().execute();
    this.#rateOf = rateOf(rows, this.budgets);
  }

  #write(counts: Counts | undefined): Write[] {
    if (!counts) return [];
    const { db, time } = this.runtime;
    return [db.insert(scoreBatchesTable, [{ id: time.uuid(), at: time.now(), counts: JSON.stringify(counts) }])];
  }
}
