import { program } from './program.js';

/** 256 bits, as 32 bytes or 64 hex digits. */
export type Hash = Uint8Array | string;

export interface Neighbour {
  slot: number;
  /** Bits that differ. */
  distance: number;
}

/** The greatest distance that can be asked for: at which PDQ takes two pictures for the same. */
export const farthest = 31;

interface Program {
  memory: WebAssembly.Memory;
  buckets: WebAssembly.Global<'i32'>;
  grow(): number;
  add(): number;
  remove(slot: number): number;
  find(radius: number): void;
}

const hashBytes = 32;
const hashesByBucket = 40;
const mostBuckets = 65_536;
let compiled: WebAssembly.Module | undefined;

/**
 * 256-bit hashes, found again by their Hamming distance: every one within it, and nothing else. It grows with what is added: half a megabyte
 * when empty, 190 MB with a million, 1.4 GB with ten millions; what is removed leaves room for what comes next. It takes 16,777,216.
 */
export class HammingIndex {
  readonly #program: Program;
  readonly #found = new Map<number, number>();
  /** Where the program expects the hash; it is lost each time that the memory grows. */
  #asked: Uint8Array;
  #size = 0;

  constructor() {
    compiled ??= new WebAssembly.Module(Buffer.from(program, 'base64'));
    const found = (slot: number, distance: number): void => void this.#found.set(slot, distance);
    // Its exports are those of hamming-index.wat.
    this.#program = new WebAssembly.Instance(compiled, { index: { found } }).exports as unknown as Program;
    this.#asked = new Uint8Array(this.#program.memory.buffer, 0, hashBytes);
    if (this.#program.grow() === 0) throw new RangeError('there is no memory for an index of hashes');
  }

  /** How many are in. */
  get size(): number {
    return this.#size;
  }

  /** Memory that it holds. */
  get bytes(): number {
    return this.#program.memory.buffer.byteLength;
  }

  /** Makes the index as wide as so many need, so that adding them is faster. */
  reserve(count: number): void {
    const buckets = Math.min(mostBuckets, Math.ceil(count / hashesByBucket));
    while (this.#program.buckets.value < buckets && this.#program.grow() === 1);
  }

  /**
   * Takes a hash in, also one that is in already.
   * @returns its slot, from 0 on, which may be that of one removed.
   * @throws TypeError where it is no hash, RangeError where there is no room; then nothing was changed.
   */
  add(hash: Hash): number {
    this.#ask(hash);
    const slot = this.#program.add();
    if (slot < 0) throw new RangeError(`there is no room beside ${this.#size} hashes`);
    this.#size++;
    return slot;
  }

  /** Takes a hash out. @returns false where the slot is empty. */
  remove(slot: number): boolean {
    if (this.#program.remove(slot) === 0) return false;
    this.#size--;
    return true;
  }

  /**
   * All hashes at most `radius` bits away (0 to 31), nearest first; of those as near as each other the lowest slot first.
   * @throws TypeError where it is no hash, RangeError where the radius is another.
   */
  find(hash: Hash, radius: number): Neighbour[] {
    if (!Number.isInteger(radius) || radius < 0 || radius > farthest) {
      throw new RangeError(`the radius is ${radius}, and has to be from 0 to ${farthest}`);
    }
    this.#ask(hash);
    this.#program.find(radius);
    if (this.#found.size === 0) return [];
    const neighbours = [...this.#found].map(([slot, distance]) => ({ slot, distance }));
    this.#found.clear();
    return neighbours.sort((a, b) => a.distance - b.distance || a.slot - b.slot);
  }

  #ask(hash: Hash): void {
    const bytes = typeof hash === 'string' ? Buffer.from(hash, 'hex') : hash;
    if (bytes.length !== hashBytes || (typeof hash === 'string' && hash.length !== 2 * hashBytes)) {
      throw new TypeError('a hash is 32 bytes or 64 hex digits');
    }
    if (this.#asked.length === 0) this.#asked = new Uint8Array(this.#program.memory.buffer, 0, hashBytes);
    this.#asked.set(bytes);
  }
}
