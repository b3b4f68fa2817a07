import { type Followed, follow, type Runtime, sql } from '../../../runtime/index.js';
import { changesChannel } from './apply.js';
import type { Kept, KnownEntry } from './entry-table.js';
import { Known } from './known.js';
import type { BankRows } from './tables.js';
import type { Nearness } from './text-index.js';

/** Pause between two looks for changes: with the time a look takes, within the second in which an entry has to act. */
const lookEvery = 300;
/** Rows read at once: many short ones, few long ones, about so many characters. */
const fewest = 50;
const most = 5_000;
const pageSize = 2_000_000;
const window = 50_000;
/** How long rows are taken in before other work gets its turn, in ms. */
const turn = 10;

/** What is in the banks, in memory, kept up with the record. */
export interface Banks extends Followed {
  /** The last change that is in. */
  version(): number;
  /** Entries whose normal form these letters are. */
  exact(units: Uint16Array): KnownEntry[];
  /** Entries that these letters hold, changed. */
  near(units: Uint16Array): { entry: KnownEntry; near: Nearness }[];
  /** Entries listed under a link's key. */
  links(key: string): KnownEntry[];
  /**
   * Entries that a picture or file is, by the hashes there are of it, in hex: pictures up to 31 bits away, nearest first, then files (distance 0).
   * Whether an entry may act at that distance says `actsWithin`.
   */
  media(hashes: {
    pdq?: string | undefined;
    sha256?: string | undefined;
    md5?: string | undefined;
  }): Promise<{ entry: KnownEntry; distance: number }[]>;
}

interface Row extends Kept {
  removed_at: number | null;
  change: number;
}

/** Reads the banks and keeps up with their changes. Resolves once all of them are in. @throws UnavailableError */
export async function followBanks({
  db,
  cache,
  time,
  log,
}: Pick<Runtime, 'db' | 'cache' | 'time' | 'log'>): Promise<Banks> {
  const known = new Known(() => time.now());
  let version = 0;
  let limit = 200;

  /** Hashes are not needed as they were given. */
  const columns = [
    'id',
    'bank',
    'kind',
    'found_by',
    sql<string>`case when kind in ('text', 'link') then content else '' end`.as('content'),
    'confirmed_by',
    'acts_at',
    'expires_at',
    'removed_at',
    'change',
  ] as const;

  const adapt = (rows: readonly Row[]) => {
    const size = rows.reduce((sum, { content }) => sum + content.length + 200, 0);
    if (rows.length > 0) limit = Math.max(fewest, Math.min(most, Math.floor((pageSize * rows.length) / size)));
  };

  async function changes(after: number, all: boolean): Promise<Row[]> {
    const query = db.tables<BankRows>().selectFrom('bank_entries').select(columns).where('change', '>', after);
    const rows = await (all ? query : query.where('removed_at', 'is', null)).orderBy('change').limit(limit).execute();
    adapt(rows);
    return rows;
  }

  /** Takes rows in, a little at a time. */
  async function take(rows: readonly Row[], into: Pick<Known, 'put' | 'take'>, done?: (row: Row) => void) {
    let since = time.steady();
    for (const [n, row] of rows.entries()) {
      if (row.removed_at === null) into.put(row);
      else into.take(row);
      done?.(row);
      // Asking for the time costs as much as a hash; a text may take long.
      if ((row.kind !== 'text' && n % 64 !== 0) || time.steady() - since < turn) continue;
      await time.sleep(0);
      since = time.steady();
    }
  }

  async function build(): Promise<void> {
    // Changes that come in meanwhile have higher numbers; they are read once more afterwards, which changes nothing.
    const before = await db.tables<BankRows>().selectFrom('bank_changes').select('last').executeTakeFirst();
    for (let rows = await changes(0, false); rows.length > 0; ) {
      // The next ones are read while these are taken in.
      const next = changes(rows.at(-1)?.change ?? 0, false);
      next.catch(() => undefined);
      await take(rows, known);
      rows = await next;
    }
    version = before?.last ?? 0;
  }

  async function catchUp(seen: () => void): Promise<void> {
    for (let rows = await changes(version, true); rows.length > 0; rows = await changes(version, true)) {
      await take(rows, known, row => {
        version = row.change;
      });
      seen();
    }
    if (known.stale) await buildTexts();
  }

  /** The index of texts can't take out what is gone; it is built anew beside the old one, which goes on meanwhile. */
  async function buildTexts(): Promise<void> {
    const { texts, put } = known.fresh();
    const last = version;
    for (let from = 0; from < last; ) {
      // A window of changes, so that millions of hashes between two texts don't make one query long.
      const until = Math.min(from + window, last);
      const rows = await db
        .tables<BankRows>()
        .selectFrom('bank_entries')
        .select(columns)
        .where('change', '>', from)
        .where('change', '<=', until)
        .where('kind', '=', 'text')
        .where('removed_at', 'is', null)
        .orderBy('change')
        .limit(limit)
        .execute();
      from = rows.length < limit ? until : (rows.at(-1)?.change ?? until);
      adapt(rows);
      await take(rows, { put, take: () => undefined });
    }
    known.replace(texts);
  }

  await build();
  const followed = await follow({ time, cache, log }, changesChannel, lookEvery, catchUp, {
    unread: 'banks not read',
    lastRead: 'the banks were',
  });
  return { ...known.lookups(), version: () => version, ...followed };
}
