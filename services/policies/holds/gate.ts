import { precisionBounds } from './bounds.js';

/** A person's decision about something that a rule did by itself. */
export interface RuleDecision {
  /** It was right. */
  good: boolean;
  /** It was picked by chance, or all of its kind are looked at; false: somebody complained, or came upon it. */
  sampled: boolean;
  /** How many it stands for (1 / probability of being picked). */
  weight: number;
  at: number;
}

export interface GateTerms {
  /** The precision that a rule has to have to act by itself. */
  floor: number;
  /** Of each bound, one-sided. */
  confidence: number;
  /** Sampled decisions that count, the latest: an old good time must not hide a bad present. */
  window: number;
  /** Fewer than these say nothing. */
  least: number;
  /** From so many on, the lower bound has to be above the floor; below it, a rule is closed only once its upper bound is under the floor. */
  enough: number;
  /** Overturned decisions, of those that nobody picked by chance, that are needed to say anything. */
  leastOverturned: number;
}

/** What each is for, and how often a rule is closed wrongly and rightly with them: docs/tune.md; found by simulation in test/policies/gate.test.ts. */
export const usualTerms: GateTerms = {
  floor: 0.95,
  confidence: 0.95,
  window: 500,
  least: 10,
  enough: 300,
  leastOverturned: 3,
};

/** What is known of a rule's precision. */
export interface Judged {
  /** Sampled decisions that count, as equal ones (Kish 1965), and those of them that went against the rule. */
  decisions: number;
  wrong: number;
  lower: number;
  upper: number;
  /** Overturned without being picked, and what the rule did by itself in the same time. */
  overturned: number;
  acted: number;
  /** Why it has to stop acting by itself. */
  closes?: 'worse than the floor' | 'not shown to be above the floor' | 'too many were overturned';
}

/**
 * Whether a rule may go on acting by itself. Pure.
 * @param decisions of the time that counts, oldest first
 * @param acted what the rule did by itself since the first of them that was not sampled
 */
export function judge(decisions: readonly RuleDecision[], acted: number, terms: GateTerms = usualTerms): Judged {
  const { floor, confidence, window, least, enough, leastOverturned } = terms;
  const sampled = decisions.filter(one => one.sampled).slice(-window);
  const sum = (value: (one: RuleDecision) => number): number => sampled.reduce((all, one) => all + value(one), 0);
  const weights = sum(one => one.weight);
  const squares = sum(one => one.weight ** 2);
  // Decisions of unequal weight say as much as fewer equal ones; rounded to the rule's disadvantage.
  const n = squares > 0 ? Math.floor(weights ** 2 / squares + 1e-9) : 0;
  const share = weights > 0 ? sum(one => (one.good ? 0 : one.weight)) / weights : 0;
  const wrong = Math.min(n, Math.ceil(n * share - 1e-9));
  const { lower, upper } = precisionBounds(n, wrong, confidence);
  const overturned = decisions.filter(one => !one.sampled && !one.good).length;
  const judged = { decisions: n, wrong, lower, upper, overturned, acted };
  if (n >= least && upper < floor) return { ...judged, closes: 'worse than the floor' };
  if (n >= enough && lower < floor) return { ...judged, closes: 'not shown to be above the floor' };
  // Each is a mistake for certain, and others nobody told of: the rule is at best as good as this says.
  const known = Math.max(acted, overturned);
  if (overturned >= leastOverturned && precisionBounds(known, overturned, confidence).upper < floor)
    return { ...judged, closes: 'too many were overturned' };
  return judged;
}
