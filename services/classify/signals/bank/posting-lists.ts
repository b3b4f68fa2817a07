const none = -1;
/** Parts grow one by one, so that the work of growing comes in small pieces: some milliseconds each at 20 million hashes. */
const parts = 256;
const fullAt = 0.8;
const growth = 1.4;
/** Words of the smallest block: how many items there are, then up to three of them. */
const smallest = 4;

/**
 * From 32-bit hashes to lists of small numbers (below 2^30), in typed arrays: 8 bytes a place for hashes, two thirds of them in use, and
 * 4 to 8 for each item of hashes with several. Hashes have to be spread evenly already. Nothing is taken out: whoever removes skips what
 * is gone and builds anew now and then.
 */
export class PostingLists {
  readonly #parts = Array.from({ length: parts }, () => new Part());
  /** Blocks of 4, 8, 16, … words: minus one and how many items, then the items, the oldest first. */
  #blocks = new Int32Array(1024);
  #used = 0;
  /** By size, blocks that are free because what was in them was moved to a larger one. */
  readonly #free: number[][] = Array.from({ length: 31 }, () => []);
  /** Kept so that what is read only to have it near is not left out by the compiler. */
  touched = 0;

  add(hash: number, item: number): void {
    const part = this.#parts[hash >>> 24] as Part;
    const at = part.place(hash);
    const cursor = part.table[at + 1] as number;
    if (cursor === none) part.table[at + 1] = item << 1;
    else if ((cursor & 1) === 0) {
      const block = this.#block(smallest);
      this.#blocks[block] = -1 - 2;
      this.#blocks[block + 1] = cursor >> 1;
      this.#blocks[block + 2] = item;
      part.table[at + 1] = (block << 1) | 1;
    } else part.table[at + 1] = (this.#append(cursor >> 1, item) << 1) | 1;
  }

  /** A cursor at the hash's newest item, negative where it has none. It holds until something is added. */
  first(hash: number): number {
    return this.#newest((this.#parts[hash >>> 24] as Part).get(hash));
  }

  /**
   * Cursors at the newest items of those of the hashes that have any, into the caller's room; answers how many. Among many hashes the time goes
   * into waiting for memory. So each step is done for all of them before the next, without branches: the processor then waits for
   * many places at once.
   */
  firstOfEach(hashes: Uint32Array, cursors: Int32Array): number {
    const parts = this.#parts;
    let touched = 0;
    for (let n = 0; n < hashes.length; n++) touched ^= (parts[hashes[n]! >>> 24] as Part).touch(hashes[n]!);
    let count = 0;
    for (let n = 0; n < hashes.length; n++) {
      const cursor = (parts[hashes[n]! >>> 24] as Part).get(hashes[n]!);
      if (cursor !== none) cursors[count++] = cursor;
    }
    const blocks = this.#blocks;
    for (let n = 0; n < count; n++) touched ^= (blocks[cursors[n]! >> 1] as number) | 0;
    this.touched = touched;
    for (let n = 0; n < count; n++) cursors[n] = this.#newest(cursors[n]!);
    return count;
  }

  /** A cursor at the item added before, negative where there is none. */
  next(cursor: number): number {
    if ((cursor & 1) === 0) return none;
    return (this.#blocks[(cursor >> 1) - 1] as number) < 0 ? none : cursor - 2;
  }

  item(cursor: number): number {
    return (cursor & 1) === 0 ? cursor >> 1 : (this.#blocks[cursor >> 1] as number);
  }

  /** How many items the hash has. */
  count(hash: number): number {
    const cursor = (this.#parts[hash >>> 24] as Part).get(hash);
    if (cursor === none) return 0;
    return (cursor & 1) === 0 ? 1 : -1 - (this.#blocks[cursor >> 1] as number);
  }

  #newest(cursor: number): number {
    if ((cursor & 1) === 0 || cursor === none) return cursor;
    const block = cursor >> 1;
    return ((block - 1 - (this.#blocks[block] as number)) << 1) | 1;
  }

  /** Puts the item at the end of a block, or of a larger one that takes its place. Answers where that is. */
  #append(block: number, item: number): number {
    const count = -1 - (this.#blocks[block] as number);
    let into = block;
    if (count + 1 >= smallest && ((count + 1) & count) === 0) {
      into = this.#block((count + 1) * 2);
      this.#blocks.copyWithin(into, block, block + count + 1);
      this.#free[31 - Math.clz32(count + 1)]?.push(block);
    }
    this.#blocks[into] = -1 - (count + 1);
    this.#blocks[into + count + 1] = item;
    return into;
  }

  #block(words: number): number {
    const free = this.#free[31 - Math.clz32(words)]?.pop();
    if (free !== undefined) return free;
    const block = this.#used;
    this.#used += words;
    if (this.#used > this.#blocks.length) {
      const blocks = new Int32Array(Math.max(this.#used, Math.ceil(this.#blocks.length * growth)));
      blocks.set(this.#blocks);
      this.#blocks = blocks;
    }
    return block;
  }
}

/** Hashes with the same first byte, each with twice its only item, or with one more than twice its block. */
class Part {
  /** Hash and cursor, one place after the other. */
  table = new Int32Array(32).fill(none);
  #places = 16;
  #used = 0;
  #scale = this.#places / 2 ** 24;

  get(hash: number): number {
    return this.table[this.#find(hash | 0) + 1] as number;
  }

  /** What stands where the hash would best be. */
  touch(hash: number): number {
    return this.table[(((hash & 0xffffff) * this.#scale) | 0) << 1] as number;
  }

  /** Where the hash is, or is to be put: the caller writes its cursor behind it. */
  place(hash: number): number {
    if (this.#used >= this.#places * fullAt) this.#grow();
    const at = this.#find(hash | 0);
    if (this.table[at + 1] === none) {
      this.table[at] = hash | 0;
      this.#used++;
    }
    return at;
  }

  #find(key: number): number {
    const table = this.table;
    const end = table.length;
    let at = (((key & 0xffffff) * this.#scale) | 0) << 1;
    while (table[at + 1] !== none && table[at] !== key) {
      at += 2;
      if (at === end) at = 0;
    }
    return at;
  }

  #grow(): void {
    const old = this.table;
    this.#places = Math.ceil(this.#places * growth);
    this.#scale = this.#places / 2 ** 24;
    this.table = new Int32Array(this.#places * 2).fill(none);
    for (let n = 0; n < old.length; n += 2) {
      if (old[n + 1] === none) continue;
      const at = this.#find(old[n] as number);
      this.table[at] = old[n] as number;
      this.table[at + 1] = old[n + 1] as number;
    }
  }
}
