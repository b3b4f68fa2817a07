import { seeded } from './random.js';

/** The part of what was measured that 95 % of the resamples lie in. */
export type Interval = [low: number, high: number];

export interface Scored {
  score: number;
  /** What the baseline says of the same post. */
  beside?: number | undefined;
  /** Posts of one group are drawn together. */
  group: string;
}

/** Recall at a share of false positives, with the interval; of the model, of the baseline, and of how far the one is ahead. */
export interface RecallAt {
  recall: number;
  interval: Interval;
  baseline?: number;
  ahead?: number;
  aheadInterval?: Interval;
}

const resamples = 400;

/**
 * The part of the positives that score above all but `share` of the negatives. Intervals by the bootstrap over groups, positives
 * and negatives drawn anew each time, the same draw for model and baseline.
 */
export function recallAt(share: number, positives: readonly Scored[], negatives: readonly Scored[]): RecallAt {
  const both = positives.every(p => p.beside !== undefined) && negatives.every(n => n.beside !== undefined);
  const own = ranked(positives, negatives, s => s.score);
  const beside = both ? ranked(positives, negatives, s => s.beside!) : undefined;
  const all = [...positives, ...negatives];
  const groups = [...new Set(all.map(({ group }) => group))];
  const place = new Map(groups.map((group, g) => [group, g]));
  const groupOf = Int32Array.from(all, ({ group }) => place.get(group)!);
  const drawn = new Int32Array(groups.length);
  const random = seeded(positives.length * 65_537 + negatives.length);
  const recalls: number[] = [];
  const leads: number[] = [];
  for (let i = 0; i < resamples; i++) {
    drawn.fill(0);
    for (let g = 0; g < groups.length; g++) drawn[Math.floor(random() * groups.length)]!++;
    const recall = weighted(own, positives.length, share, groupOf, drawn);
    if (recall === undefined) continue;
    recalls.push(recall);
    if (beside) leads.push(recall - weighted(beside, positives.length, share, groupOf, drawn)!);
  }
  const even = new Int32Array(groups.length).fill(1);
  const recall = weighted(own, positives.length, share, groupOf, even) ?? Number.NaN;
  const result = { recall, interval: middle(recalls) };
  if (!beside) return result;
  const baseline = weighted(beside, positives.length, share, groupOf, even) ?? Number.NaN;
  return { ...result, baseline, ahead: recall - baseline, aheadInterval: middle(leads) };
}

/** A share with the interval that resampling its groups gives. */
export function shareOf(flags: readonly { flagged: boolean; group: string }[]): { share: number; interval: Interval } {
  const byGroup = new Map<string, [flagged: number, all: number]>();
  for (const { flagged, group } of flags) {
    const [part, all] = byGroup.get(group) ?? [0, 0];
    byGroup.set(group, [part + (flagged ? 1 : 0), all + 1]);
  }
  const groups = [...byGroup.values()];
  const random = seeded(flags.length);
  const shares: number[] = [];
  for (let i = 0; i < resamples; i++) {
    let part = 0;
    let all = 0;
    for (let g = 0; g < groups.length; g++) {
      const one = groups[Math.floor(random() * groups.length)]!;
      part += one[0];
      all += one[1];
    }
    shares.push(part / all);
  }
  return { share: flags.filter(({ flagged }) => flagged).length / flags.length, interval: middle(shares) };
}

/** Places in `[...positives, ...negatives]` by falling score; of equal scores the negatives come first, so that ties count against us. */
function ranked(
  positives: readonly Scored[],
  negatives: readonly Scored[],
  by: (scored: Scored) => number,
): Int32Array {
  const scores = [...positives, ...negatives].map(by);
  const order = Int32Array.from(scores, (_, i) => i);
  return order.sort((a, b) => scores[b]! - scores[a]! || b - a);
}

function weighted(
  order: Int32Array,
  positives: number,
  share: number,
  groupOf: Int32Array,
  drawn: Int32Array,
): number | undefined {
  let up = 0;
  let down = 0;
  for (let i = 0; i < order.length; i++)
    if (i < positives) up += drawn[groupOf[i]!]!;
    else down += drawn[groupOf[i]!]!;
  if (up === 0 || down === 0) return undefined;
  const allowed = share * down;
  let above = 0;
  let found = 0;
  for (const i of order) {
    const weight = drawn[groupOf[i]!]!;
    if (i < positives) found += weight;
    else {
      above += weight;
      if (above > allowed) break;
    }
  }
  return found / up;
}

function middle(values: number[]): Interval {
  values.sort((a, b) => a - b);
  const at = (part: number) => values[Math.min(values.length - 1, Math.floor(part * values.length))] ?? Number.NaN;
  return [at(0.025), at(0.975)];
}
