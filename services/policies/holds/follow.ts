import { loop, type Runtime, type Stoppable } from '../../runtime/index.js';
import type { Policy } from '../decide.js';
import { type Hold, withHolds } from './apply.js';
import type { HoldRows } from './tables.js';

/** Pause (ms) between two looks; with the look itself well within the second that is promised. */
const lookEvery = 250;
/** Not seen for so long (ms), what is held counts as unknown. */
const patience = 10_000;
/** Processes hear here that something is held, or lifted; it may be lost, they look all the same. */
export const holdsChannel = 'rule-holds';

export interface Holds extends Stoppable {
  /** The policy as it decides while some of its rules are held. */
  apply(policy: Policy): Policy;
  current(): readonly Hold[];
  problem(): string | undefined;
}

/** Follows in this process which rules are held. Resolves once it knows. Cost of a look: the partial index of open holds. */
export async function followHolds({
  db,
  cache,
  time,
  log,
}: Pick<Runtime, 'db' | 'cache' | 'time' | 'log'>): Promise<Holds> {
  let holds: readonly Hold[] = [];
  let shown = '[]';
  let applied = new WeakMap<Policy, Policy>();
  let seenAt = time.steady();
  const look = async (): Promise<void> => {
    const rows = await db
      .tables<HoldRows>()
      .selectFrom('rule_holds')
      .select(['rule', 'why'])
      .where('lifted_at', 'is', null)
      .orderBy('rule')
      .execute();
    seenAt = time.steady();
    const now = JSON.stringify(rows);
    if (now === shown) return;
    shown = now;
    holds = rows;
    applied = new WeakMap();
    log.warn({ rules: rows.map(({ rule }) => rule) }, 'rules that do not act by themselves have changed');
  };
  await look();
  const looking = loop(time, lookEvery, look, error => log.warn({ err: error }, 'held rules not read; read again'));
  const hearing = await cache
    .subscribe(holdsChannel, () => looking.wake())
    .catch(async error => {
      await looking.stop();
      throw error;
    });
  return {
    apply(policy) {
      const known = applied.get(policy);
      if (known) return known;
      const made = withHolds(policy, holds);
      applied.set(policy, made);
      return made;
    },
    current: () => holds,
    problem() {
      const since = time.steady() - seenAt;
      return since > patience ? `which rules are held was last read ${Math.round(since / 1000)} s ago` : undefined;
    },
    async stop() {
      await hearing.stop();
      await looking.stop();
    },
  };
}
