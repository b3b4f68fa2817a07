import { type Decision, decide, type Found, holds, isSampled, type Judged, type Policy } from './decide.js';

/** By policy and another beside it: for each rule of the second the number of the same rule in the first, -1 where there is none. */
const known = new WeakMap<Policy, WeakMap<Policy, readonly number[]>>();

function sameRules(first: Policy, second: Policy): readonly number[] {
  const others = known.get(first) ?? new WeakMap<Policy, readonly number[]>();
  known.set(first, others);
  let same = others.get(second);
  if (!same) {
    const numbers = new Map(first.rules.map((rule, n) => [JSON.stringify(rule), n]));
    same = second.rules.map(rule => numbers.get(JSON.stringify(rule)) ?? -1);
    others.set(second, same);
  }
  return same;
}

/**
 * What `second` makes of a post of which it is known what `first` made of the same findings: only rules that differ are looked at. Always the same as `decide`;
 * for a shadow, which mostly differs by a rule or two, at a fraction of its cost. Pure.
 */
export function decideBeside(
  first: Policy,
  decision: Decision,
  second: Policy,
  post: Judged,
  findings: readonly Found[],
): Decision {
  const same = sameRules(first, second);
  const decided = first.rules.findIndex(({ name }) => name === decision.rule);
  const until = decided < 0 ? first.rules.length : decided;
  for (let n = 0; n < same.length; n++) {
    const number = same[n]!;
    if (number >= 0 && number < until) continue;
    if (number === decided && number >= 0) return decision;
    const rule = second.rules[n]!;
    if (!holds(second, rule.when, post, findings)) continue;
    if (rule.unless && holds(second, rule.unless, post, findings)) continue;
    if (isSampled(rule, post)) return decide(second, post, findings);
  }
  return decided < 0 ? decision : decide(second, post, findings);
}
