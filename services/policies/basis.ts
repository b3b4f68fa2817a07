import type { Finding, PostFlag } from '../contracts/index.js';
import type { SignalInfo } from './check.js';
import { type Decision, decide, type Found, type Judged, type Policy, severity } from './decide.js';
import { couldChange, severerRule, withoutAnswer } from './open.js';

/** All that a policy can look at of an assessment, kept so that another policy can decide it again exactly. */
export interface Basis {
  language?: string | undefined;
  flags: readonly PostFlag[];
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
  /** By signal and label: the score. */
  s?: Record<string, Record<string, number>>;
  /** By signal: the labels that are over its threshold. */
  o?: Record<string, string[]>;
  /** Findings of entries, and second ones of a label: signal, label, score, over, confirmed (-1: no entry). */
  x?: [string, string, number, 0 | 1, -1 | 0 | 1][];
  t?: readonly string[];
  m?: 0;
  q?: 1;
}

/** Names are the operator's own: what is called `__proto__` must change nothing but its own place. */
const bare = <T>(): Record<string, T> => Object.create(null) as Record<string, T>;

/** About 250 bytes for a post that the text model scored. */
export function packBasis(basis: Basis): string {
  const { language, flags, findings, takes, reachedModels, asked } = basis;
  const packed: Packed = {};
  if (language !== undefined) packed.l = language;
  if (flags.length > 0) packed.f = flags;
  for (const { signal, label, score, over, entry } of findings) {
    packed.s ??= bare();
    packed.s[signal] ??= bare();
    const scores = packed.s[signal];
    if (entry || Object.hasOwn(scores, label)) {
      packed.x ??= [];
      packed.x.push([signal, label, score, over ? 1 : 0, entry ? (entry.confirmed ? 1 : 0) : -1]);
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

const noEntry = { bank: '', id: '' };

/** The inverse of `packBasis`: of findings without their reasons, and of entries only whether they were confirmed. */
export function unpackBasis(text: string): Basis {
  const { l, f = [], s = {}, o = {}, x = [], t = [], m, q } = JSON.parse(text) as Packed;
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
  for (const [signal, label, score, over, confirmed] of x) {
    const found: Found = { signal, label, score, reason: '' };
    if (over === 1) found.over = true;
    if (confirmed !== -1) found.entry = { ...noEntry, confirmed: confirmed === 1 };
    findings.push(found);
  }
  return { language: l, flags: f, findings, takes: t, reachedModels: m !== 0, asked: q === 1 };
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
  platform: string,
  basis: Basis,
  answers: Readonly<Record<string, LaterAnswer>> = {},
): Redecided {
  const post: Judged = { platform, language: basis.language, flags: basis.flags };
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
    const all = 'findings' in answer ? [...findings, ...answer.findings] : findings;
    const told = decide(policy, post, all);
    const decision = 'why' in answer ? { ...told, ...withoutAnswer(policy, rule.name, name, answer.why) } : told;
    if (severity[decision.action] > severity[best.decision.action]) best = { decision, findings: all };
  }
  return best;
}
