import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ConflictError, type Database, type Runtime, sql, type Write } from '../../../runtime/index.js';
import { findLinks, linkKey } from '../links/index.js';
import { fold } from '../normalise.js';
import type { BankRows, EntryRow } from './tables.js';

/** Told to every process when an entry changed: a call to look. */
export const changesChannel = 'banks';
/** Fewer letters than this name no text: they would match what has nothing to do with it. */
const leastLetters = 8;
/** A text that loses a link, a handle or a hashtag in its normal form needs more, because what made it one of a kind may be gone. */
const leastLettersMasked = 24;
/** Texts from this length on are found with changes too. */
export const leastNear = 24;
/** Default similarity from which a changed text counts as the confirmed one: about one word in twenty. */
const actsAtDefault = 0.8;

const common = {
  source: z.string().min(1).max(500),
  tags: z.array(z.string().min(1).max(100)).max(50).default([]),
  /** When it stops to match, in milliseconds since 1970. */
  expiresAt: z.int().min(0).optional(),
};

export const textEntry = z.strictObject({
  kind: z.literal('text'),
  text: z.string().min(1).max(100_000),
  /** From this similarity on (Jaccard, over runs of five letters) a changed text counts as this one; 1: only unchanged. */
  actsAt: z.number().min(0.5).max(1).default(actsAtDefault),
  ...common,
});
export const linkEntry = z.strictObject({
  kind: z.literal('link'),
  link: z.string().min(1).max(2048),
  scope: z.enum(['link', 'prefix', 'domain']).default('link'),
  ...common,
});
/** What an entry is made of. */
const newEntrySchema = z.discriminatedUnion('kind', [textEntry, linkEntry]);
export type NewEntry = z.input<typeof newEntrySchema>;

export const bankName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and "-"');

/** An entry as it is shown. Times are milliseconds since 1970, UTC. */
export interface BankEntry {
  id: string;
  bank: string;
  kind: 'text' | 'link';
  content: string;
  scope?: string;
  source: string;
  tags: string[];
  confirmedBy?: string;
  confirmedAt?: number;
  actsAt?: number;
  expiresAt?: number;
  createdAt: number;
}

/** An entry that can't be taken in: the message names the field and what is wrong with it. */
export class EntryError extends Error {
  override name = 'EntryError';
  constructor(
    readonly field: string,
    readonly reason: string,
  ) {
    super(`${field} ${reason}`);
  }
}

/** A row before its change is counted. */
type Entry = Omit<EntryRow, 'change'>;

type Needs = Pick<Runtime, 'db' | 'cache' | 'time' | 'log'>;

/** SHA-256 of a normal form. */
export const digestOf = (units: Uint16Array): string =>
  createHash('sha256')
    .update(new Uint8Array(units.buffer, units.byteOffset, units.byteLength))
    .digest('base64url');

