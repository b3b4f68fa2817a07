import { readBankChanges } from '../../signals/bank/index.js';
import type { Needs } from '../intake.js';
import { moveSource, readSource } from '../pull.js';
import { answersTo, type Judged } from './answers.js';

const atOnce = 1_000;

/**
 * Looks at what changed in the bank for what our people said of a source's entries: confirmed one, or took one out.
 * @returns whether there is more to look at.
 */
export async function followJudgements(runtime: Needs, source: string, bank: string, fence: number): Promise<boolean> {
  const { db, time } = runtime;
  const { followed } = await readSource(runtime, source);
  const changes = await readBankChanges(runtime, { after: followed, limit: atOnce });
  const last = changes.at(-1);
  if (!last) return false;
  const now = time.now();
  const judged = changes.flatMap(({ removed, entry }): Judged[] => {
    const { confirmedAt, expiresAt = Number.POSITIVE_INFINITY } = entry;
    const over = removed && expiresAt <= now;
    if (entry.bank !== bank || over || (!removed && confirmedAt === undefined)) return [];
    // Of what the source itself withdrew there is no listing left: our people took it out.
    const opinions = removed ? (['NON_MALICIOUS'] as const) : (['HELPFUL'] as const);
    const said = { source, opinions, at: removed ? now : (confirmedAt ?? now), cause: `entry:${entry.id}` };
    return entry.sources.flatMap(one => (one.source === source ? [{ ...said, sourceId: one.id }] : []));
  });
  await db.commit([moveSource(runtime, source, fence, { followed: last.change }), ...(await answersTo(db, judged))]);
  return changes.length === atOnce;
}
