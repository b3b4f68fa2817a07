import { z } from 'zod';
import { type BankEntry, readBankChanges } from '../../signals/bank/index.js';
import { askJson } from '../http.js';
import type { Needs } from '../intake.js';
import { moveSource, readSource } from '../pull.js';
import { readReport, reported } from '../report.js';
import type { SourceOf } from '../settings.js';
import { PullError } from '../source.js';
import { type ExchangeRows, type ItemRow, itemsTable, type SourceRow } from '../tables.js';
import { type Change, mostChanges, readKey, sign } from './message.js';

const takenSchema = z.object({
  sequence: z.int(),
  refused: z
    .array(z.object({ id: z.string().max(300), reason: z.string().max(500) }))
    .max(mostChanges)
    .default([]),
});
const conflictSchema = z.object({ sequence: z.int().min(0) });
/** Messages of one turn; then others get theirs. */
const mostMessages = 200;
/** Times in a turn that the receiver may say that it is elsewhere. */
const mostMoves = 3;

type Push = SourceOf<'push'>;

/**
 * Sends what changed among our confirmed entries of a bank, in the order of the changes, message by message. What is removed, runs out or is not
 * confirmed any more is told too. What others list here is not passed on: it is theirs.
 * @param others names of our own sources and partners
 * @returns whether there is more to send
 * @throws PullError, ConflictError, UnavailableError
 */
export async function push(
  runtime: Needs,
  settings: Push,
  others: ReadonlySet<string>,
  secret: (name: string) => string,
  fence: number,
  signal: AbortSignal,
): Promise<{ more: boolean }> {
  const { time } = runtime;
  const key = await readKey(secret(settings.keyEnv)).catch(error => {
    throw new PullError(`the variable ${settings.keyEnv} ${(error as Error).message}`);
  });
  let moves = 0;
  for (let messages = 0; messages < mostMessages; messages++) {
    if (signal.aborted) throw new PullError('ended by the program');
    const row = await readSource(runtime, settings.name);
    const changed = await readBankChanges(runtime, { after: row.followed, limit: mostChanges });
    const to = changed.at(-1)?.change;
    if (to === undefined) return { more: false };
    const had = await sentOf(
      runtime,
      settings.name,
      changed.map(({ entry }) => entry.id),
    );
    const now = time.now();
    const changes = changed.flatMap(({ removed, entry }): Change[] => {
      if (!removed && isToSend(entry, settings, others, now)) return [changeOf(entry)];
      return had.has(entry.id) ? [{ id: entry.id, removed: true }] : [];
    });
    if (changes.length === 0) {
      await runtime.db.commit([moveSource(runtime, settings.name, fence, { followed: to })]);
      continue;
    }
    // Named before they are sent: were the answer lost, a later removal would still be told.
    await runtime.db.commit([
      moveSource(runtime, settings.name, fence, {}),
      runtime.db.insert(itemsTable, itemsOf(settings.name, changes), { onConflict: 'replace' }),
    ]);
    const from = Number(row.cursor ?? 0);
    const stream = settings.stream ?? settings.name;
    const iat = Math.floor(now / 1000);
    const message = { aud: settings.url, iat, jti: time.uuid(), stream, from, to, changes };
    const body = await sign(message, settings.kid, key);
    const { status, json } = await askJson(settings.url, {
      method: 'POST',
      headers: { 'content-type': 'application/jose' },
      body,
      secrets: [],
      time,
      signal,
      also: [409],
    });
    const { host } = new URL(settings.url);
    if (status === 409 && ++moves > mostMoves) throw new PullError(`${host} says each time that it is elsewhere`);
    if (status === 409) await goTo(runtime, row, answerOf(conflictSchema, json, host).sequence, fence);
    else await acknowledged(runtime, row, changes, answerOf(takenSchema, json, host).refused, to, fence);
  }
  return { more: true };
}

function answerOf<S extends z.ZodType>(schema: S, json: unknown, host: string): z.output<S> {
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new PullError(`${host} gave an answer of another shape`);
  return parsed.data;
}

/** The receiver is elsewhere in the stream (an answer was lost, or it was restored from a backup): it is sent what comes after that. */
async function goTo(runtime: Needs, { name, cursor }: SourceRow, sequence: number, fence: number): Promise<void> {
  if (sequence === Number(cursor ?? 0)) throw new PullError('the receiver took the message for one that it had');
  const [latest] = await readBankChanges(runtime, { after: Math.max(0, sequence - 1), limit: 1 });
  if (sequence > 0 && !latest) {
    throw new PullError(
      `the receiver had changes up to ${sequence}, which this bank does not count: if the database was restored, give the source another stream`,
    );
  }
  await runtime.db.commit([moveSource(runtime, name, fence, { cursor: String(sequence), followed: sequence })]);
}

async function acknowledged(
  runtime: Needs,
  { name, report }: SourceRow,
  changes: readonly Change[],
  refused: readonly { id: string; reason: string }[],
  to: number,
  fence: number,
): Promise<void> {
  const { db, time } = runtime;
  const told = refused.map(({ id, reason }) => ({ sourceId: id, reason }));
  const gone = db
    .tables<ExchangeRows>()
    .deleteFrom('exchange_items')
    .where('source', '=', name)
    .where('source_id', 'in', db.among(changes.flatMap(one => ('removed' in one ? [one.id] : []))));
  const moved = {
    cursor: String(to),
    followed: to,
    report: JSON.stringify(reported(readReport(report), [], told, time.now())),
  };
  await db.commit([moveSource(runtime, name, fence, moved), { query: gone }]);
}

async function sentOf({ db }: Needs, name: string, ids: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .tables<ExchangeRows>()
    .selectFrom('exchange_items')
    .select('source_id')
    .where('source', '=', name)
    .where('source_id', 'in', db.among(ids))
    .execute();
  return new Set(rows.map(row => row.source_id));
}

const itemsOf = (source: string, changes: readonly Change[]): ItemRow[] =>
  changes.map(({ id }) => ({ source, source_id: id, round: 0, leaving: 0, targets: null }));

function isToSend(entry: BankEntry, { bank, kinds }: Push, others: ReadonlySet<string>, now: number): boolean {
  const mine = entry.bank === bank && entry.confirmedBy !== undefined && !others.has(entry.source);
  return mine && kinds.some(kind => kind === entry.kind) && (entry.expiresAt ?? Number.POSITIVE_INFINITY) > now;
}

function changeOf({ id, kind, content, scope, tags, expiresAt }: BankEntry): Change {
  // The number of a case is nobody else's business.
  const told = tags.filter(tag => !tag.startsWith('case:'));
  const common = { id, tags: told, ...(expiresAt !== undefined && { expiresAt }) };
  if (kind === 'link') return { ...common, kind, link: content, scope: scope as 'link' | 'prefix' | 'domain' };
  if (kind === 'text') throw new Error('texts are not sent');
  return { ...common, kind, hash: content };
}
