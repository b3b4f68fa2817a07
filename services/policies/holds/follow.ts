import { type Followed, follow, type Runtime } from '../../runtime/index.js';
import type { Policy } from '../decide.js';
import { type Hold, withHolds } from './apply.js';
import type { HoldRows } from './tables.js';

/** Pause (ms) between two looks; with the look itself well within the second that is promised. */
const lookEvery = 250;
/** Processes hear here that something is held, or lifted; it may be lost, they look all the same. */
export const holdsChannel = 'rule-holds';

export interface Holds extends Followed {
  /** The policy as it decides while some of its rules are held. */
  apply(policy: Policy): Policy;
  current(): readonly Hold[];
}

/** Follows in this process which rules are held. Resolves once it knows. Cost of a look: the partial index of open holds. */
export async function followHolds(runtime: Pick<Runtime, 'db' | 'cache' | 'time' | 'log'>): Promise<Holds> {
  const { db, log } = runtime;
  let holds: readonly Hold[] = [];
  let shown = '[]';
  let applied = new WeakMap<Policy, Policy>();
  const look = async (): Promise<void> => {
    const rows = await db
      .tables<HoldRows>()
      .selectFrom('rule_holds')
      .select(['rule', 'why'])
      .where('lifted_at', 'is', null)
      .orderBy('rule')
      .execute();
    const now = JSON.stringify(rows);
    if (now === shown) return;
    shown = now;
    holds = rows;
    applied = new WeakMap();
    log.warn({ rules: rows.map(({ rule }) => rule) }, 'rules that do not act by themselves have changed');
  };
  await look();
  const followed = await follow(runtime, holdsChannel, lookEvery, look, {
    unread: 'held rules not read; read again',
    lastRead: 'which rules are held was',
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
    ...followed,
  };
}
