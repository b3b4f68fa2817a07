import type { Finding, PostFlag } from '../contracts/index.js';
import type { SignalInfo } from './check.js';
import { asksAuthorRemoved, type Decision, decide, type Found, type Judged, type Policy, severity } from './decide.js';
import { couldChange, severerRule, withoutAnswer } from './open.js';

const parts = ['text', 'links', 'media'] as const;

/** What policies may ask of a post itself, beside its language and flags. */
export interface Facts {
  author: string;
  /** Undefined where nobody looked. */
  authorRemoved?: number | undefined;
  has: readonly (typeof parts)[number][];
  reply: boolean;
  views?: number | undefined;
}

export const factsOf = (post: Judged): Facts => ({
  author: post.author?.id ?? '',
  authorRemoved: post.authorRemoved,
  has: parts.filter(part => Boolean(post[part]?.length)),
  reply: post.inReplyTo !== undefined,
  views: post.views,
});

const judgedBy = ({ author, authorRemoved, has, reply, views }: Facts): Omit<Judged, 'platform'> => ({
  author: { id: author },
  ...(authorRemoved !== undefined && { authorRemoved }),
  ...(has.includes('text') && { text: '.' }),
  ...(has.includes('links') && { links: [0] }),
  ...(has.includes('media') && { media: [0] }),
  ...(reply && { inReplyTo: '' }),
  views,
});

/** All that a policy can look at of an assessment, kept so that another policy can decide it again exactly. */
export interface Basis {
  language?: string | undefined;
  flags: readonly PostFlag[];
  facts: Facts;
  /** What was found at once; what costly signals answered later is kept with their questions. */
  findings: readonly Found[];
  /** Costly signals that take the post, asked or not. */
  takes: readonly string[];
  /** Whether models were asked beside what is cheap. */
  reachedModels: boolean;
  /** Whether costly signals were asked. */
  asked: boolean;
}

/** As it is kept: names of one letter, since there is one for every post. */
interface Packed {
  l?: string;
  f?: readonly PostFlag[];
  a: string;
  /** Removed of the account, parts that it has where not text alone, whether it is a reply, views. */
  r?: number;
  h?: Facts['has'];
  p?: 1;
  v?: number;
  /** By signal and label: the score. */
  s?: Record<string, Record<string, number>>;
  /** By signal: the labels that are over its threshold. */
  o?: Record<string, string[]>;
  /** Findings of entries, and second ones of a label: signal, label, score, over, confirmed (-1: no entry), bank. */
  x?: [string, string, number, 0 | 1, -1 | 0 | 1, string][];
  t?: readonly string[];
  m?: 0;
  q?: 1;
}

/** Names are the operator's own: what is called `__proto__` must change nothing but its own place. */
const bare = <T>(): Record<string, T> => Object.create(null) as Record<string, T>;

/** About 250 bytes for a post that the text model scored. */
export function packBasis(basis: Basis): string {
  const { language, flags, facts, findings, takes, reachedModels, asked } = basis;
  const packed: Packed = { a: facts.author };
  if (facts.authorRemoved !== undefined) packed.r = facts.authorRemoved;
  if (facts.has.length !== 1 || facts.has[0] !== 'text') packed.h = facts.has;
  if (facts.reply) packed.p = 1;
  if (facts.views !== undefined) packed.v = facts.views;
  if (language !== undefined) packed.l = language;
  if (flags.length > 0) packed.f = flags;
  for (const { signal, label, score, over, entry } of findings) {
    packed.s ??= bare();
    packed.s[signal] ??= bare();
    const scores = packed.s[signal];
    if (entry || Object.hasOwn(scores, label)) {
      packed.x ??= [];
      packed.x.push([signal, label, score, over ? 1 : 0, entry ? (entry.confirmed ? 1 : 0) : -1, entry?.bank ?? '']);
      continue;
    }
    scores[label] = score;
    if (!over) continue;
    packed.o ??= bare();
    packed.o[signal] ??= [];
    packed.o[signal].push(label);
  }
  if (takes.length > 0) packed.t = takes;
  if (!reachedModels) packed.m = 0;
  if (asked) packed.q = 1;
  return JSON.stringify(packed);
}

