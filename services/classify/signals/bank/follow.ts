import { loop, type Runtime } from '../../../runtime/index.js';
import { fold } from '../normalise.js';
import { changesChannel, digestOf, leastNear } from './entries.js';
import { PostingLists } from './posting-lists.js';
import { hashOf } from './shingles.js';
import type { BankRows, EntryRow } from './tables.js';
import { type Nearness, TextIndex } from './text-index.js';

/** Pause between two looks for changes: with the time a look takes, within the second in which an entry has to act. */
const lookEvery = 300;
const page = 2_000;
/** Unread for so long, the banks count as out of date. */
const patience = 10_000;

/** An entry as the signals see it. */
export interface KnownEntry {
  id: string;
  bank: string;
  confirmed: boolean;
  /** Similarity from which a changed text counts as this one. */
  actsAt: number;
  foundBy: string;
  expiresAt: number;
}

/** What is in the banks, in memory, kept up with the record. */
export interface Banks {
  /** The last change that is in. */
  version(): number;
  /** Entries whose normal form these letters are. */
  exact(units: Uint16Array): KnownEntry[];
  /** Entries that these letters hold, changed. */
  near(units: Uint16Array): { entry: KnownEntry; near: Nearness }[];
  /** Entries listed under a link's key. */
  links(key: string): KnownEntry[];
  problem(): string | undefined;
  stop(): Promise<void>;
}

/** One building of the index: entries only come in and are marked as gone; when half is gone, it is built anew. */
class Index {
  readonly entries = new Map<string, KnownEntry>();
  readonly #texts = new TextIndex();
  readonly #exact = new PostingLists();
  /** By slot of the text index. */
  readonly #bySlot: string[] = [];
  readonly #exactIds: string[] = [];
  readonly #links = new Map<string, Set<string>>();
  gone = 0;

  put(row: EntryRow): void {
    const known = this.entries.has(row.id);
    this.entries.set(row.id, {
      id: row.id,
      bank: row.bank,
      confirmed: row.confirmed_by !== null,
      actsAt: row.acts_at ?? 1,
      foundBy: row.found_by,
      expiresAt: row.expires_at ?? Number.POSITIVE_INFINITY,
    });
    if (known) return;
    if (row.kind === 'link') {
      const ids = this.#links.get(row.found_by) ?? new Set();
      this.#links.set(row.found_by, ids.add(row.id));
      return;
    }
    const units = fold(row.content);
    this.#exact.add(hashOf(units), this.#exactIds.push(row.id) - 1);
    if (units.length >= leastNear) this.#bySlot[this.#texts.add(units)] = row.id;
  }

  take(row: EntryRow): void {
    if (!this.entries.delete(row.id)) return;
    this.gone++;
    if (row.kind === 'link') this.#links.get(row.found_by)?.delete(row.id);
  }

  exact(units: Uint16Array): KnownEntry[] {
    const found: KnownEntry[] = [];
    let digest: string | undefined;
    for (let at = this.#exact.first(hashOf(units)); at >= 0; at = this.#exact.next(at)) {
      digest ??= digestOf(units);
      const entry = this.entries.get(this.#exactIds[this.#exact.item(at)] ?? '');
      if (entry?.foundBy === digest) found.push(entry);
    }
    return found;
  }

  near(units: Uint16Array): { entry: KnownEntry; near: Nearness }[] {
    return this.#texts.find(units).flatMap(near => {
      const entry = this.entries.get(this.#bySlot[near.slot] ?? '');
      return entry ? [{ entry, near }] : [];
    });
  }

  links(key: string): KnownEntry[] {
    const ids = this.#links.get(key);
    return ids ? [...ids].flatMap(id => this.entries.get(id) ?? []) : [];
  }
}

/** Reads the banks and keeps up with their changes. Resolves once all of them are in. @throws UnavailableError */
export async function followBanks({
  db,
  cache,
  time,
  log,
}: Pick<Runtime, 'db' | 'cache' | 'time' | 'log'>): Promise<Banks> {
  let index = new Index();
  let version = 0;
  let readAt = time.steady();

  const changes = (after: number, all: boolean): Promise<EntryRow[]> => {
    const query = db.tables<BankRows>().selectFrom('bank_entries').selectAll().where('change', '>', after);
    return (all ? query : query.where('removed_at', 'is', null)).orderBy('change').limit(page).execute();
  };

  async function build(): Promise<void> {
    // Changes that come in meanwhile have higher numbers; they are read once more afterwards, which changes nothing.
    const before = await db.tables<BankRows>().selectFrom('bank_changes').select('last').executeTakeFirst();
    const next = new Index();
    let last = 0;
    for (let rows = await changes(0, false); rows.length > 0; rows = await changes(last, false)) {
      for (const row of rows) next.put(row);
      last = rows.at(-1)?.change ?? last;
    }
    index = next;
    version = before?.last ?? 0;
  }

  async function catchUp(): Promise<void> {
    for (let rows = await changes(version, true); rows.length > 0; rows = await changes(version, true)) {
      for (const row of rows) {
        if (row.removed_at === null) index.put(row);
        else index.take(row);
        version = row.change;
      }
    }
    if (index.gone > 1_000 && index.gone > index.entries.size) await build();
    readAt = time.steady();
  }

  await build();
  const looking = loop(time, lookEvery, catchUp, error => log.warn({ err: error }, 'banks not read'));
  const hearing = await cache
    .subscribe(changesChannel, () => looking.wake())
    .catch(async error => {
      await looking.stop();
      throw error;
    });
  const acting = (entry: KnownEntry): boolean => entry.expiresAt > time.now();
  return {
    version: () => version,
    exact: units => index.exact(units).filter(acting),
    near: units => index.near(units).filter(({ entry }) => acting(entry)),
    links: key => index.links(key).filter(acting),
    problem() {
      const since = time.steady() - readAt;
      return since > patience ? `the banks were last read ${Math.round(since / 1000)} s ago` : undefined;
    },
    async stop() {
      await hearing.stop();
      await looking.stop();
    },
  };
}
