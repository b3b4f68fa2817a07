import { type Action, caseClosed, dutyMoved, type PostUnbanked, postUnbanked } from '../../contracts/index.js';
import { type Database, drop, ok, type Result, type Stage, type StageOutput } from '../../runtime/index.js';
import type { InForce } from '../force.js';
import type { What } from './tables.js';
import { hourOf, Tally } from './tally.js';

/** What was made of a post, by what. */
export interface Made {
  /** The version, whatever lay over it. */
  policy: string;
  action: Action;
  rule: string;
  at: number;
}

/** A post that something was decided about; the version where it is known. */
interface About {
  platform: string;
  postId: string;
  version?: number;
}

/** Looks up what was made of posts, in their order; undefined of those that nothing is known of. */
export type MadeOf = (posts: readonly About[]) => Promise<(Made | undefined)[]>;

type Outcome = About & { what: What; at: number; only?: Action };

/** Counts outcomes for the trial that is under way: of posts that its canary or the live version beside it decided on since it began. */
async function count(
  db: Database,
  inForce: Pick<InForce, 'canary' | 'current'>,
  madeOf: MadeOf,
  outcomes: readonly (Outcome | string)[],
): Promise<StageOutput> {
  const canary = inForce.canary();
  if (!canary) return { results: outcomes.map(() => drop('no canary is under way')) };
  const asked = outcomes.filter(one => typeof one !== 'string');
  const made = new Map((await madeOf(asked)).map((one, n) => [asked[n] as Outcome, one]));
  const tally = new Tally();
  const results = outcomes.map((outcome): Result => {
    if (typeof outcome === 'string') return drop(outcome);
    const found = made.get(outcome);
    const { what, at, only } = outcome;
    const version = canary.policy.version;
    if (!found || found.at < canary.since) return drop('not assessed since the canary began');
    if (found.policy !== version && found.policy !== inForce.current().version) return drop('by another policy');
    if (only && found.action !== only) return drop('a person had decided it');
    const { action, rule } = found;
    const cell = { trial: version, what, hour: hourOf(at), language: '' };
    const arm = found.policy === version ? ('canary' as const) : ('control' as const);
    tally.add({ ...cell, arm, action, rule, base_action: '', base_rule: '' });
    return ok;
  });
  return { results, writes: tally.writes(db) };
}

/** Follows what people decide about cases, and complaints. */
export function reviewedStage(
  db: Database,
  inForce: Pick<InForce, 'canary' | 'current'>,
  madeOf: MadeOf,
): Stage<typeof caseClosed.schema | typeof dutyMoved.schema> {
  return {
    name: 'policy-reviewed',
    topic: 'evidence',
    accepts: { [caseClosed.type]: caseClosed.schema, [dutyMoved.type]: dutyMoved.schema },
    batch: 500,
    rest: 200,
    handle: inputs =>
      count(
        db,
        inForce,
        madeOf,
        inputs.map(({ data }) => {
          const { platform, postId, version, at } = data;
          const about = { platform, postId, version, at };
          if ('decision' in data) {
            if (data.decision === 'superseded') return 'nobody decided it';
            return { ...about, what: data.decision === 'remove' ? ('upheld' as const) : ('overturned' as const) };
          }
          const complaint = data.happened === 'begun' && /(^|-)complaint$/.test(data.duty) && postId !== '';
          return complaint ? { ...about, what: 'complained' as const } : 'no complaint about a post';
        }),
      ),
  };
}

/** Follows what people bring back that a rule had removed by itself. */
export function restoredStage(
  db: Database,
  inForce: Pick<InForce, 'canary' | 'current'>,
  madeOf: MadeOf,
): Stage<typeof postUnbanked.schema> {
  return {
    name: 'policy-restored',
    topic: 'decisions',
    accepts: { [postUnbanked.type]: postUnbanked.schema },
    batch: 500,
    rest: 200,
    handle: inputs =>
      count(
        db,
        inForce,
        madeOf,
        inputs.map(({ data: { platform, postId, at } }: { data: PostUnbanked }) => ({
          platform,
          postId,
          at,
          what: 'overturned' as const,
          only: 'remove' as const,
        })),
      ),
  };
}
