import { type Database, isoTime, sql } from '../../runtime/index.js';
import { type Arm as Counted, compare, exceeds } from '../sequential.js';
import type { Force } from '../states.js';
import type { Arm, DifferenceRow, TallyRow, TrialRows, What } from './tables.js';
import { hourOf } from './tally.js';

/** Of what is held against the live version, the share of runs in which a canary that is within its bound is stopped. */
const alpha = 0.05;

/** What is counted of a canary and of the live version beside it. */
interface ArmFigures {
  posts: number;
  byAction: Record<string, number>;
  /** Cases that people decided, and those in which they let the post stand. */
  reviewed: Counted;
  /** Posts removed by itself, and those that people brought back. */
  acted: Counted;
  /** Posts removed or withheld, and those that somebody complained of. */
  complaints: Counted;
}

export const measures = ['reviewed', 'acted', 'complaints'] as const;
export type Measure = (typeof measures)[number];

const sumOf = (rows: readonly TallyRow[], what: What, ...actions: string[]): number =>
  rows.reduce(
    (sum, row) => (row.what === what && (actions.length === 0 || actions.includes(row.action)) ? sum + row.n : sum),
    0,
  );

/** Complaints and what people bring back come later than the posts; there can't be more of them. */
const counted = (n: number, wrong: number): Counted => ({ n: Math.max(n, wrong), wrong });

function figuresOf(rows: readonly TallyRow[]): ArmFigures {
  const byAction: Record<string, number> = {};
  for (const { what, action, n } of rows) if (what === 'assessed') byAction[action] = (byAction[action] ?? 0) + n;
  const looked = ['review', 'withhold'];
  const kept = sumOf(rows, 'overturned', ...looked);
  return {
    posts: sumOf(rows, 'assessed'),
    byAction,
    reviewed: counted(sumOf(rows, 'upheld', ...looked) + kept, kept),
    acted: counted(sumOf(rows, 'assessed', 'remove'), sumOf(rows, 'overturned', 'remove')),
    complaints: counted(sumOf(rows, 'assessed', 'remove', 'withhold'), sumOf(rows, 'complained')),
  };
}

/** Counts of one trial since an instant. Cost: a range of the primary key. */
const talliesOf = (db: Database, trial: string, arms: readonly Arm[], since: number): Promise<TallyRow[]> =>
  db
    .tables<TrialRows>()
    .selectFrom('policy_tallies')
    .selectAll()
    .where('trial', '=', trial)
    .where('arm', 'in', arms)
    .where('hour', '>=', hourOf(since))
    .execute();

/** A canary beside the live version, with what can be said of the difference at any time. */
export async function compareCanary(db: Database, { id, bound, since }: NonNullable<Force['canary']>) {
  const rows = await talliesOf(db, id, ['canary', 'control'], since);
  const canary = figuresOf(rows.filter(({ arm }) => arm === 'canary'));
  const live = figuresOf(rows.filter(({ arm }) => arm === 'control'));
  const each = alpha / measures.length;
  const differences = Object.fromEntries(
    measures.map(name => [
      name,
      { ...compare(canary[name], live[name], each), exceeded: exceeds(canary[name], live[name], bound, each) },
    ]),
  ) as Record<Measure, ReturnType<typeof compare> & { exceeded: boolean }>;
  return { canary, live, bound, confidence: 1 - alpha, differences };
}

/** What a shadow would have done beside what was done, by action, language and rule. */
export async function compareShadow(db: Database, trial: string, since: number) {
  const rows = await talliesOf(db, trial, ['shadow'], since);
  const cells = new Map<string, Pick<TallyRow, 'language' | 'action' | 'rule' | 'base_action' | 'base_rule' | 'n'>>();
  for (const { language, action, rule, base_action, base_rule, n } of rows) {
    const key = [language, action, rule, base_action, base_rule].join('\0');
    const known = cells.get(key);
    if (known) known.n += n;
    else cells.set(key, { language, action, rule, base_action, base_rule, n });
  }
  // What was counted otherwise at first is none by now.
  const counts = [...cells.values()].filter(({ n }) => n > 0).sort((a, b) => b.n - a.n);
  const posts = counts.reduce((sum, { n }) => sum + n, 0);
  const same = counts.reduce((sum, { n, action, base_action }) => (action === base_action ? sum + n : sum), 0);
  return {
    posts,
    differing: posts - same,
    counts: counts.map(({ language, action, rule, base_action, base_rule, n }) => ({
      ...(language && { language }),
      live: { action: base_action, rule: base_rule },
      shadow: { action, rule },
      posts: n,
    })),
  };
}

/** By hour, how many posts a shadow saw and on how many it differs. */
export async function hoursOf(db: Database, trial: string, since: number) {
  const differs = sql<number>`sum(case when action <> base_action then n else 0 end)`;
  const rows = await db
    .tables<TrialRows>()
    .selectFrom('policy_tallies')
    .select(({ fn }) => ['hour', fn.sum<number>('n').as('posts'), differs.as('differing')])
    .where('trial', '=', trial)
    .where('arm', '=', 'shadow')
    .where('hour', '>=', hourOf(since))
    .groupBy('hour')
    .orderBy('hour')
    .execute();
  return rows.map(({ hour, posts, differing }) => ({
    hour: isoTime(hour),
    posts: Number(posts),
    differing: Number(differing),
  }));
}

/** Posts on which a shadow differs, the newest first. */
export async function differingPosts(db: Database, trial: string, limit: number) {
  const rows = await db
    .tables<TrialRows>()
    .selectFrom('policy_differences')
    .selectAll()
    .where('trial', '=', trial)
    .orderBy('at', 'desc')
    .limit(limit)
    .execute();
  return rows.map(shownDifference);
}

function shownDifference({ key, at, language, base, ...row }: DifferenceRow) {
  const [platform = '', version = ''] = key.split('/', 2);
  return {
    platform,
    id: key.slice(platform.length + version.length + 2),
    version: Number(version),
    at: isoTime(at),
    ...(language && { language }),
    live: { policy: base, action: row.base_action, rule: row.base_rule, reasons: reasonsOf(row.base_reasons) },
    shadow: { action: row.action, rule: row.rule, reasons: reasonsOf(row.reasons) },
  };
}

const reasonsOf = (kept: string): string[] => JSON.parse(kept) as string[];
