import { type LinkScope, linkKey } from '../links/index.js';
import { EntryTable, type Kept, type KnownEntry } from './entry-table.js';

/** The links of the banks, by the key under which each is listed. */
export class Links {
  readonly #table = new EntryTable();
  /** One entry as a number: a list for each would take more than the links. */
  readonly #slots = new Map<string, number | number[]>();

  put(row: Kept): void {
    const { slot, added } = this.#table.put(row);
    if (!added) return;
    const key = keyOf(row);
    const there = this.#slots.get(key);
    if (there === undefined) this.#slots.set(key, slot);
    else this.#slots.set(key, Array.isArray(there) ? [...there, slot] : [there, slot]);
  }

  take(row: Kept): void {
    const slot = this.#table.take(row.id);
    const key = keyOf(row);
    const there = this.#slots.get(key);
    if (slot === undefined || there === undefined) return;
    const left = Array.isArray(there) ? there.filter(one => one !== slot) : [];
    if (left.length > 0) this.#slots.set(key, left);
    else this.#slots.delete(key);
  }

  find(key: string): KnownEntry[] {
    const there = this.#slots.get(key);
    if (there === undefined) return [];
    return (Array.isArray(there) ? there : [there]).map(slot => this.#table.at(slot));
  }
}

/** Made anew from the link as it was given: the normal form may have become better since it was listed. */
function keyOf({ found_by: before, content }: Kept): string {
  const found = linkKey(content, before.slice(0, before.indexOf(' ')) as LinkScope);
  return 'key' in found ? found.key : before;
}