/** The inverse of `packBasis`: of findings without their reasons, and of entries only their bank and whether they were confirmed. */
export function unpackBasis(text: string): Basis {
  const { l, f = [], a, r, h = ['text'], p, v, s = {}, o = {}, x = [], t = [], m, q } = JSON.parse(text) as Packed;
  const facts: Facts = { author: a, authorRemoved: r, has: h, reply: p === 1, views: v };
  const findings: Found[] = [];
  for (const signal in s) {
    const over = Object.hasOwn(o, signal) ? o[signal] : undefined;
    const scores = s[signal]!;
    for (const label in scores) {
      const found: Found = { signal, label, score: scores[label]!, reason: '' };
      if (over?.includes(label)) found.over = true;
      findings.push(found);
    }
  }
  for (const [signal, label, score, over, confirmed, bank] of x) {
    const found: Found = { signal, label, score, reason: '' };
    if (over === 1) found.over = true;
    if (confirmed !== -1) found.entry = { bank, id: '', confirmed: confirmed === 1 };
    findings.push(found);
  }
  return { language: l, flags: f, facts, findings, takes: t, reachedModels: m !== 0, asked: q === 1 };
}

/** What a costly signal said of a post: what it found, or that there was no answer. */
export type LaterAnswer = { findings: readonly Finding[] } | { why: string };

/** What another policy makes of a kept assessment, or the signal without whose word nobody can tell. */
export type Redecided = { decision: Decision; findings: readonly Found[] } | { lacking: string };

/**
 * Decides a kept assessment by this policy as it would have been then: at once, and with what costly signals answered later. Pure. Where the policy needs a
 * signal that was not asked, it says so instead of guessing.
 * @param signals what there is to decide by
 * @param answers by costly signal
 */
export function redecide(
  policy: Policy,
  signals: readonly SignalInfo[],
  { platform, id }: { platform: string; id: string },
  basis: Basis,
  answers: Readonly<Record<string, LaterAnswer>> = {},
): Redecided {
  const { language, flags, facts } = basis;
  if (facts.authorRemoved === undefined && asksAuthorRemoved(policy)) return { lacking: 'the history of its account' };
  const post: Judged = { platform, id, language, flags, ...judgedBy(facts) };
  const { findings } = basis;
  const first = decide(policy, post, findings);
  let best: { decision: Decision; findings: readonly Found[] } = { decision: first, findings };
  if (!basis.reachedModels) {
    const model = signals.find(one => one.cost === 'model' && couldChange(policy, post, findings, first, one));
    if (model) return { lacking: model.name };
  }
  for (const name of basis.takes) {
    const info = signals.find(signal => signal.name === name && signal.cost === 'remote');
    const rule = info && severerRule(policy, post, findings, first.action, info);
    if (!rule) continue;
    const answer = answers[name];
    if (!answer) return { lacking: name };
    const told = withAnswer(policy, post, findings, { name, rule: rule.name }, answer);
    if (severity[told.decision.action] > severity[best.decision.action]) best = told;
  }
  return best;
}

/** What one answer leads to by itself. @param of the signal, and the rule by which it was asked */
function withAnswer(
  policy: Policy,
  post: Judged,
  findings: readonly Found[],
  { name, rule }: { name: string; rule: string },
  answer: LaterAnswer,
): { decision: Decision; findings: readonly Found[] } {
  const all = 'findings' in answer ? [...findings, ...answer.findings] : findings;
  const told = decide(policy, post, all);
  const decision = 'why' in answer ? { ...told, ...withoutAnswer(policy, rule, name, answer.why) } : told;
  return { decision, findings: all };
}

/** What a version makes of a post, as far as it is counted. */
export type Judgement = Pick<Decision, 'action' | 'rule'> & { reasons: readonly string[] };

/**
 * What a policy makes of a post by what costly signals have answered so far: the severest of what it made of it at once and what each answer leads to. Answers
 * that could not make it severer change nothing. Pure.
 * @param findings what was found at once
 * @param first what it made of it then
 * @param answers by signal
 */
export function withAnswers(
  policy: Policy,
  signals: readonly SignalInfo[],
  post: Judged,
  findings: readonly Found[],
  first: Judgement,
  answers: Readonly<Record<string, LaterAnswer>>,
): Judgement {
  let best = first;
  // In one order, whichever came first: of two that lead as far, the same one is always gone by.
  for (const name of Object.keys(answers).sort()) {
    const answer = answers[name]!;
    const info = signals.find(signal => signal.name === name);
    const rule = info && severerRule(policy, post, findings, first.action, info);
    if (!rule) continue;
    const { decision } = withAnswer(policy, post, findings, { name, rule: rule.name }, answer);
    if (severity[decision.action] > severity[best.action]) best = decision;
  }
  return best;
}
