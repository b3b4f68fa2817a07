import { caseClosed, type Finding, versionKey } from '../../../contracts/index.js';
import { drop, ok, type Result, type Stage } from '../../../runtime/index.js';
import { readBankEntry } from '../../signals/bank/index.js';
import type { ClassifyRows } from '../../tables.js';
import type { Needs } from '../intake.js';
import type { Opinion } from '../source.js';
import { answersTo, type Judged } from './answers.js';

/** A kept post says nothing against the entry itself: it may be in the news. Only who takes the entry out says that it does no harm. */
const opinionsOn: Readonly<Record<string, readonly Opinion[]>> = {
  remove: ['HELPFUL', 'SAW_THIS_TOO'],
  keep: ['NOT_HELPFUL'],
  restore: ['NOT_HELPFUL'],
};

/** Keeps for the sources what a person decided about the cases that their entries opened. */
export function feedbackStage(runtime: Needs, sources: readonly string[]): Stage<typeof caseClosed.schema> {
  const { db } = runtime;

  /** The entries that were found in each version of a post, by its key. */
  async function found(keys: readonly string[]): Promise<Map<string, NonNullable<Finding['entry']>[]>> {
    const rows = await db
      .tables<ClassifyRows>()
      .selectFrom('assessments')
      .select(['key', 'detail'])
      .where('key', 'in', db.among(keys))
      .execute();
    return new Map(
      rows.map(({ key, detail }) => {
        const { findings = [] } = JSON.parse(detail) as { findings?: Finding[] };
        return [key, findings.flatMap(({ entry }) => entry ?? [])];
      }),
    );
  }

  return {
    name: 'exchange-feedback',
    topic: 'evidence',
    accepts: { [caseClosed.type]: caseClosed.schema },
    batch: 200,
    async handle(inputs) {
      const decided = inputs.filter(({ data }) => data.decision in opinionsOn);
      const keyOf = ({ data }: (typeof inputs)[number]) => versionKey({ ...data, id: data.postId });
      const entries = await found(decided.map(keyOf));
      const named = new Map([...entries.values()].flat().map(entry => [entry.id, entry.bank]));
      const listings = new Map(
        await Promise.all(
          [...named].map(async ([id, bank]) => {
            const entry = await readBankEntry(runtime, bank, id);
            return [id, entry?.sources.filter(one => sources.includes(one.source)) ?? []] as const;
          }),
        ),
      );
      const judged: Judged[] = [];
      const results = inputs.map((input): Result => {
        const { decision, caseId, at } = input.data;
        const opinions = opinionsOn[decision];
        if (!opinions) return drop('no decision of a person');
        const ids = new Set(entries.get(keyOf(input))?.map(({ id }) => id));
        const concerned = [...ids].flatMap(id => listings.get(id) ?? []);
        if (concerned.length === 0) return drop('no entry of a source that is told');
        for (const { source, id: sourceId } of concerned)
          judged.push({ source, sourceId, opinions, at, cause: `case:${caseId}` });
        return ok;
      });
      return { results, writes: await answersTo(db, judged) };
    },
  };
}
