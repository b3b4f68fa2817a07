import { HammingIndex } from '../media/hamming/index.js';
import { pdqRadius } from './entry.js';
import { EntryTable, type Kept, type KnownEntry } from './entry-table.js';
import { KeyTable, keyOfHex } from './key-table.js';

/** Which slot of one is which of the other. */
class Pairs {
  #there = new Uint32Array(1024);
  #back = new Uint32Array(1024);

  set(here: number, there: number): void {
    while (here >= this.#there.length) this.#there = twice(this.#there);
    while (there >= this.#back.length) this.#back = twice(this.#back);
    this.#there[here] = there;
    this.#back[there] = here;
  }

  there(here: number): number {
    return this.#there[here]!;
  }

  back(there: number): number {
    return this.#back[there]!;
  }
}

function twice(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const copy = new Uint32Array(array.length * 2);
  copy.set(array);
  return copy;
}

/** The PDQ hashes of the banks, found by their distance. */
export class Pictures {
  readonly #table = new EntryTable();
  readonly #index = new HammingIndex();
  /** Slots of entries, and of their hashes in the index. */
  readonly #pairs = new Pairs();

  put(row: Kept): void {
    const { slot, added } = this.#table.put(row);
    if (added) this.#pairs.set(slot, this.#index.add(row.found_by));
  }

  take(id: string): void {
    const slot = this.#table.take(id);
    if (slot !== undefined) this.#index.remove(this.#pairs.there(slot));
  }

  /** Nearest first. */
  find(hash: string): { entry: KnownEntry; distance: number }[] {
    return this.#index
      .find(hash, pdqRadius)
      .map(({ slot, distance }) => ({ entry: this.#table.at(this.#pairs.back(slot)), distance }));
  }
}

/** The file hashes of one kind: found where the first 128 bits are the same. */
export class Files {
  readonly #table = new EntryTable();
  readonly #hashes = new KeyTable();
  readonly #pairs = new Pairs();

  put(row: Kept): void {
    const { slot, added } = this.#table.put(row);
    if (added) this.#pairs.set(slot, this.#hashes.add(keyOfHex(row.found_by)));
  }

  take(id: string): void {
    const slot = this.#table.take(id);
    if (slot !== undefined) this.#hashes.remove(this.#pairs.there(slot));
  }

  find(hash: string): { entry: KnownEntry; distance: number }[] {
    return this.#hashes
      .find(keyOfHex(hash))
      .map(slot => ({ entry: this.#table.at(this.#pairs.back(slot)), distance: 0 }));
  }
}
