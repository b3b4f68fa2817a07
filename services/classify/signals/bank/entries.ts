import { ConflictError, type Database, type Runtime, sql } from '../../../runtime/index.js';
import { applySayings, entered, type Needs, tell } from './apply.js';
import { type Entry, oneOf, writeEntries } from './bulk.js';
import { EntryError, type EntryKind, type NewEntry, nameOf, newEntrySchema, pdqRadius } from './entry.js';
import { idOf } from './sayings.js';
import type { BankRows, EntryRow, ListingRow } from './tables.js';

/** An entry as it is shown. Times are milliseconds since 1970, UTC. */
export interface BankEntry {
  id: string;
  bank: string;
  kind: EntryKind;
  /** The text, the link, or the hash in hex. */
  content: string;
  /** Of a link. */
  scope?: string;
  /** Who listed it first. */
  source: string;
  /** All who list it, and the ids that it has there. */
  sources: { source: string; id: string }[];
  tags: string[];
  confirmedBy?: string;
  confirmedAt?: number;
  /** Of a text: the similarity from which on it acts. */
  actsAt?: number;
  /** Of a pdq hash: the distance up to which it acts. */
  actsWithin?: number;
  expiresAt?: number;
  createdAt: number;
}

/**
 * Puts an entry into a bank, which is made with its first one. What is in it already stays as it is, but for what is new: `confirmedBy`
 * confirms it, tags are added. It acts in every process within a second.
 * @param confirmedBy who of this operator's own people stands for it; without, it sends to review (promise 4).
 * @throws EntryError, UnavailableError
 */
export async function addBankEntry(
  runtime: Needs,
  bank: string,
  input: NewEntry,
  confirmedBy?: string,
): Promise<{ entry: BankEntry; added: boolean }> {
  const { source, ...given } = newEntrySchema.parse(input);
  const named = { ...nameOf(given), tags: given.tags, expiresAt: given.expiresAt ?? null };
  const saying = { sourceId: given.sourceId ?? idOf(named), named };
  const manner = { by: confirmedBy ?? '', confirmed: confirmedBy !== undefined, byHand: true };
  const [outcome] = await applySayings(runtime, bank, source, [saying], manner);
  const entry = outcome?.entry as Entry;
  const [shown] = await withSources(runtime.db, [entry]);
  return { entry: shown as BankEntry, added: outcome?.what === 'added' };
}

/**
 * The entries of a bank, oldest first.
 * @param after the id of the last one seen.
 * @param confirmed only those that are, or are not.
 */
