import type { Action } from '../contracts/index.js';
import { hasEntries, type SignalInfo } from './check.js';
import {
  concerns,
  type Decision,
  type Found,
  holds,
  isSampled,
  type Judged,
  leastScore,
  type Policy,
  severity,
  spokenIn,
} from './decide.js';
import { type FindingCondition, type Rule, withinMs } from './schema.js';

/**
 * The first rule that would lead to something severer than `action`, if this signal found what the rule asks for; undefined where nothing that it could
 * find does. Pure.
 */
export function severerRule(
  policy: Policy,
  post: Judged,
  findings: readonly Found[],
  action: Action,
  signal: SignalInfo,
): Rule | undefined {
  return policy.rules.find(
    rule =>
      severity[rule.action] > severity[action] &&
      rule.when.finding !== undefined &&
      couldFind(rule.when.finding, signal, spokenIn(post)) &&
      holds(policy, { ...rule.when, finding: undefined, with: stillNeeded(rule, signal, post) }, post, findings) &&
      !(rule.unless && holds(policy, rule.unless, post, findings)) &&
      isSampled(rule, post),
  );
}

/**
 * Whether what this signal finds could still change what is done: lead to something severer than the decision so far, or hold back the rule that made it.
 * For signals that are asked before anything is done.
 */
export function couldChange(
  policy: Policy,
  post: Judged,
  findings: readonly Found[],
  { action, rule: name }: Pick<Decision, 'action' | 'rule'>,
  signal: SignalInfo,
): boolean {
  if (severerRule(policy, post, findings, action, signal)) return true;
  const unless = policy.rules.find(rule => rule.name === name)?.unless;
  if (!unless) return false;
  const language = spokenIn(post);
  return (
    [unless.finding, unless.with].some(one => one !== undefined && couldFind(one, signal, language)) ||
    (unless.context === true && Boolean(policy.contexts[signal.name]?.length))
  );
}

/**
 * What follows where a signal gave no answer that a rule could have acted on: a person looks, and nothing else is done.
 * @param rule the rule's name
 */
export function withoutAnswer(policy: Policy, rule: string, signal: string, why: string): Omit<Decision, 'scores'> {
  const found = policy.rules.find(({ name }) => name === rule);
  const meant = found ? `: ${found.reason}` : '';
  const asReview = found?.action === 'review' && typeof found.priority === 'number';
  return {
    action: 'review',
    rule,
    reasons: [`${signal} gave no answer (${why}), which by rule ${rule} could have mattered${meant}`],
    priority: asReview ? (found.priority as number) : 0.5,
    ...(found?.queue !== undefined && { queue: found.queue }),
    ...(found?.within !== undefined && { within: withinMs(found.within) }),
  };
}

/** Whether the signal has a label that meets the condition, with the score that suits it best. */
function couldFind(asked: FindingCondition, signal: SignalInfo, language: string | undefined): boolean {
  if (!concerns(asked, signal.name) || leastScore(asked, language) > 1) return false;
  // Only what is found in a bank was confirmed, or was not.
  if ((asked.confirmed !== undefined || asked.bank !== undefined) && !hasEntries(signal)) return false;
  return asked.label === undefined || signal.labels.some(label => asked.label?.includes(label));
}

/** `with` is left out where the signal itself could find it. */
function stillNeeded({ when }: Rule, signal: SignalInfo, post: Judged): FindingCondition | undefined {
  return when.with && couldFind(when.with, signal, spokenIn(post)) ? undefined : when.with;
}
