import type { Database, Write } from '../../runtime/index.js';
import type { Judgement } from '../basis.js';
import { type Decision, type Policy, spokenIn } from '../decide.js';
import type { InForce } from '../force.js';
import { type DifferenceRow, shadowSamplesTable, type TallyRow, type TrialRows } from './tables.js';
import { hourOf, Tally } from './tally.js';

/** What was decided on one post, by which version. */
export interface Tried {
  language: string | undefined;
  policy: Policy;
  decision: Pick<Decision, 'action' | 'rule' | 'reasons'>;
}

/** The same, with what each shadow would have done. */
export interface Watched extends Tried {
  /** As in `posts`: platform/version/id. */
  key: string;
  beside: readonly { policy: Policy; decision: Decision }[];
}

/** Differing posts kept of one pair of rules in an hour, and of all in an hour, by one process. */
const ofPair = 10;
const ofHour = 300;
/** Reasons that are kept of each side, and characters of each. */
const mostReasons = 10;
const longest = 300;

const shortened = (reasons: readonly string[]): string =>
  JSON.stringify(reasons.slice(0, mostReasons).map(reason => reason.slice(0, longest)));

const differenceOf = (
  of: Pick<DifferenceRow, 'trial' | 'key' | 'at' | 'language'>,
  would: Judgement,
  policy: Policy,
  live: Judgement,
): DifferenceRow => ({
  ...of,
  action: would.action,
  rule: would.rule,
  reasons: shortened(would.reasons),
  base: policy.version,
  base_action: live.action,
  base_rule: live.rule,
  base_reasons: shortened(live.reasons),
});

/** The cell in which a post is counted that a shadow saw. */
const shadowCell = (
  of: { trial: string; hour: number; language: string },
  would: Pick<Judgement, 'action' | 'rule'>,
  live: Pick<Judgement, 'action' | 'rule'>,
): Omit<TallyRow, 'n'> => ({
  ...of,
  arm: 'shadow',
  what: 'assessed',
  action: would.action,
  rule: would.rule,
  base_action: live.action,
  base_rule: live.rule,
});

/** What a shadow makes of a post, and what is done about it. */
interface Beside {
  shadow: Judgement;
  live: Pick<Judgement, 'action' | 'rule'>;
}

/** Counts what versions under trial do, and keeps some of the posts on which they differ: all of it in the commit of the assessments. */
export class Trials {
  #hour = 0;
  #kept = 0;
  readonly #pairs = new Map<string, number>();

  /** The writes for a batch of posts; none where nothing is on trial. */
  writes(db: Database, inForce: Pick<InForce, 'canary'>, posts: readonly Watched[], now: number): Write[] {
    const canary = inForce.canary()?.policy.version;
    const tally = new Tally();
    const hour = hourOf(now);
    if (hour !== this.#hour) {
      this.#hour = hour;
      this.#kept = 0;
      this.#pairs.clear();
    }
    const differing: DifferenceRow[] = [];
    for (const { key, language: spoken, policy, decision, beside } of posts) {
      const language = spokenIn({ language: spoken }) ?? '';
      const { action, rule } = decision;
      if (canary !== undefined) {
        const arm = policy.version === canary ? ('canary' as const) : ('control' as const);
        tally.add({
          trial: canary,
          arm,
          what: 'assessed',
          hour,
          language,
          action,
          rule,
          base_action: '',
          base_rule: '',
        });
      }
      for (const { policy: shadow, decision: would } of beside) {
        tally.add(shadowCell({ trial: shadow.version, hour, language }, would, decision));
        if (would.action !== action && this.#keeps(`${shadow.version}\0${would.rule}\0${rule}`)) {
          differing.push(differenceOf({ trial: shadow.version, key, at: now, language }, would, policy, decision));
        }
      }
    }
    const samples = differing.length > 0 ? [db.insert(shadowSamplesTable, differing, { onConflict: 'nothing' })] : [];
    return [...samples, ...tally.writes(db)];
  }

  /** Counts a further assessment of a post, which a later answer made severer: what is done about it counts for whoever decided. */
  again(tally: Tally, inForce: Pick<InForce, 'canary'>, { language, policy, decision }: Tried, now: number): void {
    const trial = inForce.canary()?.policy.version;
    if (trial === undefined) return;
    const arm = policy.version === trial ? ('canary' as const) : ('control' as const);
    const cell = {
      trial,
      arm,
      what: 'assessed' as const,
      hour: hourOf(now),
      language: spokenIn({ language }) ?? '',
    };
    tally.add({ ...cell, action: decision.action, rule: decision.rule, base_action: '', base_rule: '' });
  }

  /**
   * A later answer changed what a shadow makes of a post, or what is done about it: it is counted as it is now instead, and is among the posts on which they
   * differ, or no longer.
   * @param tally takes the counts
   * @param at when it was assessed first: the hour that it is counted in
   * @returns the writes beside those counts
   */
  moved(
    db: Database,
    tally: Tally,
    { key, language: spoken, at, policy }: { key: string; language: string | undefined; at: number; policy: Policy },
    shadow: Policy,
    was: Beside,
    is: Beside & { live: Judgement },
  ): Write[] {
    const alike = (a: Pick<Judgement, 'action' | 'rule'>, b: typeof a): boolean =>
      a.action === b.action && a.rule === b.rule;
    if (alike(was.shadow, is.shadow) && alike(was.live, is.live)) return [];
    const language = spokenIn({ language: spoken }) ?? '';
    const trial = shadow.version;
    const of = { trial, hour: hourOf(at), language };
    tally.add(shadowCell(of, was.shadow, was.live), -1);
    tally.add(shadowCell(of, is.shadow, is.live), 1);
    const gone = db
      .tables<TrialRows>()
      .deleteFrom('policy_differences')
      .where('trial', '=', trial)
      .where('key', '=', key);
    const writes: Write[] = was.shadow.action === was.live.action ? [] : [{ query: gone }];
    const differs = is.shadow.action !== is.live.action;
    if (differs && this.#keeps(`${trial}\0${is.shadow.rule}\0${is.live.rule}`)) {
      const row = differenceOf({ trial, key, at, language }, is.shadow, policy, is.live);
      writes.push(db.insert(shadowSamplesTable, [row], { onConflict: 'nothing' }));
    }
    return writes;
  }

  #keeps(pair: string): boolean {
    const kept = this.#pairs.get(pair) ?? 0;
    if (kept >= ofPair || this.#kept >= ofHour) return false;
    this.#pairs.set(pair, kept + 1);
    this.#kept++;
    return true;
  }
}