export async function listBankEntries(
  { db }: Pick<Runtime, 'db'>,
  bank: string,
  { limit = 100, after, confirmed }: { limit?: number; after?: string; confirmed?: boolean } = {},
): Promise<BankEntry[]> {
  let query = db
    .tables<BankRows>()
    .selectFrom('bank_entries')
    .selectAll()
    .where('bank', '=', bank)
    .where('removed_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .limit(limit);
  if (confirmed !== undefined) query = query.where('confirmed_by', confirmed ? 'is not' : 'is', null);
  if (after !== undefined) {
    query = query.where(
      sql<boolean>`(created_at, id) > (select e.created_at, e.id from bank_entries e where e.id = ${after})`,
    );
  }
  return withSources(db, await query.execute());
}

/** One entry; undefined where the bank has none by this id. */
export async function readBankEntry(
  { db }: Pick<Runtime, 'db'>,
  bank: string,
  id: string,
): Promise<BankEntry | undefined> {
  const row = await find(db, bank, id);
  return row && (await withSources(db, [row]))[0];
}

/**
 * A person of this operator's stands for an entry: from now on it acts by itself, within the distance that they confirm it for. Confirmed
 * already, it stays as it is, unless another distance is given.
 * @param acts of a text the least similarity (0.5 to 1), of a pdq hash the largest distance (0 to 31); without, what the entry has.
 * @returns undefined where the bank has none by this id. @throws EntryError where the entry has no such distance; UnavailableError
 */
export function confirmBankEntry(
  runtime: Needs,
  bank: string,
  id: string,
  by: string,
  { actsAt, actsWithin }: { actsAt?: number | undefined; actsWithin?: number | undefined } = {},
): Promise<BankEntry | undefined> {
  return change(runtime, bank, id, by, row => {
    if (actsAt !== undefined && row.kind !== 'text')
      throw new EntryError('actsAt', `is for texts, not for ${row.kind}`);
    if (actsWithin !== undefined && row.kind !== 'pdq') {
      throw new EntryError('actsWithin', `is for pdq hashes, not for ${row.kind}`);
    }
    const acts_at = actsAt ?? actsWithin ?? row.acts_at;
    if (row.confirmed_by !== null && acts_at === row.acts_at) return undefined;
    return { confirmed_by: by, confirmed_at: runtime.time.now(), acts_at };
  });
}

/** Takes an entry out; false where the bank has none by this id. It stops to act in every process within a second. @throws UnavailableError */
export async function removeBankEntry(runtime: Needs, bank: string, id: string, by: string): Promise<boolean> {
  const removed = await change(runtime, bank, id, by, () => ({ removed_at: runtime.time.now(), removed_by: by }));
  return removed !== undefined;
}

/** Changes one entry from what it is; where `how` says undefined, it stays. */
async function change(
  runtime: Needs,
  bank: string,
  id: string,
  by: string,
  how: (row: EntryRow) => Partial<Entry> | undefined,
): Promise<BankEntry | undefined> {
  const { db } = runtime;
  for (let tries = 1; ; tries++) {
    const row = await find(db, bank, id);
    if (!row) return undefined;
    const changes = how(row);
    const entry = { ...row, ...changes };
    try {
      if (changes) {
        await runtime.commit(writeEntries(db, [{ entry, was: row.change }], []), [
          entered(runtime.time, { bank, entry: id, by, change: entry.removed_at === null ? 'confirmed' : 'removed' }),
        ]);
        await tell(runtime);
      }
    } catch (error) {
      // Somebody else changed it at this moment: look once more.
      if (error instanceof ConflictError && tries < 10) continue;
      throw error;
    }
    return (await withSources(db, [entry]))[0];
  }
}

const find = (db: Database, bank: string, id: string): Promise<EntryRow | undefined> =>
  db
    .tables<BankRows>()
    .selectFrom('bank_entries')
    .selectAll()
    .where('bank', '=', bank)
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst();

/**
 * What changed in the banks, in order, for whoever passes entries on: each entry as it is now, under the number of its last change. What was
 * removed is named for 90 days.
 * @param after the number of the last change seen; 0 from the beginning. @param confirmed leaves out what nobody here confirmed.
 */
export async function readBankChanges(
  { db }: Pick<Runtime, 'db'>,
  { after, limit = 1000, bank, confirmed }: { after: number; limit?: number; bank?: string; confirmed?: boolean },
): Promise<{ change: number; removed: boolean; entry: BankEntry }[]> {
  let query = db
    .tables<BankRows>()
    .selectFrom('bank_entries')
    .selectAll()
    .where('change', '>', after)
    .orderBy('change')
    .limit(limit);
  if (bank !== undefined) query = query.where('bank', '=', bank);
  if (confirmed) query = query.where('confirmed_by', 'is not', null);
  const rows = await query.execute();
  const entries = await withSources(db, rows);
  return rows.map((row, n) => ({
    change: row.change,
    removed: row.removed_at !== null,
    entry: entries[n] as BankEntry,
  }));
}

/**
 * The ids under which a source lists entries of a bank, in order, for whoever compares a whole list with what is here.
 * @param after the last one seen.
 */
export async function readSourceIds(
  { db }: Pick<Runtime, 'db'>,
  bank: string,
  source: string,
  { after = '', limit = 1000 }: { after?: string; limit?: number } = {},
): Promise<string[]> {
  const rows = await db
    .tables<BankRows>()
    .selectFrom('bank_listings')
    .select('source_id')
    .where('bank', '=', bank)
    .where('source', '=', source)
    .where('source_id', '>', after)
    .orderBy('source_id')
    .limit(limit)
    .execute();
  return rows.map(row => row.source_id);
}

/** Entries as they are shown, with all who list them. */
async function withSources(db: Database, entries: readonly Entry[]): Promise<BankEntry[]> {
  if (entries.length === 0) return [];
  const listings = await db
    .tables<BankRows>()
    .selectFrom('bank_listings')
    .selectAll()
    .where(
      oneOf(
        db,
        'entry_id',
        entries.map(({ id }) => id),
      ),
    )
    .orderBy('listed_at')
    .orderBy('source')
    .orderBy('source_id')
    .execute();
  const byEntry = new Map<string, ListingRow[]>();
  for (const row of listings) {
    const list = byEntry.get(row.entry_id);
    if (list) list.push(row);
    else byEntry.set(row.entry_id, [row]);
  }
  return entries.map(entry => shown(entry, byEntry.get(entry.id) ?? []));
}

export function shown(row: Entry, listings: readonly ListingRow[] = []): BankEntry {
  return {
    id: row.id,
    bank: row.bank,
    kind: row.kind,
    content: row.content,
    ...(row.kind === 'link' && { scope: row.found_by.slice(0, row.found_by.indexOf(' ')) }),
    source: row.source,
    sources: listings.map(({ source, source_id }) => ({ source, id: source_id })),
    tags: JSON.parse(row.tags),
    ...(row.confirmed_by !== null && { confirmedBy: row.confirmed_by }),
    ...(row.confirmed_at !== null && { confirmedAt: row.confirmed_at }),
    ...(row.kind === 'text' && { actsAt: row.acts_at ?? 1 }),
    ...(row.kind === 'pdq' && { actsWithin: row.acts_at ?? pdqRadius }),
    ...(row.expires_at !== null && { expiresAt: row.expires_at }),
    createdAt: row.created_at,
  };
}
