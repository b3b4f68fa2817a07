const none = -1;

/**
 * From 32-bit hashes to lists of small numbers, in typed arrays: 16 bytes a hash at the least and 8 an item. Hashes have to be
 * spread evenly already. Nothing is taken out: whoever removes skips what is gone and builds anew now and then.
 */
export class PostingLists {
  #keys = new Uint32Array(1024);
  #heads = new Int32Array(1024).fill(none);
  #counts = new Uint32Array(1024);
  #used = 0;
  #items = new Int32Array(1024);
  #next = new Int32Array(1024);
  #length = 0;

  add(hash: number, item: number): void {
    if (this.#used * 2 >= this.#keys.length) this.#grow();
    if (this.#length === this.#items.length) {
      this.#items = doubled(this.#items);
      this.#next = doubled(this.#next);
    }
    const at = this.#find(hash);
    if (this.#heads[at] === none) {
      this.#keys[at] = hash;
      this.#used++;
    }
    this.#items[this.#length] = item;
    this.#next[this.#length] = this.#heads[at]!;
    this.#heads[at] = this.#length++;
    this.#counts[at]! += 1;
  }

  /** How many items the hash has. */
  count(hash: number): number {
    return this.#counts[this.#find(hash)]!;
  }

  /** A cursor at the hash's newest item, negative where it has none. */
  first(hash: number): number {
    return this.#heads[this.#find(hash)]!;
  }

  next(cursor: number): number {
    return this.#next[cursor]!;
  }

  item(cursor: number): number {
    return this.#items[cursor]!;
  }

  #find(hash: number): number {
    const mask = this.#keys.length - 1;
    let at = hash & mask;
    while (this.#heads[at] !== none && this.#keys[at] !== hash) at = (at + 1) & mask;
    return at;
  }

  #grow(): void {
    const [keys, heads, counts] = [this.#keys, this.#heads, this.#counts];
    this.#keys = new Uint32Array(keys.length * 2);
    this.#heads = new Int32Array(keys.length * 2).fill(none);
    this.#counts = new Uint32Array(keys.length * 2);
    for (let n = 0; n < keys.length; n++) {
      if (heads[n] === none) continue;
      const at = this.#find(keys[n]!);
      this.#keys[at] = keys[n]!;
      this.#heads[at] = heads[n]!;
      this.#counts[at] = counts[n]!;
    }
  }
}

export function doubled<A extends Int32Array | Uint32Array | Uint16Array>(array: A): A {
  const copy = new (array.constructor as new (length: number) => A)(array.length * 2);
  copy.set(array);
  return copy;
}
