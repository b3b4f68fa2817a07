import { type EntryKind, entryKinds } from './entry.js';
import { KeyTable, keyOfHex } from './key-table.js';
import type { EntryRow } from './tables.js';

/** An entry as the signals see it. */
export interface KnownEntry {
  id: string;
  bank: string;
  kind: EntryKind;
  confirmed: boolean;
  /** Of a text: the similarity from which a changed one counts as this one; 1 of others. */
  actsAt: number;
  /** Of a pdq hash: the distance (bits of 256, 0 to 31) up to which a picture counts as this one; 0 of others. */
  actsWithin: number;
  /** Milliseconds since 1970, to the second; infinite where it does not expire. */
  expiresAt: number;
}

/** What is kept in memory of a row. */
export type Kept = Pick<
  EntryRow,
  'id' | 'bank' | 'kind' | 'found_by' | 'content' | 'confirmed_by' | 'acts_at' | 'expires_at'
>;

const never = 0xffffffff;
/** Similarities are kept to four decimals. */
const fine = 10_000;

/**
 * What the signals have to know of each entry, by slot, in typed arrays: about 45 bytes an entry, as there may be millions. Not safe for ids that
 * are no UUIDs: those of the banks are.
 */
export class EntryTable {
  readonly #ids = new KeyTable();
  readonly #banks: string[] = [];
  readonly #bankNumbers = new Map<string, number>();
  #bank = new Uint32Array(1024);
  /** Kind, and 8 where it is confirmed. */
  #bits = new Uint8Array(1024);
  #acts = new Uint16Array(1024);
  /** Seconds since 1970. */
  #expires = new Uint32Array(1024);

  get size(): number {
    return this.#ids.size;
  }

  /** Takes an entry in, or what is new of it. */
  put(row: Kept): { slot: number; added: boolean } {
    const key = keyOfHex(row.id);
    const [known] = this.#ids.find(key);
    const slot = known ?? this.#ids.add(key);
    if (slot >= this.#bank.length) this.#grow();
    this.#bank[slot] = this.#bankNumber(row.bank);
    this.#bits[slot] = entryKinds.indexOf(row.kind) | (row.confirmed_by === null ? 0 : 8);
    this.#acts[slot] = row.kind === 'text' ? Math.round((row.acts_at ?? 1) * fine) : (row.acts_at ?? 0);
    // Rounded up: until the second is over.
    this.#expires[slot] = row.expires_at === null ? never : Math.min(Math.ceil(row.expires_at / 1000), never - 1);
    return { slot, added: known === undefined };
  }

  /** Takes an entry out; its slot, or undefined where it was not in. */
  take(id: string): number | undefined {
    const [slot] = this.#ids.find(keyOfHex(id));
    if (slot !== undefined) this.#ids.remove(slot);
    return slot;
  }

  /** The entry of a slot in use, as one that can't be changed from here. */
  at(slot: number): KnownEntry {
    const bits = this.#bits[slot]!;
    const kind = entryKinds[bits & 7]!;
    const acts = this.#acts[slot]!;
    const expires = this.#expires[slot]!;
    return {
      id: idOf(this.#ids.keyAt(slot)),
      bank: this.#banks[this.#bank[slot]!]!,
      kind,
      confirmed: (bits & 8) !== 0,
      actsAt: kind === 'text' ? acts / fine : 1,
      actsWithin: kind === 'pdq' ? acts : 0,
      expiresAt: expires === never ? Number.POSITIVE_INFINITY : expires * 1000,
    };
  }

  #bankNumber(name: string): number {
    let number = this.#bankNumbers.get(name);
    if (number === undefined) {
      number = this.#banks.push(name) - 1;
      this.#bankNumbers.set(name, number);
    }
    return number;
  }

  #grow(): void {
    const length = this.#bank.length * 2;
    const [bank, bits, acts, expires] = [this.#bank, this.#bits, this.#acts, this.#expires];
    this.#bank = new Uint32Array(length);
    this.#bank.set(bank);
    this.#bits = new Uint8Array(length);
    this.#bits.set(bits);
    this.#acts = new Uint16Array(length);
    this.#acts.set(acts);
    this.#expires = new Uint32Array(length);
    this.#expires.set(expires);
  }
}

function idOf(words: readonly number[]): string {
  const hex = words.map(word => word.toString(16).padStart(8, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
