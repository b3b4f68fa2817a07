import { inOrder, type Policy } from '../decide.js';
import type { Rule } from '../schema.js';

/** Why a rule does not act by itself at present. */
export interface Hold {
  rule: string;
  why: string;
}

const acts = ({ action }: Rule): boolean => action === 'remove' || action === 'withhold';

/** Rules about the standard test post and nothing else: everything that watches over removals goes by it. */
const isExempt = ({ when: { finding } }: Rule): boolean =>
  finding?.label?.every(label => label === 'standard-test-post') ?? false;

/** Rules of a policy that act by themselves, and can be held. */
export const holdable = (policy: Policy): Rule[] => policy.rules.filter(rule => acts(rule) && !isExempt(rule));

/**
 * The policy while these rules are held: what they would remove or withhold goes to a person instead, before what other rules send there. Nothing is
 * dropped, and other rules decide as before. Pure. Orders are no rules, and go their own way.
 */
export function withHolds(policy: Policy, holds: readonly Hold[]): Policy {
  if (holds.length === 0) return policy;
  const why = new Map(holds.map(hold => [hold.rule, hold.why]));
  if (!holdable(policy).some(({ name }) => why.has(name))) return policy;
  const rules = policy.rules.map((rule): Rule => {
    const reason = why.get(rule.name);
    if (reason === undefined || !acts(rule) || isExempt(rule)) return rule;
    const told = `${rule.reason} (The rule would ${rule.action} it; it is held, and a person decides: ${reason}.)`;
    return { ...rule, action: 'review', reason: told };
  });
  return { ...policy, rules: inOrder(rules) };
}
