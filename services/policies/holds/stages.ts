import { z } from 'zod';
import { caseClosed, postAssessed } from '../../contracts/index.js';
import { type DecidedOnRule, readDecidedOnRules } from '../../enforce/index.js';
import { drop, ok, type Runtime, type Stage, sql, type Write } from '../../runtime/index.js';
import { type DecisionRow, type HoldRows, ruleDecisionsTable } from './tables.js';

const minute = 60_000;
/** Nobody waits for these counts: a second's worth goes in one commit. */
const rest = 1_000;

/** A row of the evidence on a rule. For whoever reviews by chance what rules did: `sampled`, with how many it stands for. */
export function ruleDecision(
  { db, time }: Pick<Runtime, 'db' | 'time'>,
  decided: Pick<DecidedOnRule, 'caseId' | 'rule' | 'language' | 'good' | 'at'> & { sampled: boolean; weight?: number },
): Write {
  const row: DecisionRow = {
    case_id: decided.caseId,
    rule: decided.rule,
    language: decided.language,
    good: decided.good ? 1 : 0,
    sampled: decided.sampled ? 1 : 0,
    weight: decided.weight ?? 1,
    at: decided.at,
    noted_at: time.now(),
  };
  return db.insert(ruleDecisionsTable, [row], { onConflict: 'replace' });
}

async function noted(runtime: Pick<Runtime, 'db' | 'time'>, caseIds: readonly string[]): Promise<Write[]> {
  const decided = await readDecidedOnRules(runtime.db, [...new Set(caseIds)]);
  return decided.map(one => ruleDecision(runtime, { ...one, sampled: one.withheld }));
}

/** Keeps what people decided about posts that a rule had withheld. */
export const decidedStage = (runtime: Pick<Runtime, 'db' | 'time'>): Stage<typeof caseClosed.schema> => ({
  name: 'rule-decisions',
  topic: 'evidence',
  accepts: { [caseClosed.type]: caseClosed.schema },
  batch: 200,
  rest,
  async handle(inputs) {
    const byPeople = inputs.filter(({ data }) => data.decision !== 'superseded').map(({ data }) => data.caseId);
    return { results: inputs.map(() => ok), writes: byPeople.length > 0 ? await noted(runtime, byPeople) : [] };
  },
});

const restored = z.object({ caseId: z.string() });
/** Keeps what people brought back that a rule had removed: every restoration is told so. */
export const restoredStage = (runtime: Pick<Runtime, 'db' | 'time'>): Stage<typeof restored> => ({
  name: 'rule-restores',
  topic: 'decisions',
  accepts: { 'post.unbanked.v1': restored },
  batch: 200,
  rest,
  async handle(inputs) {
    return {
      results: inputs.map(() => ok),
      writes: await noted(
        runtime,
        inputs.map(({ data }) => data.caseId),
      ),
    };
  },
});

/** Counts what rules do by themselves, by the minute in which the posts came in: what is caught up with after a pause is no burst. */
export const volumeStage = ({ db, time }: Pick<Runtime, 'db' | 'time'>): Stage<typeof postAssessed.schema> => ({
  name: 'rule-volume',
  topic: 'assessments',
  accepts: { [postAssessed.type]: postAssessed.schema },
  batch: 500,
  rest,
  async handle(inputs) {
    const counts = new Map<string, number>();
    const results = inputs.map(({ data: { action, rule, receivedAt } }) => {
      if (action !== 'remove' && action !== 'withhold') return drop('no rule acted by itself');
      const key = `${Math.floor(receivedAt / minute) * minute} ${rule}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      return ok;
    });
    const changed_at = time.now();
    // In one order whoever writes, so that two processes never wait for each other in a circle.
    const writes = [...counts].sort().map(([key, n]): Write => {
      const cut = key.indexOf(' ');
      const row = { rule: key.slice(cut + 1), minute: Number(key.slice(0, cut)), n, changed_at };
      const query = db
        .tables<HoldRows>()
        .insertInto('rule_volume')
        .values(row)
        .onConflict(conflict =>
          conflict.columns(['rule', 'minute']).doUpdateSet({ n: sql<number>`rule_volume.n + excluded.n`, changed_at }),
        );
      return { query };
    });
    return { results, writes };
  },
});
