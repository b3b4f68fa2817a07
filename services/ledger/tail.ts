import type { Database } from '../runtime/index.js';
import { Frontier, hashesAt, hashLeaf, hashTile, tileHeight, tileWidth } from './log/index.js';
import type { LedgerNodeRow, LedgerRows } from './tables.js';

/** The end of the log in memory: what is needed to append to it and to tell its root. */
export class Tail {
  #frontier = new Frontier();
  /** By level, the hashes of the tile that is not whole yet. */
  #tiles: Buffer[][] = [];

  get size(): number {
    return this.#frontier.size;
  }

  root(): Buffer {
    return this.#frontier.root();
  }

  /** Appends an entry. @returns the hashes of the tiles that it makes whole, to be kept. */
  append(entry: Uint8Array): LedgerNodeRow[] {
    const leaf = hashLeaf(entry);
    this.#frontier.add(leaf);
    const whole: LedgerNodeRow[] = [];
    let hash = leaf;
    for (let level = 0; ; level++) {
      const tile = this.#tileAt(level);
      tile.push(hash);
      if (tile.length < tileWidth) return whole;
      hash = hashTile(tile);
      this.#tiles[level] = [];
      const idx = this.size / tileWidth ** (level + 1) - 1;
      whole.push({ level: level + 1, idx, hash: hash.toString('base64') });
    }
  }

  #tileAt(level: number): Buffer[] {
    this.#tiles[level] ??= [];
    return this.#tiles[level];
  }

  copy(): Tail {
    const copy = new Tail();
    copy.#frontier = this.#frontier.copy();
    copy.#tiles = this.#tiles.map(tile => [...tile]);
    return copy;
  }

  /** Reads it: at most 255 hashes of each level. */
  static async read(db: Database, size: number): Promise<Tail> {
    const tail = new Tail();
    const levels: number[] = [];
    for (let level = 0; hashesAt(level, size) > 0; level++) levels.unshift(level);
    for (const level of levels) {
      const end = hashesAt(level, size);
      const hashes = await readHashes(db, level, end - (end % tileWidth), end);
      tail.#tiles[level] = hashes;
      for (const hash of hashes) tail.#frontier.add(hash, level * tileHeight);
    }
    return tail;
  }
}

/** Entries `from` up to (not including) `to`, as they are in the log. */
export async function readEntries(db: Database, from: number, to: number): Promise<Buffer[]> {
  const rows = await db
    .tables<LedgerRows>()
    .selectFrom('ledger_entries')
    .select('entry')
    .where('idx', '>=', from)
    .where('idx', '<', to)
    .orderBy('idx')
    .execute();
  return rows.map(row => Buffer.from(row.entry, 'base64'));
}

/** Hashes `from` up to (not including) `to` of a level. */
export async function readHashes(db: Database, level: number, from: number, to: number): Promise<Buffer[]> {
  if (level === 0) return (await readEntries(db, from, to)).map(hashLeaf);
  const rows = await db
    .tables<LedgerRows>()
    .selectFrom('ledger_nodes')
    .select('hash')
    .where('level', '=', level)
    .where('idx', '>=', from)
    .where('idx', '<', to)
    .orderBy('idx')
    .execute();
  return rows.map(row => Buffer.from(row.hash, 'base64'));
}
