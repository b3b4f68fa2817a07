import type { Database, Write } from '../../../runtime/index.js';
import type { Opinion } from '../source.js';
import type { AnswerRow, ExchangeRows, ItemRow } from '../tables.js';

/** What our people decided, as far as it concerns entries of one source. */
export interface Judged {
  source: string;
  sourceId: string;
  opinions: readonly Opinion[];
  /** Of the decision, in milliseconds since 1970. */
  at: number;
  cause: string;
}

/** The writes that keep what sources are to be told. The latest opinion counts, whatever the order in which they come. */
export async function answersTo(db: Database, judged: readonly Judged[]): Promise<Write[]> {
  if (judged.length === 0) return [];
  const ids = [...new Set(judged.map(({ sourceId }) => sourceId))];
  const items: ItemRow[] = await db
    .tables<ExchangeRows>()
    .selectFrom('exchange_items')
    .selectAll()
    .where('source_id', 'in', db.among(ids))
    .where('source', 'in', db.among([...new Set(judged.map(({ source }) => source))]))
    .execute();
  return [...judged]
    .sort((a, b) => a.at - b.at)
    .flatMap(({ source, sourceId, opinions, at, cause }) => {
      const item = items.find(one => one.source === source && one.source_id === sourceId);
      const targets = JSON.parse(item?.targets ?? '[]') as string[];
      return targets.map(target => keep(db, { source, target, opinions: opinions.join(','), at, cause }));
    });
}

function keep(db: Database, answer: Pick<AnswerRow, 'source' | 'target' | 'opinions' | 'at' | 'cause'>): Write {
  const { opinions, at, cause } = answer;
  const row: AnswerRow = { ...answer, told: '', state: 'waiting', attempts: 0, due_at: 0, detail: '' };
  const query = db
    .tables<ExchangeRows>()
    .insertInto('exchange_answers')
    .values(row)
    .onConflict(on =>
      on
        .columns(['source', 'target'])
        .doUpdateSet(({ eb }) => ({
          opinions,
          at,
          cause,
          state: eb
            .case()
            .when('exchange_answers.told', '=', opinions)
            .then('told' as const)
            .else('waiting' as const)
            .end(),
          attempts: 0,
          due_at: 0,
        }))
        .where('exchange_answers.at', '<', at),
    );
  return { query };
}
