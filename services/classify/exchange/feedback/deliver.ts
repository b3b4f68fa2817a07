import type { Needs } from '../intake.js';
import { type Opinion, PullError, type Source } from '../source.js';
import type { AnswerRow, ExchangeRows } from '../tables.js';

const atOnce = 20;
/** With the pauses below, about ten days. */
const mostAttempts = 45;
const pauseAfter = (attempts: number): number => Math.min(30_000 * 2 ** attempts, 6 * 3600_000);

const listOf = (opinions: string): Opinion[] => (opinions === '' ? [] : (opinions.split(',') as Opinion[]));

/** Tells a source what waits for it and is due. What can't be told stays, and is tried again. @returns how many it was told. */
export async function deliverAnswers(
  runtime: Needs,
  name: string,
  source: Source,
  signal: AbortSignal,
): Promise<number> {
  const { db, time, log } = runtime;
  const waiting = await db
    .tables<ExchangeRows>()
    .selectFrom('exchange_answers')
    .selectAll()
    .where('state', '=', 'waiting')
    .where('source', '=', name)
    .where('due_at', '<=', time.now())
    .orderBy('due_at')
    .limit(atOnce)
    .execute();
  let told = 0;
  for (const row of waiting) {
    if (signal.aborted || !source.answer) break;
    const opinions = listOf(row.opinions);
    // That it was seen stays true, whatever is thought of it later.
    const withdrawn = listOf(row.told).filter(one => one !== 'SAW_THIS_TOO' && !opinions.includes(one));
    try {
      await source.answer({ target: row.target, opinions, withdrawn }, { time, signal });
      await move(runtime, row, { told: row.opinions, state: 'told', detail: '' });
      told++;
    } catch (error) {
      if (!(error instanceof PullError)) throw error;
      if (signal.aborted) break;
      const attempts = row.attempts + 1;
      const state = attempts >= mostAttempts ? 'refused' : 'waiting';
      const due_at = time.now() + Math.max(error.retryAfter ?? 0, pauseAfter(row.attempts));
      await move(runtime, row, { attempts, state, due_at, detail: error.message });
      log.warn({ source: name, attempts, reason: error.message }, 'a source was not told an opinion');
      // What it says of one holds for the others.
      if (error.status === undefined || error.status === 429 || error.status >= 500) break;
    }
  }
  return told;
}

/** Nothing is lost where an opinion changed while it was told: the row is another then, and stays as it is. */
const move = async ({ db }: Needs, { source, target, at }: AnswerRow, change: Partial<AnswerRow>): Promise<void> => {
  const query = db
    .tables<ExchangeRows>()
    .updateTable('exchange_answers')
    .set(change)
    .where('source', '=', source)
    .where('target', '=', target)
    .where('at', '=', at);
  await db.commit([{ query }]);
};
