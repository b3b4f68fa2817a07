import { versionKey } from '../../contracts/index.js';
import type { Found } from '../decide.js';
import { pickOf, Sample, type SampleState } from './sample.js';
import { type Compared, Tally, type TallyState } from './tally.js';

/** One post that would be decided otherwise, as it is listed. */
export interface Change extends Compared {
  platform: string;
  id: string;
  version: number;
  /** What was found that met the new rule, or the old one where the new asks for nothing. */
  met: { signal: string; label: string; score: number }[];
}

interface ListedChange {
  key: string;
  kind: string;
  pick: number;
  change: Change;
}

/** Where a backtest stands: all that is needed to go on after the process died. */
export interface Mark {
  /** Of the source: after which post to go on. */
  cursor: string | null;
  tally: TallyState;
  sample: SampleState;
}

/** What came of some posts, to be committed together. */
export interface Batch extends Mark {
  changes: ListedChange[];
  /** Of these kinds, what has a number from this on is no longer listed. */
  thinned: Record<string, number>;
}

export interface Post extends Omit<Compared, 'before' | 'after'> {
  platform: string;
  id: string;
  version: number;
}

/** Gathers what is compared until it is handed over to be committed. */
export class Collector {
  readonly #tally: Tally;
  readonly #sample: Sample;
  #changes: ListedChange[] = [];
  #thinned: Record<string, number> = {};
  /** Posts since the last batch. */
  pending = 0;

  constructor({ tally, sample }: Mark, listed: readonly { kind: string; pick: number }[]) {
    this.#tally = new Tally(tally);
    this.#sample = new Sample(sample, listed);
  }

  /** @param metBy what met a rule, asked only of posts that are listed */
  compare(post: Post, before: Compared['before'], after: Compared['after'], metBy: () => readonly Found[]): void {
    this.pending++;
    this.#tally.add({ ...post, before, after });
    if (before.rule === after.rule && before.action === after.action) return;
    const key = versionKey(post);
    const kind = `${before.action} ${before.rule} > ${after.action} ${after.rule}`;
    const pick = pickOf(key);
    const { listed, thinned } = this.#sample.offer(kind, pick);
    if (thinned !== undefined) {
      this.#thinned[kind] = thinned;
      this.#changes = this.#changes.filter(one => one.kind !== kind || one.pick < thinned);
    }
    if (!listed) return;
    const met = metBy().map(({ signal, label, score }) => ({ signal, label, score }));
    const { platform, id, version, language, slice, label, truth } = post;
    const change = { platform, id, version, language, slice, label, truth, before, after, met };
    this.#changes.push({ key, kind, pick, change });
  }

  leave(why: string): void {
    this.pending++;
    this.#tally.leave(why);
  }

  /** All since the last batch. */
  take(cursor: string): Batch {
    const batch = {
      cursor,
      tally: this.#tally.state(),
      sample: this.#sample.state(),
      changes: this.#changes,
      thinned: this.#thinned,
    };
    this.#changes = [];
    this.#thinned = {};
    this.pending = 0;
    return batch;
  }
}

export const beginning = (): Mark => ({
  cursor: null,
  tally: { posts: 0, moves: {}, truths: {}, left: {} },
  sample: {},
});
