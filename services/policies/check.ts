import { concerns, everyOwn, inOrder, leastScore, ownPrefix } from './decide.js';
import type { Conditions, FindingCondition, PolicyText, PostCondition, Rule } from './schema.js';

/** What policies have to know of a signal. */
export interface SignalInfo {
  name: string;
  labels: readonly string[];
  /** Labels on which a rule may act by itself: always, or where the operator's own people confirmed the entry that matched. */
  evidence?: Readonly<Record<string, 'always' | 'confirmed'>>;
  /** Labels that say that a post speaks as news, education, art, research or counter-speech. */
  context?: readonly string[];
  /** A `remote` one is asked after the first assessment. */
  cost?: 'cheap' | 'model' | 'remote';
}

/** Whether it finds entries of banks, which were confirmed or not. */
export const hasEntries = ({ evidence }: SignalInfo): boolean => Object.values(evidence ?? {}).includes('confirmed');

/**
 * What is wrong with a policy that is well written: signals and labels that do not exist, conditions that nothing can meet, rules that
 * others always come before, and actions without evidence (promise 4). Each problem begins with the path it is about.
 */
export function problemsIn(policy: PolicyText, signals: readonly SignalInfo[]): string[] {
  const problems: string[] = [];
  const names = new Set<string>();
  policy.rules.forEach((rule, n) => {
    const at = `rules[${n}]`;
    if (names.has(rule.name)) problems.push(`${at}.name: another rule is called ${rule.name}`);
    names.add(rule.name);
    const early = signals.filter(({ cost }) => cost !== 'remote');
    const { when, unless } = rule;
    if (when.finding) problems.push(...findingProblems(when.finding, `${at}.when.finding`, signals));
    // What is found only after the first assessment can neither narrow it nor hold it back.
    if (when.with) problems.push(...earlyProblems(when.with, `${at}.when.with`, early, signals));
    if (unless?.finding) problems.push(...earlyProblems(unless.finding, `${at}.unless.finding`, early, signals));
    if (unless?.with) problems.push(...earlyProblems(unless.with, `${at}.unless.with`, early, signals));
    if (when.with && !when.finding) problems.push(`${at}.when.with: needs when.finding, beside which it is to be`);
    if (unless && Object.values(unless).every(part => part === undefined)) {
      problems.push(`${at}.unless: holds for every post, so the rule is for none`);
    } else if (unless && conditionsCover(unless, when)) {
      problems.push(`${at}.unless: holds wherever "when" does, so the rule is for none`);
    }
    for (const [part, asked] of Object.entries({ when, unless })) {
      const { atLeast = 0, below = Number.POSITIVE_INFINITY } = asked?.post?.views ?? {};
      if (atLeast >= below)
        problems.push(`${at}.${part}.post.views: no number is at least ${atLeast} and below ${below}`);
    }
    if (rule.within !== undefined && (rule.action === 'remove' || rule.action === 'allow')) {
      problems.push(`${at}.within: is for what people look at, and ${rule.action} asks nobody`);
    }
    if (rule.priority === 'score' && !rule.when.finding) {
      problems.push(`${at}.priority: "score" needs a condition on a finding`);
    }
    const { finding, post } = rule.when;
    if (finding && post?.language?.every(language => leastScore(finding, language) > 1)) {
      problems.push(`${at}.when.finding.atLeast: names a score for none of the languages of the rule`);
    }
    const lacking = evidenceLacking(rule, signals);
    if (lacking) problems.push(`${at}: ${lacking}`);
  });
  const ordered = inOrder(policy.rules);
  ordered.forEach((rule, n) => {
    const before = ordered.slice(0, n).find(earlier => covers(earlier, rule));
    if (before) {
      const at = policy.rules.indexOf(rule);
      problems.push(`rules[${at}]: can never decide, rule ${before.name} (${before.action}) always comes before it`);
    }
  });
  return problems;
}

/** Rules that act by themselves and may not: what they ask for is no evidence. */
export const rulesWithoutEvidence = (policy: PolicyText, signals: readonly SignalInfo[]): ReadonlySet<string> =>
  new Set(policy.rules.filter(rule => evidenceLacking(rule, signals)).map(({ name }) => name));

function earlyProblems(
  finding: FindingCondition,
  at: string,
  early: readonly SignalInfo[],
  signals: readonly SignalInfo[],
): string[] {
  const { signal } = finding;
  const late = signal === everyOwn || signals.some(({ name, cost }) => name === signal && cost === 'remote');
  if (late) return [`${at}.signal: ${signal} is asked after the first assessment, which this condition is about`];
  return findingProblems(finding, at, early);
}

