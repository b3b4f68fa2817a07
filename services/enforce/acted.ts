import type { Database } from '../runtime/index.js';
import type { EnforceRows } from './tables.js';

/** What a person decided about something that a rule had done by itself. */
export interface DecidedOnRule {
  caseId: string;
  rule: string;
  language: string | null;
  /** The person agreed: it was removed, or stayed down. */
  good: boolean;
  /** The post was withheld, and so looked at whatever it was; else it was removed, and somebody asked for it back. */
  withheld: boolean;
  at: number;
}

/** Of these cases those in which a rule had acted by itself, and a person decided. Cost: look-ups by key, and in the key of `grounds`. */
export async function readDecidedOnRules(db: Database, caseIds: readonly string[]): Promise<DecidedOnRule[]> {
  const rows = db.tables<EnforceRows>();
  const cases = await rows
    .selectFrom('cases')
    .select(['id', 'item', 'rule', 'language', 'decision', 'decided_at', 'decided_by'])
    .where('id', 'in', db.among(caseIds))
    .where('state', '=', 'decided')
    .where('decided_by', '<>', 'policy')
    .execute();
  if (cases.length === 0) return [];
  const grounds = await rows
    .selectFrom('grounds')
    .select(['item', 'kind', 'ref'])
    .where('item', 'in', db.among(cases.map(({ item }) => item)))
    .where('kind', 'in', ['policy', 'withheld'])
    .execute();
  return cases.flatMap(({ id, item, rule, language, decision, decided_at }): DecidedOnRule[] => {
    const acted = grounds.find(ground => ground.item === item && ground.ref.endsWith(`#${rule}`));
    if (!acted) return [];
    const withheld = acted.kind === 'withheld';
    return [{ caseId: id, rule, language, good: decision === 'remove', withheld, at: decided_at ?? 0 }];
  });
}
