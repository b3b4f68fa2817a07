import { createHash } from 'node:crypto';
import type { Database, Runtime, Write } from '../../../runtime/index.js';
import { type Changed, type Entry, oneOf, writeEntries } from './bulk.js';
import type { Named } from './entry.js';
import { type BankRows, banksTable, type EntryRow, type ListingRow, listingsTable } from './tables.js';

/** What one source says of one entry; without `named` it withdraws it. Checked before. */
export interface Saying {
  sourceId: string;
  named?: Named & { tags: readonly string[]; expiresAt: number | null };
}

export interface Outcome {
  what: 'added' | 'updated' | 'removed' | 'unchanged';
  /** The entry as it is now; absent where there is none. */
  entry?: Entry;
}

export interface Manner {
  by: string;
  /** `by` is one of this operator's own people, and stands for what is listed: it may act by itself. */
  confirmed?: boolean;
  /** What our own people took out comes back; what the listing says already is kept beside the new. */
  byHand?: boolean;
}

/** Removed because its time was over, as against by people. */
const expiry = 'expiry';

/** The id of what comes without one. */
export function idOf({ kind, foundBy }: Named): string {
  return `${kind}:${kind === 'link' ? createHash('sha256').update(foundBy).digest('base64url') : foundBy}`;
}

/** What there is of the entries that sayings are about. */
export interface Known {
  listings: ListingRow[];
  /** Active ones that these sayings name, and those, removed or not, of the listings. */
  entries: EntryRow[];
  /** All listings of these entries. */
  all: ListingRow[];
}

const keyOf = ({ kind, found_by }: Pick<Entry, 'kind' | 'found_by'>): string => `${kind} ${found_by}`;
const nameOfListing = ({ source, source_id }: ListingRow): string => `${source}\n${source_id}`;

export const markOf = ({ kind, foundBy, acts, tags, expiresAt }: NonNullable<Saying['named']>): string =>
  createHash('sha256')
    .update(JSON.stringify([kind, foundBy, acts, tags, expiresAt]))
    .digest('base64url')
    .slice(0, 22);

/** An entry under work, and who lists it. */
interface Held {
  entry: Entry;
  /** Its change as it was read; 0 of a new one. */
  was: number;
  listings: Map<string, ListingRow>;
  touched: boolean;
}

/** What follows from a batch of sayings: computed in memory, then written at once. */
export class Work {
  readonly #now: number;
  readonly #held = new Map<string, Held>();
  /** Active ones, by what they are found by. */
  readonly #byKey = new Map<string, Held>();
  readonly #listings: Map<string, ListingRow>;
  readonly #known: Set<string>;
  readonly #listed: ListingRow[] = [];
  readonly #withdrawn: string[] = [];

  constructor(
    private readonly bank: string,
    private readonly source: string,
    private readonly manner: Manner,
    known: Known,
    private readonly time: Runtime['time'],
  ) {
    this.#now = time.now();
    this.#listings = new Map(known.listings.map(row => [row.source_id, row]));
    this.#known = new Set(known.listings.map(nameOfListing));
    for (const { change, ...entry } of known.entries) {
      const held: Held = { entry, was: change, listings: new Map(), touched: false };
      this.#held.set(entry.id, held);
      if (entry.removed_at === null) this.#byKey.set(keyOf(entry), held);
    }
    for (const row of known.all) this.#held.get(row.entry_id)?.listings.set(nameOfListing(row), row);
  }

  apply(saying: Saying): Outcome {
    const listing = this.#listings.get(saying.sourceId);
    const before = listing && this.#held.get(listing.entry_id);
    const { named } = saying;
    if (!named) return listing ? this.#withdraw(listing, before) : { what: 'unchanged' };
    if (listing && !this.manner.byHand) {
      if (listing.mark === markOf(named)) return { what: 'unchanged' };
      if (before && takenOut(before.entry) && keyOf(before.entry) === `${named.kind} ${named.foundBy}`) {
        return { what: 'unchanged' };
      }
    }
    const moved = listing && before && keyOf(before.entry) !== `${named.kind} ${named.foundBy}`;
    if (moved) this.#withdraw(listing, before);
    return this.#list(saying.sourceId, named, moved ? undefined : listing);
  }