function findingProblems(finding: FindingCondition, at: string, signals: readonly SignalInfo[]): string[] {
  const { signal, label, confirmed, bank, over } = finding;
  const asked = signals.filter(({ name }) => concerns(finding, name));
  if (asked.length === 0) {
    // There need not be any yet.
    if (signal === everyOwn) return [];
    return [`${at}.signal: there is no signal ${signal} (there are ${signals.map(({ name }) => name).join(', ')})`];
  }
  const known = new Set(asked.flatMap(({ labels }) => labels));
  const of = signal === undefined ? 'no signal' : `signal ${signal} never`;
  const problems = (label ?? [])
    .filter(name => !known.has(name))
    .map(name => `${at}.label: ${of} finds ${name} (it is one of ${[...known].join(', ')})`);
  if (confirmed !== undefined && !asked.some(hasEntries)) {
    problems.push(`${at}.confirmed: signal ${signal} has no entries that could be confirmed`);
  }
  if (bank !== undefined && !asked.some(hasEntries)) {
    problems.push(`${at}.bank: signal ${signal} looks into no bank`);
  }
  if ((confirmed !== undefined || bank !== undefined) && over)
    problems.push(`${at}: no finding has both an entry (confirmed, bank) and a threshold (over)`);
  return problems;
}

/** Only evidence automates: why this rule may not act by itself, or undefined. */
function evidenceLacking({ action, when }: Rule, signals: readonly SignalInfo[]): string | undefined {
  if (action !== 'remove' && action !== 'withhold') return undefined;
  const evidence = signals.flatMap(signal =>
    Object.entries(signal.evidence ?? {}).map(([label, kind]) => ({ signal: signal.name, label, kind })),
  );
  // Two signals may find the same.
  const names = new Set(
    evidence.map(({ label, kind }) => (kind === 'confirmed' ? `${label} with confirmed: true` : label)),
  );
  const needs = `${action} needs evidence, so when.finding has to name ${[...names].join(', or ')}`;
  if (!when.finding?.label || when.finding.signal?.startsWith(ownPrefix)) return needs;
  const { label: labels, confirmed } = when.finding;
  for (const label of labels) {
    const from = signals.filter(({ name, labels: own }) => concerns(when.finding ?? {}, name) && own.includes(label));
    for (const { name } of from) {
      const kind = evidence.find(one => one.signal === name && one.label === label)?.kind;
      if (kind === undefined) return `${needs}; ${label} of ${name} alone is a reason to review`;
      if (kind === 'confirmed' && confirmed !== true) return `${needs}; unconfirmed entries only send to review`;
    }
  }
  return undefined;
}

/** Whether the first rule is for every post that the second is for. */
function covers(first: Rule, second: Rule): boolean {
  if (first.unless && JSON.stringify(first.unless) !== JSON.stringify(second.unless)) return false;
  if (first.sample !== undefined && first.sample < 1) return false;
  return conditionsCover(first.when, second.when);
}

/** Whether the first holds wherever the second does. */
function conditionsCover(wide: Conditions, narrow: Conditions): boolean {
  const { finding, post, context } = wide;
  if (context && !narrow.context) return false;
  if (wide.with && !(narrow.with && findingCovers(wide.with, narrow.with))) return false;
  return (
    (!finding || (narrow.finding !== undefined && findingCovers(finding, narrow.finding))) &&
    (!post || (narrow.post !== undefined && postCovers(post, narrow.post)))
  );
}

const within = (wide: readonly string[] | undefined, narrow: readonly string[] | undefined): boolean =>
  wide === undefined || (narrow?.every(item => wide.includes(item)) ?? false);

function findingCovers(wide: FindingCondition, narrow: FindingCondition): boolean {
  const leasts = [wide, narrow].flatMap(({ atLeast, scores }) => [atLeast, ...Object.values(scores ?? {})]);
  const languages = leasts.flatMap(least => (typeof least === 'object' ? Object.keys(least) : []));
  const labels = narrow.label ?? [undefined];
  return (
    (wide.signal === undefined || (narrow.signal !== undefined && concerns(wide, narrow.signal))) &&
    within(wide.label, narrow.label) &&
    within(wide.bank, narrow.bank) &&
    (wide.confirmed === undefined || wide.confirmed === narrow.confirmed) &&
    (wide.over === undefined || wide.over === narrow.over) &&
    [...languages, undefined].every(language =>
      labels.every(label => leastScore(wide, language, label) <= leastScore(narrow, language, label)),
    )
  );
}

const postCovers = (wide: PostCondition, narrow: PostCondition): boolean =>
  within(wide.language, narrow.language) &&
  within(wide.platform, narrow.platform) &&
  within(wide.flags, narrow.flags) &&
  within(wide.author, narrow.author) &&
  within(wide.has, narrow.has) &&
  (wide.authorRemoved ?? 0) <= (narrow.authorRemoved ?? 0) &&
  (wide.reply === undefined || wide.reply === narrow.reply) &&
  (wide.views?.atLeast ?? 0) <= (narrow.views?.atLeast ?? 0) &&
  (wide.views?.below ?? Number.POSITIVE_INFINITY) >= (narrow.views?.below ?? Number.POSITIVE_INFINITY) &&
  (wide.views === undefined || narrow.views !== undefined);
