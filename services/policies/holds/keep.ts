import type { ApprovalKind } from '../../accounts/index.js';
import { toLedger } from '../../contracts/index.js';
import { ConflictError, type Outgoing, Problem, type Runtime, type Write } from '../../runtime/index.js';
import { holdsChannel } from './follow.js';
import { type HoldCause, type HoldRow, type HoldRows, ruleHoldsTable } from './tables.js';

type Parts = Pick<Runtime, 'db' | 'time' | 'log' | 'cache' | 'commit'>;

interface NewHold {
  rule: string;
  cause: HoldCause;
  /** A sentence, for whoever reviews and whoever is on call. */
  why: string;
  detail: Record<string, string | number>;
  by: string;
}

const entered = (row: HoldRow, change: string, by: string, at: number, why: string): Outgoing =>
  toLedger(
    {
      kind: 'policy.changed',
      at,
      detail: { change, rule: row.rule, hold: row.id, cause: row.cause, by, why, figures: JSON.parse(row.detail) },
    },
    '/policies',
    `${row.id}/${change}`,
  );

/** Holds a rule from now on, and enters it in the ledger. @returns undefined where it was held already */
export async function placeHold(parts: Parts, { rule, cause, why, detail, by }: NewHold): Promise<HoldRow | undefined> {
  const { db, time, log } = parts;
  const now = time.now();
  const row: HoldRow = {
    id: time.uuid(),
    rule,
    cause,
    why,
    detail: JSON.stringify(detail),
    placed_at: now,
    placed_by: by,
    told_at: null,
    lifted_at: null,
    lifted_by: null,
    lifted_why: null,
  };
  try {
    await parts.commit([db.insert(ruleHoldsTable, [row])], [entered(row, 'rule held', by, now, why)]);
  } catch (error) {
    if (error instanceof ConflictError) return undefined;
    throw error;
  }
  log.warn({ rule, cause, why, ...detail }, 'a rule does not act by itself any more');
  await announce(parts);
  return row;
}

export const announce = ({ cache, log }: Pick<Parts, 'cache' | 'log'>): Promise<void> =>
  cache.publish(holdsChannel, '').catch(error => log.warn({ err: error }, 'change of held rules not announced'));

export const findHold = ({ db }: Pick<Parts, 'db'>, id: string): Promise<HoldRow | undefined> =>
  db.tables<HoldRows>().selectFrom('rule_holds').selectAll().where('id', '=', id).executeTakeFirst();

/** The open ones first, then the newest. */
export const listHolds = ({ db }: Pick<Parts, 'db'>, limit = 200): Promise<HoldRow[]> =>
  db
    .tables<HoldRows>()
    .selectFrom('rule_holds')
    .selectAll()
    .orderBy(({ eb }) => eb.case().when('lifted_at', 'is', null).then(0).else(1).end())
    .orderBy('placed_at', 'desc')
    .limit(limit)
    .execute();

interface Lift {
  id: string;
  rule: string;
  why: string;
}
export const liftName = 'rule-hold';

/** Lifting a hold lets a rule act by itself again: one person asks, another agrees. */
export const liftApproval = ({ db }: Pick<Parts, 'db'>): ApprovalKind<Lift> => ({
  name: liftName,
  scope: 'approvals:decide',
  describe: ({ rule }) => `The rule "${rule}" removes and withholds by itself again`,
  async apply({ id, why }, { decided_by, decided_at, asked_by }) {
    const row = await findHold({ db }, id);
    if (!row) throw new Problem(404, 'There is no such hold.');
    const at = decided_at ?? row.placed_at;
    const by = `${asked_by} and ${decided_by}`;
    const query = db
      .tables<HoldRows>()
      .updateTable('rule_holds')
      .set({ lifted_at: at, lifted_by: by, lifted_why: why })
      .where('id', '=', id)
      .where('lifted_at', 'is', null);
    const writes: Write[] = [{ query, atLeast: 1 }];
    return { writes, events: [entered(row, 'rule released', by, at, why)] };
  },
});
