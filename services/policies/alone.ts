import { type Decision, decide, type Found, type Judged, type Policy, ruleMet, severity } from './decide.js';

/** A label of a signal. */
export type Named = Pick<Found, 'signal' | 'label'>;

const isOf = ({ signal, label }: Named, found: Named): boolean => found.signal === signal && found.label === label;

/**
 * The labels without whose score less would be done about the post: of a rule about several, one that met it alone, where no other rule does as much. Pure.
 * Cost: nothing for what is allowed; else a decision for each label that met the rule.
 */
export function aloneIn(
  policy: Policy,
  post: Judged,
  findings: readonly Found[],
  { action, rule: name }: Pick<Decision, 'action' | 'rule'>,
): Named[] {
  if (action === 'allow') return [];
  const rule = policy.rules.find(one => one.name === name);
  const met = rule ? ruleMet(rule, post, findings) : [];
  const labels = met.filter((one, n) => met.findIndex(other => isOf(one, other)) === n);
  return labels.filter(one => {
    const others = findings.filter(found => !isOf(one, found));
    return severity[decide(policy, post, others).action] < severity[action];
  });
}