  #list(sourceId: string, named: NonNullable<Saying['named']>, listing: ListingRow | undefined): Outcome {
    const { by, confirmed, byHand } = this.manner;
    const key = `${named.kind} ${named.foundBy}`;
    let held = this.#byKey.get(key);
    if (held && (held.entry.expires_at ?? Number.POSITIVE_INFINITY) <= this.#now) {
      held.touched = true;
      held.entry = { ...held.entry, removed_at: this.#now, removed_by: expiry };
      held = undefined;
    }
    const what = !held ? 'added' : 'updated';
    const confirms = confirmed === true && (held === undefined || held.entry.confirmed_by === null);
    const same = listing && held && listing.entry_id === held.entry.id;
    const tags = byHand && same ? union([JSON.parse(listing.tags), named.tags]) : [...named.tags];
    const expiresAt = byHand && same ? listing.expires_at : named.expiresAt;
    if (byHand && same && !confirms && JSON.stringify(tags) === listing.tags) {
      return { what: 'unchanged', entry: (held as Held).entry };
    }
    held ??= this.#begin(key, named);
    this.#own(held);
    if (confirms) {
      held.entry = { ...held.entry, confirmed_by: by, confirmed_at: this.#now, acts_at: named.acts };
    } else if (held.entry.confirmed_by === null && held.was > 0 && !byHand) {
      held.entry = { ...held.entry, acts_at: named.acts };
    }
    const row: ListingRow = {
      bank: this.bank,
      source: this.source,
      source_id: sourceId,
      entry_id: held.entry.id,
      mark: markOf({ ...named, tags, expiresAt }),
      tags: JSON.stringify(tags),
      expires_at: expiresAt,
      listed_at: same ? listing.listed_at : this.#now,
      listed_by: by,
      confirmed_at: confirms ? this.#now : same ? listing.confirmed_at : null,
    };
    held.listings.set(nameOfListing(row), row);
    this.#listings.set(sourceId, row);
    this.#listed.push(row);
    this.#settle(held);
    return { what, entry: held.entry };
  }

  #begin(key: string, { kind, foundBy, content, acts }: Named): Held {
    const entry: Entry = {
      id: this.time.uuid(),
      bank: this.bank,
      kind,
      found_by: foundBy,
      content,
      source: this.source,
      tags: '[]',
      confirmed_by: null,
      confirmed_at: null,
      acts_at: acts,
      expires_at: null,
      created_at: this.#now,
      removed_at: null,
      removed_by: null,
    };
    const held: Held = { entry, was: 0, listings: new Map(), touched: true };
    this.#held.set(entry.id, held);
    this.#byKey.set(key, held);
    return held;
  }

  /** What nobody lists and is there all the same is this operator's own (it went back to review, say): another's listing does not change that. */
  #own({ entry, listings, was }: Held): void {
    if (was === 0 || listings.size > 0) return;
    const row: ListingRow = {
      bank: this.bank,
      source: entry.source,
      source_id: `entry:${entry.id}`,
      entry_id: entry.id,
      mark: '',
      tags: entry.tags,
      expires_at: entry.expires_at,
      listed_at: entry.created_at,
      listed_by: entry.confirmed_by ?? '',
      confirmed_at: null,
    };
    listings.set(nameOfListing(row), row);
    this.#listed.push(row);
  }

  #withdraw(listing: ListingRow, held: Held | undefined): Outcome {
    this.#withdrawn.push(listing.source_id);
    this.#listings.delete(listing.source_id);
    if (!held || held.entry.removed_at !== null) return { what: 'unchanged' };
    held.listings.delete(nameOfListing(listing));
    const came = listing.confirmed_at !== null && listing.confirmed_at === held.entry.confirmed_at;
    if (held.listings.size === 0 && (came || held.entry.confirmed_by === null)) {
      held.touched = true;
      held.entry = { ...held.entry, removed_at: this.#now, removed_by: `source ${this.source}` };
      this.#byKey.delete(keyOf(held.entry));
      return { what: 'removed' };
    }
    // Nobody else lists it, or its confirmation came with this listing: a person looks again.
    if (held.listings.size === 0 || came) held.entry = { ...held.entry, confirmed_by: null, confirmed_at: null };
    this.#settle(held);
    return { what: 'updated', entry: held.entry };
  }

  /** An entry has the tags of all who list it, and lasts as long as the last of them says. */
  #settle(held: Held): void {
    held.touched = true;
    const listings = [...held.listings.values()];
    if (listings.length === 0) return;
    const ends = listings.map(({ expires_at }) => expires_at ?? Number.POSITIVE_INFINITY);
    const end = Math.max(...ends);
    held.entry = {
      ...held.entry,
      tags: JSON.stringify(union(listings.map(({ tags }) => JSON.parse(tags)))),
      expires_at: end === Number.POSITIVE_INFINITY ? null : end,
    };
  }

  writes(db: Database): Write[] {
    const touched = [...this.#held.values()].filter(held => held.touched);
    const changed: Changed[] = touched.filter(({ was }) => was > 0);
    const added = touched.filter(({ was }) => was === 0).map(({ entry }) => entry);
    if (changed.length + added.length + this.#withdrawn.length + this.#listed.length === 0) return [];
    const bank = { name: this.bank, created_at: this.#now };
    const writes = [db.insert(banksTable, [bank], { onConflict: 'nothing' }), ...writeEntries(db, changed, added)];
    if (this.#withdrawn.length > 0) {
      const query = db
        .tables<BankRows>()
        .deleteFrom('bank_listings')
        .where('bank', '=', this.bank)
        .where('source', '=', this.source)
        .where(oneOf(db, 'source_id', this.#withdrawn));
      writes.push({ query });
    }
    const [old, fresh] = [true, false].map(is =>
      this.#listed.filter(row => this.#known.has(nameOfListing(row)) === is),
    );
    if (old?.length) writes.push(db.insert(listingsTable, old, { onConflict: 'replace' }));
    // Where somebody else lists them at this moment, it conflicts.
    if (fresh?.length) writes.push(db.insert(listingsTable, fresh));
    return writes;
  }
}

const takenOut = ({ removed_at, removed_by }: Entry): boolean => removed_at !== null && removed_by !== expiry;

const union = (lists: readonly (readonly string[])[]): string[] => [...new Set(lists.flat())];
