import { type Estimate, type Evidence, precisionOf, recallOf } from '../../services/policies/evidence/estimate.js';
import { chancesOf, cut, decide, platformOf, postsFor, truth } from './platform.js';
import type { Random } from './random.js';
import { rivals } from './rivals.js';

/** One cell of the grid. */
export interface Cell {
  prevalence: number;
  /** Decisions of the audit, as expected. */
  audited: number;
  /** Posts that one decision of the audit stands for, at the most. */
  weight: number;
  /** How probable it is that what is sent to review is decided. */
  reviewed: number;
  /** The threshold, in tenths. */
  from: number;
}

/** What became of the intervals of many runs. */
export class Coverage {
  runs = 0;
  answers = 0;
  covered = 0;
  /** Where there was too little evidence: how often what is certain all the same held. */
  held = 0;
  width = 0;
  /** By rival, how many of its intervals hold where there was an answer. */
  readonly rivals: Record<string, number> = {};

  /** @param sides what the share is of, in the order in which rivals take them; they are asked where this is given */
  add(estimate: Estimate, value: number, sides?: [Evidence['violating'], Evidence['violating']]): void {
    this.runs++;
    const holds = estimate.low <= value && value <= estimate.high;
    if (!estimate.enough) {
      if (holds) this.held++;
      return;
    }
    this.answers++;
    this.width += estimate.high - estimate.low;
    if (holds) this.covered++;
    if (!sides) return;
    for (const [name, interval] of Object.entries(rivals)) {
      const { low, high } = interval(...sides);
      this.rivals[name] = (this.rivals[name] ?? 0) + (low <= value && value <= high ? 1 : 0);
    }
  }

  get answered(): number {
    return this.answers / this.runs;
  }
  /** Of the answers, the share that holds. */
  get coverage(): number {
    return this.covered / this.answers;
  }
  /** Of all runs, those in which something was told that does not hold. */
  get wrong(): number {
    return 1 - (this.covered + this.held) / this.runs;
  }
}

/** @param options `compare`: the rivals are asked too; `counted`: weights are scaled to the posts that came in */
export function simulate(
  cell: Cell,
  runs: number,
  random: Random,
  { compare = false, counted = false } = {},
): { precision: Coverage; recall: Coverage } {
  const { prevalence, audited, weight, reviewed, from } = cell;
  const chances = chancesOf(weight, reviewed);
  const known = platformOf(postsFor(audited, chances, prevalence), prevalence);
  const { precision, recall } = truth(known, from);
  const made = { precision: new Coverage(), recall: new Coverage() };
  for (let run = 0; run < runs; run++) {
    const { above, below } = cut(decide(known, chances, random, counted), from);
    const { violating } = above;
    made.precision.add(precisionOf(above), precision, compare ? [violating, above.harmless] : undefined);
    made.recall.add(recallOf(above, below), recall, compare ? [violating, below.violating] : undefined);
  }
  return made;
}

/** From so large a part of the runs on a cell counts as one that is answered. */
export const answeredFrom = 0.95;

export const axes = {
  prevalence: [0.001, 0.01, 0.05, 0.1, 0.3],
  audited: [50, 200, 1000, 5000],
  weight: [1, 10, 100, 1000],
  reviewed: [1, 0.6],
  /** Below where review begins, there, and above. */
  from: [2, 5, 7],
} as const;

export const grid: readonly Cell[] = axes.prevalence.flatMap(prevalence =>
  axes.audited.flatMap(audited =>
    axes.weight.flatMap(weight =>
      axes.reviewed.flatMap(reviewed => axes.from.map(from => ({ prevalence, audited, weight, reviewed, from }))),
    ),
  ),
);
