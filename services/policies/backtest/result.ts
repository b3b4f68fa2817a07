import type { Action } from '../../contracts/index.js';
import type { TallyState, Truth } from './tally.js';

/** Posts that went from one action and rule to another, or stayed. */
export interface Move {
  language: string;
  before: { action: Action; rule: string };
  after: { action: Action; rule: string };
  posts: number;
}

type Counts = Record<Action, number>;
/** A share of so many, with its 95 % interval (Wilson). */
export interface Share {
  of: number;
  value: number;
  from: number;
  to: number;
}

/** What a policy does with posts of which the truth is known. */
export interface Quality {
  violating: Counts;
  harmless: Counts;
  /** Of what it removes or withholds, and of all that it does not allow: the share that is violating. */
  precision: { acted: Share | null; flagged: Share | null };
  /** Of what is violating: the share that it removes or withholds, and that it does not allow. */
  recall: { acted: Share | null; flagged: Share | null };
}

/** Confusion of one group of posts. */
export interface Confusion {
  by: 'all' | 'label' | 'language' | 'slice';
  value: string;
  before: Quality;
  after: Quality;
}

export interface Result {
  posts: number;
  before: Counts;
  after: Counts;
  /** The most posts first; what stays as it was is among them. */
  moves: Move[];
  confusion: Confusion[];
  /** Posts that could not be decided, by why. */
  left: { why: string; posts: number }[];
}

const noCounts = (): Counts => ({ remove: 0, withhold: 0, review: 0, allow: 0 });
const acted = ({ remove, withhold }: Counts): number => remove + withhold;
const flagged = (counts: Counts): number => acted(counts) + counts.review;
const all = (counts: Counts): number => flagged(counts) + counts.allow;

/** `good` of `n`, with the 95 % interval of Wilson (1927); null where there is nothing to tell. */
export function share(good: number, n: number): Share | null {
  if (n === 0) return null;
  const z = 1.959964;
  const value = good / n;
  const middle = (value + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((value * (1 - value)) / n + (z * z) / (4 * n * n));
  return { of: n, value, from: Math.max(0, middle - half), to: Math.min(1, middle + half) };
}

function quality(violating: Counts, harmless: Counts): Quality {
  return {
    violating,
    harmless,
    precision: {
      acted: share(acted(violating), acted(violating) + acted(harmless)),
      flagged: share(flagged(violating), flagged(violating) + flagged(harmless)),
    },
    recall: {
      acted: share(acted(violating), all(violating)),
      flagged: share(flagged(violating), all(violating)),
    },
  };
}

/** What a backtest found so far. Pure. */
export function resultOf({ posts, moves, truths, left }: TallyState): Result {
  const before = noCounts();
  const after = noCounts();
  const told = Object.entries(moves).map(([key, n]): Move => {
    const [language, a, ruleBefore, b, ruleAfter] = key.split('\t') as [string, Action, string, Action, string];
    before[a] += n;
    after[b] += n;
    return { language, before: { action: a, rule: ruleBefore }, after: { action: b, rule: ruleAfter }, posts: n };
  });
  const groups = new Map<string, Record<'before' | 'after', Record<Truth, Counts>>>();
  for (const [key, n] of Object.entries(truths)) {
    const [by, value, truth, a, b] = key.split('\t') as [string, string, Truth, Action, Action];
    const name = `${by}\t${value}`;
    const group = groups.get(name) ?? {
      before: { violating: noCounts(), harmless: noCounts() },
      after: { violating: noCounts(), harmless: noCounts() },
    };
    groups.set(name, group);
    group.before[truth][a] += n;
    group.after[truth][b] += n;
  }
  const order = ['all', 'label', 'language', 'slice'];
  const confusion = [...groups].map(([name, group]): Confusion => {
    const [by, value] = name.split('\t') as [Confusion['by'], string];
    return {
      by,
      value,
      before: quality(group.before.violating, group.before.harmless),
      after: quality(group.after.violating, group.after.harmless),
    };
  });
  const size = ({ before: { violating, harmless } }: Confusion): number => all(violating) + all(harmless);
  return {
    posts,
    before,
    after,
    moves: told.sort((a, b) => b.posts - a.posts),
    confusion: confusion.sort((a, b) => order.indexOf(a.by) - order.indexOf(b.by) || size(b) - size(a)),
    left: Object.entries(left)
      .map(([why, n]) => ({ why, posts: n }))
      .sort((a, b) => b.posts - a.posts),
  };
}
