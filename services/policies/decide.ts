import type { Action, Finding, PostFlag } from '../contracts/index.js';
import { inSample } from './sample.js';
import { type Conditions, type FindingCondition, type PostCondition, type Rule, withinMs } from './schema.js';

/** A finding, and whether its signal holds the score to be high, by a threshold of its own for the post's language. */
export interface Found extends Finding {
  over?: boolean;
}

/** What a policy looks at of a post, beside what was found in it. */
export interface Judged {
  platform: string;
  language?: string | undefined;
  flags?: readonly PostFlag[];
  /** Without it, no rule with a sample rate is for the post. */
  id?: string;
  author?: { id: string };
  /** Posts of the account that were removed in the 90 days before; 0 where nobody looked. */
  authorRemoved?: number;
  text?: string | undefined;
  links?: readonly unknown[] | undefined;
  media?: readonly unknown[] | undefined;
  inReplyTo?: string | undefined;
  views?: number | undefined;
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
  /** Milliseconds in which a person has to have decided, where the rule says so. */
  within?: number;
}

/** A policy that can be decided by. Made by `loadPolicy`. */
export interface Policy {
  name: string;
  /** `<name>@<first 12 digits of the SHA-256 of its text>`: names exactly these rules. */
  version: string;
  /** In the order in which they decide: the severest action first, then as written. */
  rules: readonly Rule[];
  /** By signal: the labels that say that a post speaks as news, education and so on. */
  contexts: Readonly<Record<string, readonly string[]>>;
  /** The precision that a rule must have to act by itself. */
  floor?: number | undefined;
  /** The incidents that lie over it at this moment: they change its rules, and not which version it is. */
  incidents?: readonly string[] | undefined;
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
  const language = spokenIn(post);
  const scores: Record<string, number> = {};
  for (const { label, score } of findings) {
    const highest = scores[label];
    if (highest === undefined || score > highest) scores[label] = score;
  }
  for (const rule of policy.rules) {
    if (!holds(policy, rule.when, post, findings)) continue;
    if (rule.unless && holds(policy, rule.unless, post, findings)) continue;
    if (!isSampled(rule, post)) continue;
    const { finding } = rule.when;
    const met = finding ? findings.filter(found => meets(finding, found, language)) : [];
    return {
      action: rule.action,
      rule: rule.name,
      reasons: [rule.reason, ...met.map(({ reason }) => reason)],
      scores,
      priority: rule.priority === 'score' ? met.reduce((most, { score }) => Math.max(most, score), 0) : rule.priority,
      ...(rule.queue !== undefined && { queue: rule.queue }),
      ...(rule.within !== undefined && { within: withinMs(rule.within) }),
    };
  }
  return { action: 'allow', rule: 'no-rule', reasons: ['no rule is for this post'], scores, priority: 0 };
}

/** What was found that meets the rule's condition on findings; nothing where it has none. */
export const ruleMet = ({ when: { finding } }: Rule, post: Judged, findings: readonly Found[]): Found[] =>
  finding ? findings.filter(found => meets(finding, found, spokenIn(post))) : [];

/** Whether the post is in the share that a rule is for. */
export const isSampled = ({ name, sample }: Rule, { platform, id }: Judged): boolean =>
  sample === undefined || (id !== undefined && inSample(name, platform, id, sample));

/** Whether any rule asks how many posts of the account were removed: then somebody has to look that up. */
export const asksAuthorRemoved = ({ rules }: Policy): boolean =>
  rules.some(({ when, unless }) => [when.post, unless?.post].some(post => post?.authorRemoved !== undefined));

/** The language without region and script. */
export function spokenIn({ language }: { language?: string | undefined }): string | undefined {
  // Asked several times of every post: no array is made for it.
  const end = language?.indexOf('-') ?? -1;
  return end < 0 ? language : language?.slice(0, end);
}

/** Whether all conditions hold for a post and what was found in it. */
export function holds(policy: Policy, asked: Conditions, post: Judged, findings: readonly Found[]): boolean {
  const language = spokenIn(post);
  const found = (one: FindingCondition | undefined): boolean =>
    !one || findings.some(finding => meets(one, finding, language));
  return (
    (!asked.post || postMeets(asked.post, post, language)) &&
    found(asked.finding) &&
    found(asked.with) &&
    (!asked.context || findings.some(finding => isContext(policy, finding)))
  );
}

/**
 * From this score on a context protects: it takes little, since all that follows is that a person looks. Of 400 sentences of news and
 * encyclopaedias the text model protects 84 to 100 % by language, of ordinary talk 5 to 21 % (posts.dev; English 94 and 5 %).
 */
const protects = 0.05;

/** Whether a finding says that the post may speak as news, education and so on. */
const isContext = ({ contexts }: Policy, { signal, label, over, score }: Found): boolean =>
  (over === true || score >= protects) && (contexts[signal]?.includes(label) ?? false);

/** Whether a condition is about this signal. */
export const concerns = ({ signal }: FindingCondition, name: string): boolean =>
  signal === undefined || signal === name || (signal === everyOwn && name.startsWith(ownPrefix));

/** The names of the operator's own models as signals begin so. */
export const ownPrefix = 'own/';
/** In a condition: every one of them. */
export const everyOwn = 'own/*';

function meets(asked: FindingCondition, found: Found, language: string | undefined): boolean {
  return (
    concerns(asked, found.signal) &&
    (asked.label === undefined || asked.label.includes(found.label)) &&
    (asked.confirmed === undefined || asked.confirmed === found.entry?.confirmed) &&
    (asked.bank === undefined || (found.entry !== undefined && asked.bank.includes(found.entry.bank))) &&
    (asked.over === undefined || found.over === true) &&
    found.score >= leastScore(asked, language, found.label)
  );
}

/**
 * The least score for a language; above every score where the condition names languages, and neither this one nor `other`.
 * @param label whose score it is, where the condition has one for each; the least of them where it is left out
 */
export function leastScore(
  { atLeast, scores }: FindingCondition,
  language: string | undefined,
  label?: string,
): number {
  if (!scores) return leastOf(atLeast, language);
  if (label !== undefined)
    return scores[label] === undefined ? Number.POSITIVE_INFINITY : leastOf(scores[label], language);
  return Math.min(...Object.values(scores).map(one => leastOf(one, language)));
}

function leastOf(atLeast: FindingCondition['atLeast'], language: string | undefined): number {
  if (atLeast === undefined) return 0;
  if (typeof atLeast === 'number') return atLeast;
  return (language === undefined ? undefined : atLeast[language]) ?? atLeast.other ?? Number.POSITIVE_INFINITY;
}

function postMeets(asked: PostCondition, post: Judged, language: string | undefined): boolean {
  return (
    (asked.platform === undefined || asked.platform.includes(post.platform)) &&
    (asked.language === undefined || (language !== undefined && asked.language.includes(language))) &&
    (asked.flags === undefined || asked.flags.some(flag => post.flags?.includes(flag))) &&
    (asked.author === undefined || (post.author !== undefined && asked.author.includes(post.author.id))) &&
    (asked.authorRemoved === undefined || (post.authorRemoved ?? 0) >= asked.authorRemoved) &&
    (asked.has === undefined || asked.has.some(part => Boolean(post[part]?.length))) &&
    (asked.reply === undefined || asked.reply === (post.inReplyTo !== undefined)) &&
    (asked.views === undefined || (post.views !== undefined && viewsMeet(asked.views, post.views)))
  );
}

const viewsMeet = ({ atLeast = 0, below = Number.POSITIVE_INFINITY }: NonNullable<PostCondition['views']>, n: number) =>
  n >= atLeast && n < below;
