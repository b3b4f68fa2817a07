/** 128 bits, as four words. */
export type Key = readonly [number, number, number, number];

const none = -1;

/**
 * 128-bit keys in typed arrays, each in a slot of its own: 16 bytes a key and 8 to 16 to find it again. The same key may be in several times. Slots
 * are given anew once they are free.
 */
export class KeyTable {
  #keys = new Uint32Array(4 * 1024);
  /** Next free slot behind a free one, and `none` at the end; unused of a slot in use. */
  #free = none;
  #high = 0;
  /** Slots by the hash of their key, with linear probing. */
  #cells = new Int32Array(2048).fill(none);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Slots that there are, free ones among them: what else is kept by slot needs so much room. */
  get slots(): number {
    return this.#high;
  }

  add(key: Key): number {
    if ((this.#size + 1) * 2 > this.#cells.length) this.#grow();
    let slot = this.#free;
    if (slot === none) {
      slot = this.#high++;
      if (slot * 4 >= this.#keys.length) {
        const keys = new Uint32Array(this.#keys.length * 2);
        keys.set(this.#keys);
        this.#keys = keys;
      }
    } else this.#free = this.#keys[slot * 4]! - 1;
    this.#keys.set(key, slot * 4);
    this.#cells[this.#empty(slot)] = slot;
    this.#size++;
    return slot;
  }

  /** The slots of a key. */
  find(key: Key): number[] {
    const found: number[] = [];
    const mask = this.#cells.length - 1;
    for (let at = home(key[0], key[1], key[2], key[3]) & mask; ; at = (at + 1) & mask) {
      const slot = this.#cells[at]!;
      if (slot === none) return found;
      const from = slot * 4;
      const keys = this.#keys;
      if (keys[from] === key[0] && keys[from + 1] === key[1] && keys[from + 2] === key[2] && keys[from + 3] === key[3])
        found.push(slot);
    }
  }

  keyAt(slot: number): Key {
    const [a = 0, b = 0, c = 0, d = 0] = this.#keys.subarray(slot * 4, slot * 4 + 4);
    return [a, b, c, d];
  }

  /** Frees a slot in use. */
  remove(slot: number): void {
    const mask = this.#cells.length - 1;
    let gap = this.#home(slot);
    while (this.#cells[gap] !== slot) gap = (gap + 1) & mask;
    // Those behind the gap move up, unless that would put them before their place.
    for (let at = (gap + 1) & mask; this.#cells[at] !== none; at = (at + 1) & mask) {
      const wanted = this.#home(this.#cells[at]!);
      if (((at - wanted) & mask) < ((at - gap) & mask)) continue;
      this.#cells[gap] = this.#cells[at]!;
      gap = at;
    }
    this.#cells[gap] = none;
    this.#keys[slot * 4] = this.#free + 1;
    this.#free = slot;
    this.#size--;
  }

  #home(slot: number): number {
    const keys = this.#keys;
    const from = slot * 4;
    return home(keys[from]!, keys[from + 1]!, keys[from + 2]!, keys[from + 3]!) & (this.#cells.length - 1);
  }

  #empty(slot: number): number {
    const mask = this.#cells.length - 1;
    let at = this.#home(slot);
    while (this.#cells[at] !== none) at = (at + 1) & mask;
    return at;
  }

  #grow(): void {
    const slots = this.#cells;
    this.#cells = new Int32Array(slots.length * 2).fill(none);
    for (const slot of slots) if (slot !== none) this.#cells[this.#empty(slot)] = slot;
  }
}

/** Mixes all words, whatever they are: hashes and ids of somebody's tests may differ in few bits. After MurmurHash3. */
function home(a: number, b: number, c: number, d: number): number {
  let h = 0;
  h = step(h, a);
  h = step(h, b);
  h = step(h, c);
  h = step(h, d);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function step(hash: number, word: number): number {
  const k = Math.imul(word, 0xcc9e2d51);
  const mixed = hash ^ Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

/** The first 128 bits of what hex digits say; hyphens are left out. */
export function keyOfHex(hex: string): Key {
  const bytes = Buffer.from(hex.length === 36 ? hex.replaceAll('-', '') : hex.slice(0, 32), 'hex');
  if (bytes.length !== 16) throw new Error('is no UUID, and no hash of 128 bits');
  return [bytes.readUInt32BE(0), bytes.readUInt32BE(4), bytes.readUInt32BE(8), bytes.readUInt32BE(12)];
}
