import { toLedger } from '../../../contracts/index.js';
import { ConflictError, type Database, type Outgoing, type Runtime, type Write } from '../../../runtime/index.js';
import { oneOf } from './bulk.js';
import { type EntryKind, entryKinds } from './entry.js';
import { type Known, type Manner, markOf, type Outcome, type Saying, Work } from './sayings.js';
import type { BankRows, EntryRow } from './tables.js';

/** Told to every process when an entry changed: a call to look. */
export const changesChannel = 'banks';

export type Needs = Pick<Runtime, 'db' | 'cache' | 'time' | 'log' | 'commit'>;

/** Somebody else changes the same entries at every try: a sign of trouble. */
const mostConflicts = 20;

/**
 * Applies what a source says, in one commit. No id may come twice. Whoever changes an entry, or who lists it, counts a change of it and guards
 * that by the change it read: two at the same moment can't both decide on what they read before.
 * @throws UnavailableError, ConflictError (after many tries)
 */
export async function applySayings(
  runtime: Needs,
  bank: string,
  source: string,
  sayings: readonly Saying[],
  manner: Manner,
): Promise<Outcome[]> {
  const { time } = runtime;
  for (let tries = 1; ; tries++) {
    const { outcomes, writes } = await planSayings(runtime, bank, source, sayings, manner);
    try {
      if (writes.length > 0) {
        await runtime.commit(writes, [entered(time, { bank, source, by: manner.by, entries: sayings.length })]);
        await tell(runtime);
      }
      return outcomes;
    } catch (error) {
      if (!(error instanceof ConflictError) || tries === mostConflicts) throw error;
      await time.sleep(Math.ceil(time.random() * 5 * tries));
    }
  }
}

/** What the ledger enters of a change that people made to a bank. */
export const entered = (time: Runtime['time'], detail: Record<string, string | number>): Outgoing =>
  toLedger({ kind: 'bank.changed', at: time.now(), detail }, '/classify', time.uuid());

/** The same, to be committed together with something else: where that conflicts, plan it anew. Others find it within half a second. */
export async function planSayings(
  { db, time }: Pick<Needs, 'db' | 'time'>,
  bank: string,
  source: string,
  sayings: readonly Saying[],
  manner: Manner,
): Promise<{ outcomes: Outcome[]; writes: Write[] }> {
  const known = await read(db, bank, source, sayings, manner);
  const work = new Work(bank, source, manner, known, time);
  const outcomes = sayings.map(saying => work.apply(saying));
  return { outcomes, writes: work.writes(db) };
}

/** The entry is durable: that others hear of it at once is a courtesy, they look by themselves soon enough. */
export async function tell({ cache, log }: Pick<Needs, 'cache' | 'log'>): Promise<void> {
  await cache.publish(changesChannel, '').catch(error => log.warn({ err: error }, 'change of a bank not announced'));
}

/** What there is of it: look-ups by index, four at the most and one for each kind. */
async function read(
  db: Database,
  bank: string,
  source: string,
  sayings: readonly Saying[],
  { byHand }: Manner,
): Promise<Known> {
  const rows = db.tables<BankRows>();
  const listings = await rows
    .selectFrom('bank_listings')
    .selectAll()
    .where('bank', '=', bank)
    .where('source', '=', source)
    .where(
      oneOf(
        db,
        'source_id',
        sayings.map(({ sourceId }) => sourceId),
      ),
    )
    .execute();
  const marks = new Map(listings.map(row => [row.source_id, row.mark]));
  const news = byHand
    ? sayings
    : sayings.filter(({ sourceId, named }) => marks.get(sourceId) !== (named ? markOf(named) : undefined));
  const entries = new Map<string, EntryRow>();
  const put = (found: readonly EntryRow[]) => {
    for (const row of found) entries.set(row.id, row);
  };
  for (const kind of entryKinds) {
    const keys = news.flatMap(({ named }) => (named?.kind === kind ? [named.foundBy] : []));
    if (keys.length > 0) put(await active(db, bank, kind, keys));
  }
  const named = new Set(news.map(({ sourceId }) => sourceId));
  const listed = listings.flatMap(row =>
    named.has(row.source_id) && !entries.has(row.entry_id) ? [row.entry_id] : [],
  );
  if (listed.length > 0) {
    put(
      await rows
        .selectFrom('bank_entries')
        .selectAll()
        .where(oneOf(db, 'id', listed))
        .execute(),
    );
  }
  const ids = [...entries.keys()];
  const all =
    ids.length === 0
      ? []
      : await rows
          .selectFrom('bank_listings')
          .selectAll()
          .where(oneOf(db, 'entry_id', ids))
          .execute();
  return { listings, entries: [...entries.values()], all };
}

const active = (db: Database, bank: string, kind: EntryKind, keys: readonly string[]): Promise<EntryRow[]> =>
  db
    .tables<BankRows>()
    .selectFrom('bank_entries')
    .selectAll()
    .where('bank', '=', bank)
    .where('kind', '=', kind)
    .where(oneOf(db, 'found_by', keys))
    .where('removed_at', 'is', null)
    .execute();
