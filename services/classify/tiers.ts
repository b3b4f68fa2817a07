import type { Finding, Post, PostFlag } from '../contracts/index.js';
import { couldChange, type Decision, decide, type Policy, severerRule } from '../policies/index.js';
import { assessAll, isFor, type Signal, type SignalContext } from './signals/index.js';

/** A post as policies judge it. */
export type JudgedPost = Post & { flags: readonly PostFlag[] };

/** What is known of a post before anything costly was asked. */
export interface AtOnce {
  findings: Finding[];
  decision: Decision;
  /** Costly signals whose answer could still make the action severer, each with the rule by which. */
  open: { signal: Signal; rule: string }[];
  /** Costly signals that take the post. */
  takes: string[];
  /** A model was asked, beside what is cheap. */
  reachedModels: boolean;
}

/** A person who is going to look is shown what the models say, also where it changes nothing. */
const forPeople = ({ action }: Decision): boolean => action === 'review' || action === 'withhold';

/**
 * Asks the cheap signals, then the models about the posts where they could still change what is done, and tells which costly ones could beyond that.
 * @throws SignalError of the first signal that fails: silence would mean that it found nothing
 */
export async function askAtOnce(
  signals: readonly Signal[],
  policy: Policy,
  posts: readonly JudgedPost[],
  context: SignalContext,
): Promise<AtOnce[]> {
  const ofCost = (cost: Signal['cost']): Signal[] => signals.filter(signal => signal.cost === cost);
  const findings = await assessAll(ofCost('cheap'), posts, context);
  let decisions = posts.map((post, n) => decide(policy, post, findings[n]!));
  const reached = new Set<number>();
  const models = ofCost('model');
  const wanted = (signal: Signal, n: number): boolean => {
    const decision = decisions[n]!;
    const wants = forPeople(decision) || couldChange(policy, posts[n]!, findings[n]!, decision, signal);
    if (wants) reached.add(n);
    return wants;
  };
  const said = await assessAll(models, posts, context, wanted);
  for (const n of reached) findings[n]!.push(...said[n]!);
  decisions = decisions.map((decision, n) => (reached.has(n) ? decide(policy, posts[n]!, findings[n]!) : decision));
  const remote = ofCost('remote');
  return posts.map((post, n) => {
    const decision = decisions[n]!;
    const taking = remote.filter(signal => isFor(signal, post));
    const open = taking.flatMap(signal => {
      const rule = severerRule(policy, post, findings[n]!, decision.action, signal);
      return rule ? [{ signal, rule: rule.name }] : [];
    });
    const takes = taking.map(({ name }) => name);
    return { findings: findings[n]!, decision, open, takes, reachedModels: reached.has(n) };
  });
}