function foundByOf(entry: z.output<typeof newEntrySchema>): string {
  if (entry.kind === 'link') {
    const found = linkKey(entry.link, entry.scope);
    if ('problem' in found) throw new EntryError('link', found.problem);
    return found.key;
  }
  const units = fold(entry.text);
  const masked = /[@#＠＃]/.test(entry.text) || findLinks(entry.text).some(link => link.certain);
  const least = masked ? leastLettersMasked : leastLetters;
  if (units.length < least) {
    const without = masked ? ' beside links, handles and hashtags' : '';
    throw new EntryError('text', `has ${units.length} letters and digits${without}; it takes ${least} to name a text`);
  }
  return digestOf(units);
}

/** Counts the change, and locks the counter until the commit: who polls by number can't miss one. */
const countChange = (db: Database): Write => ({
  query: db
    .tables<BankRows>()
    .insertInto('bank_changes')
    .values({ id: 1, last: 1 })
    .onConflict(on => on.column('id').doUpdateSet({ last: sql<number>`bank_changes.last + 1` })),
});
const thisChange = sql<number>`(select last from bank_changes where id = 1)`;

const makeBank = (db: Database, name: string, now: number): Write => ({
  query: db
    .tables<BankRows>()
    .insertInto('banks')
    .values({ name, created_at: now })
    .onConflict(on => on.column('name').doNothing()),
});

const insertion = (db: Database, entry: Entry): Write => ({
  query: db
    .tables<BankRows>()
    .insertInto('bank_entries')
    .values({ ...entry, change: thisChange }),
});

const confirming = (db: Database, { id, confirmed_by, confirmed_at, acts_at }: Entry): Write => ({
  query: db
    .tables<BankRows>()
    .updateTable('bank_entries')
    .set({ confirmed_by, confirmed_at, acts_at, change: thisChange })
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .where('confirmed_by', 'is', null),
  atLeast: 1,
});

const removal = (db: Database, { id }: Entry, now: number, by: string): Write => ({
  query: db
    .tables<BankRows>()
    .updateTable('bank_entries')
    .set({ removed_at: now, removed_by: by, change: thisChange })
    .where('id', '=', id)
    .where('removed_at', 'is', null),
  atLeast: 1,
});

/**
 * Puts an entry into a bank, which is made with its first one. What is in it already stays as it is, but for what is new: `confirmedBy`
 * confirms it. It acts in every process within a second.
 * @param confirmedBy who of this operator's own people stands for it; without, it sends to review (promise 4).
 * @throws EntryError, UnavailableError
 */
export async function addBankEntry(
  runtime: Needs,
  bank: string,
  input: NewEntry,
  confirmedBy?: string,
): Promise<{ entry: BankEntry; added: boolean }> {
  const { db, time } = runtime;
  const given = newEntrySchema.parse(input);
  const foundBy = foundByOf(given);
  const now = time.now();
  const confirmation = confirmedBy ? { confirmed_by: confirmedBy, confirmed_at: now } : undefined;
  for (let again = false; ; again = true) {
    const old = await find(db, bank, given.kind, foundBy);
    const expired = old !== undefined && old.expires_at !== null && old.expires_at <= now;
    if (old && !expired && (!confirmation || old.confirmed_by !== null)) return { entry: shown(old), added: false };
    const actsAt = given.kind === 'text' ? given.actsAt : null;
    const entry: Entry =
      old && !expired
        ? { ...old, ...confirmation, acts_at: actsAt }
        : {
            id: time.uuid(),
            bank,
            kind: given.kind,
            found_by: foundBy,
            content: given.kind === 'text' ? given.text : given.link,
            source: given.source,
            tags: JSON.stringify(given.tags),
            confirmed_by: null,
            confirmed_at: null,
            ...confirmation,
            acts_at: actsAt,
            expires_at: given.expiresAt ?? null,
            created_at: now,
            removed_at: null,
            removed_by: null,
          };
    const count = countChange(db);
    const writes = [makeBank(db, bank, now)];
    if (expired) writes.push(count, removal(db, old, now, 'expiry'));
    writes.push(count, entry.id === old?.id ? confirming(db, entry) : insertion(db, entry));
    try {
      await db.commit(writes);
    } catch (error) {
      // Somebody else added, confirmed or removed the same at this moment: look once more.
      if (error instanceof ConflictError && !again) continue;
      throw error;
    }
    await tell(runtime);
    return { entry: shown(entry), added: entry.id !== old?.id };
  }
}

/**
 * The entries of a bank, oldest first.
 * @param after the id of the last one seen.
 */
export async function listBankEntries(
  { db }: Pick<Runtime, 'db'>,
  bank: string,
  { limit = 100, after }: { limit?: number; after?: string } = {},
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
  if (after !== undefined) {
    query = query.where(
      sql<boolean>`(created_at, id) > (select e.created_at, e.id from bank_entries e where e.id = ${after})`,
    );
  }
  return (await query.execute()).map(shown);
}

/** Takes an entry out; false where the bank has none by this id. It stops to act in every process within a second. */
export async function removeBankEntry(runtime: Needs, bank: string, id: string, by: string): Promise<boolean> {
  const { db, time } = runtime;
  for (let again = false; ; again = true) {
    const entry = await db
      .tables<BankRows>()
      .selectFrom('bank_entries')
      .selectAll()
      .where('bank', '=', bank)
      .where('id', '=', id)
      .where('removed_at', 'is', null)
      .executeTakeFirst();
    if (!entry) return false;
    try {
      await db.commit([countChange(db), removal(db, entry, time.now(), by)]);
    } catch (error) {
      if (error instanceof ConflictError && !again) continue;
      throw error;
    }
    await tell(runtime);
    return true;
  }
}

const find = (db: Database, bank: string, kind: 'text' | 'link', foundBy: string): Promise<EntryRow | undefined> =>
  db
    .tables<BankRows>()
    .selectFrom('bank_entries')
    .selectAll()
    .where('bank', '=', bank)
    .where('kind', '=', kind)
    .where('found_by', '=', foundBy)
    .where('removed_at', 'is', null)
    .executeTakeFirst();

/** The entry is durable: that others hear of it at once is a courtesy, they look by themselves soon enough. */
async function tell({ cache, log }: Needs): Promise<void> {
  await cache.publish(changesChannel, '').catch(error => log.warn({ err: error }, 'change of a bank not announced'));
}

function shown(row: Entry): BankEntry {
  return {
    id: row.id,
    bank: row.bank,
    kind: row.kind,
    content: row.content,
    ...(row.kind === 'link' && { scope: row.found_by.slice(0, row.found_by.indexOf(' ')) }),
    source: row.source,
    tags: JSON.parse(row.tags),
    ...(row.confirmed_by !== null && { confirmedBy: row.confirmed_by }),
    ...(row.confirmed_at !== null && { confirmedAt: row.confirmed_at }),
    ...(row.acts_at !== null && { actsAt: row.acts_at }),
    ...(row.expires_at !== null && { expiresAt: row.expires_at }),
    createdAt: row.created_at,
  };
}
