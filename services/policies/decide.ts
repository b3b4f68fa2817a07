import type { Action, Finding, PostFlag } from '../contracts/index.js';
import type { FindingCondition, PostCondition, Rule } from './schema.js';

/** A finding, and whether its signal holds the score to be high, by a threshold of its own for the post's language. */
export interface Found extends Finding {
  over?: boolean;
}

/** What a policy looks at of a post, beside what was found in it. */
export interface Judged {
  platform: string;
  language?: string | undefined;
  flags?: readonly PostFlag[];
}

/** What follows for a post. */
export interface Decision {
  action: Action;
  /** The rule that decided; `no-rule` where none was for the post. */
  rule: string;
  /** The rule's reason, then what was found that met it. */
  reasons: string[];
  /** The highest score by label. */
  scores: Record<string, number>;
  /** From 0 to 1, the more urgent the higher. */
  priority: number;
  queue?: string;
}

/** A policy that can be decided by. Made by `loadPolicy`. */
export interface Policy {
  name: string;
  /** `<name>@<first 12 digits of the SHA-256 of its text>`: names exactly these rules. */
  version: string;
  /** In the order in which they decide: the severest action first, then as written. */
  rules: readonly Rule[];
}

export const severity: Readonly<Record<Action, number>> = { remove: 3, withhold: 2, review: 1, allow: 0 };

/** The order in which rules decide: a severer action before a milder one, the first written before the others. */
export const inOrder = (rules: readonly Rule[]): Rule[] =>
  [...rules].sort((a, b) => severity[b.action] - severity[a.action]);

/**
 * What the policy makes of a post: the severest action that a rule asks for, by the first such rule. Pure: the same policy, post and
 * findings always give the same decision.
 */
export function decide(policy: Policy, post: Judged, findings: readonly Found[]): Decision {
  const language = post.language?.split('-', 1)[0];
  const scores: Record<string, number> = {};
  for (const { label, score } of findings) {
    const highest = scores[label];
    if (highest === undefined || score > highest) scores[label] = score;
  }
  for (const rule of policy.rules) {
    const { finding, post: asked } = rule.when;
    if (asked && !postMeets(asked, post, language)) continue;
    if (finding && !findings.some(found => meets(finding, found, language))) continue;
    if (rule.unless && holds(rule.unless, post, language, findings)) continue;
    const met = finding ? findings.filter(found => meets(finding, found, language)) : [];
    return {
      action: rule.action,
      rule: rule.name,
      reasons: [rule.reason, ...met.map(({ reason }) => reason)],
      scores,
      priority: rule.priority === 'score' ? met.reduce((most, { score }) => Math.max(most, score), 0) : rule.priority,
      ...(rule.queue !== undefined && { queue: rule.queue }),
    };
  }
  return { action: 'allow', rule: 'no-rule', reasons: ['no rule is for this post'], scores, priority: 0 };
}

function holds(
  { finding, post: asked }: Rule['when'],
  post: Judged,
  language: string | undefined,
  findings: readonly Found[],
): boolean {
  return (
    (!asked || postMeets(asked, post, language)) &&
    (!finding || findings.some(found => meets(finding, found, language)))
  );
}

function meets(asked: FindingCondition, found: Found, language: string | undefined): boolean {
  return (
    (asked.signal === undefined || asked.signal === found.signal) &&
    (asked.label === undefined || asked.label.includes(found.label)) &&
    (asked.confirmed === undefined || asked.confirmed === found.entry?.confirmed) &&
    (asked.over === undefined || found.over === true) &&
    found.score >= leastScore(asked, language)
  );
}

/** The least score for a language; above every score where the condition names languages, and neither this one nor `other`. */
export function leastScore({ atLeast }: FindingCondition, language: string | undefined): number {
  if (atLeast === undefined) return 0;
  if (typeof atLeast === 'number') return atLeast;
  return (language === undefined ? undefined : atLeast[language]) ?? atLeast.other ?? Number.POSITIVE_INFINITY;
}

function postMeets(asked: PostCondition, post: Judged, language: string | undefined): boolean {
  return (
    (asked.platform === undefined || asked.platform.includes(post.platform)) &&
    (asked.language === undefined || (language !== undefined && asked.language.includes(language))) &&
    (asked.flags === undefined || asked.flags.some(flag => post.flags?.includes(flag)))
  );
}
