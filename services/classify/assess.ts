import type { Finding, Post, PostAssessed } from '../contracts/index.js';
import { decide, type Policy, severerRule, severity, single, withoutAnswer } from '../policies/index.js';
import { assessedAs } from './assessed.js';
import type { RunningSignals } from './signals/index.js';
import { versionsOf } from './stage.js';
import { askAtOnce } from './tiers.js';

/** An assessment that nothing follows from. */
export type AssessedPost = Pick<
  PostAssessed,
  'id' | 'scores' | 'action' | 'rule' | 'reasons' | 'findings' | 'versions'
>;

/**
 * Assesses posts as the service would, costly signals included, and keeps nothing.
 * @throws SignalError where a signal that is asked at once fails
 */
export async function assessPosts(
  signals: RunningSignals,
  policy: Policy,
  posts: readonly Post[],
  now: number,
): Promise<AssessedPost[]> {
  const judged = posts.map(post => ({ ...post, flags: [] }));
  const versions = versionsOf(signals, policy);
  const found = await askAtOnce(signals.signals, single(policy), judged, signals.context());
  const results = found.map(({ decision, findings }, n) => ({ post: judged[n]!, decision, findings, versions }));
  for (const signal of signals.signals.filter(({ cost }) => cost === 'remote')) {
    const open = results.flatMap((result, n) => {
      if (!found[n]!.open.some(one => one.signal === signal)) return [];
      const rule = severerRule(policy, result.post, found[n]!.findings, result.decision.action, signal);
      return rule ? [{ result, rule: rule.name, early: found[n]!.findings }] : [];
    });
    const atOnce = signal.limits?.posts ?? 32;
    for (let at = 0; at < open.length; at += atOnce) {
      const asked = open.slice(at, at + atOnce);
      const version = signal.version();
      let answers: Finding[][] | Error;
      try {
        answers = await signal.assess(
          asked.map(({ result }) => result.post),
          signals.context(),
        );
      } catch (error) {
        answers = error as Error;
      }
      asked.forEach(({ result, rule, early }, n) => {
        const answer = answers instanceof Error ? undefined : (answers[n] ?? []);
        const all = [...early, ...(answer ?? [])];
        const told = decide(policy, result.post, all);
        const decision = answer
          ? told
          : { ...told, ...withoutAnswer(policy, rule, signal.name, (answers as Error).message) };
        if (answer) result.versions = { ...versions, signals: { ...result.versions.signals, [signal.name]: version } };
        if (severity[decision.action] <= severity[result.decision.action]) return;
        result.decision = decision;
        result.findings = all;
      });
    }
  }
  return results.map(({ post: { flags, ...post }, decision, findings, versions }) =>
    assessedAs({ post, flags, receivedAt: now, route: 'assess' }, decision, findings, versions, now),
  );
}
