import { fold } from '../normalise.js';
import { digestOf } from './entry.js';
import { EntryTable, type Kept, type KnownEntry } from './entry-table.js';
import { PostingLists } from './posting-lists.js';
import { hashOf } from './shingles.js';
import { type Nearness, TextIndex } from './text-index.js';

/** Texts from this length on are found with changes too. */
const leastNear = 24;
const none = -1;

/** The texts of the banks. Entries only come in and are marked as gone: `stale` says when it is time to build it anew. */
export class Texts {
  readonly #table = new EntryTable();
  readonly #near = new TextIndex();
  readonly #exact = new PostingLists();
  /** By number, in the order in which they came: the slot of the entry (`none` where it is gone), and the first half of the digest. */
  #slots = new Int32Array(1024);
  #digests = Buffer.alloc(1024 * 16);
  #count = 0;
  /** The number of an entry by its slot, and by its slot in the index of changed texts. */
  #numbers = new Uint32Array(1024);
  #nearNumbers = new Uint32Array(1024);
  #gone = 0;

  get stale(): boolean {
    return this.#gone > 1_000 && this.#gone > this.#table.size;
  }

  put(row: Kept): void {
    const { slot, added } = this.#table.put(row);
    if (!added) return;
    const number = this.#count++;
    if (number === this.#slots.length) {
      this.#slots = twice(this.#slots, Int32Array);
      this.#digests = Buffer.concat([this.#digests, Buffer.alloc(this.#digests.length)]);
    }
    if (slot >= this.#numbers.length) this.#numbers = twice(this.#numbers, Uint32Array);
    this.#slots[number] = slot;
    this.#numbers[slot] = number;
    // Made anew from the text: the normal form may have become better since it was listed.
    const units = fold(row.content);
    digestHalf(units).copy(this.#digests, number * 16);
    this.#exact.add(hashOf(units), number);
    if (units.length < leastNear) return;
    const at = this.#near.add(units);
    while (at >= this.#nearNumbers.length) this.#nearNumbers = twice(this.#nearNumbers, Uint32Array);
    this.#nearNumbers[at] = number;
  }

  take(id: string): void {
    const slot = this.#table.take(id);
    if (slot === undefined) return;
    this.#slots[this.#numbers[slot]!] = none;
    this.#gone++;
  }

  /** Entries whose normal form these letters are. */
  exact(units: Uint16Array): KnownEntry[] {
    const found: KnownEntry[] = [];
    let digest: Buffer | undefined;
    for (let at = this.#exact.first(hashOf(units)); at >= 0; at = this.#exact.next(at)) {
      const number = this.#exact.item(at);
      const slot = this.#slots[number]!;
      if (slot === none) continue;
      digest ??= digestHalf(units);
      if (digest.equals(this.#digests.subarray(number * 16, number * 16 + 16))) found.push(this.#table.at(slot));
    }
    return found;
  }

  /** Entries that these letters hold, changed. */
  near(units: Uint16Array): { entry: KnownEntry; near: Nearness }[] {
    return this.#near.find(units).flatMap(near => {
      const slot = this.#slots[this.#nearNumbers[near.slot]!]!;
      return slot === none ? [] : [{ entry: this.#table.at(slot), near }];
    });
  }
}

const digestHalf = (units: Uint16Array): Buffer => Buffer.from(digestOf(units), 'base64url').subarray(0, 16);

function twice<A extends Int32Array | Uint32Array>(array: A, make: new (length: number) => A): A {
  const copy = new make(array.length * 2);
  copy.set(array);
  return copy;
}
