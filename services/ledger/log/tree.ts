import { createHash } from 'node:crypto';

/** Bytes of a hash: SHA-256. */
export const hashBytes = 32;

/** Hash of an entry's bytes as a leaf (RFC 6962, 2.1). */
export const hashLeaf = (entry: Uint8Array): Buffer => createHash('sha256').update('\0').update(entry).digest();

/** Hash of two subtrees that stand side by side (RFC 6962, 2.1). */
export const hashPair = (left: Uint8Array, right: Uint8Array): Buffer =>
  createHash('sha256').update('\x01').update(left).update(right).digest();

/** Hash of a log without entries. */
export const emptyRoot: Buffer = createHash('sha256').digest();

/** The hash of a whole subtree, and its height: it stands for 2^height leaves. */
interface Peak {
  height: number;
  hash: Buffer;
}

/**
 * The right edge of a Merkle tree: the whole subtrees that its leaves make, the largest first. It takes leaves, or whole subtrees, at the end and
 * tells the root; it keeps no more than one hash for each power of two.
 */
export class Frontier {
  #peaks: Peak[] = [];
  #size = 0;

  /** Leaves so far. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds a whole subtree of 2^height leaves.
   * @throws RangeError where the tree's end is not a place for one of this height.
   */
  add(hash: Buffer, height = 0): void {
    const width = 2 ** height;
    if (this.#size % width !== 0) throw new RangeError(`no subtree of ${width} leaves begins at leaf ${this.#size}`);
    let peak: Peak = { height, hash };
    for (let last = this.#peaks.at(-1); last?.height === peak.height; last = this.#peaks.at(-1)) {
      this.#peaks.pop();
      peak = { height: last.height + 1, hash: hashPair(last.hash, peak.hash) };
    }
    this.#peaks.push(peak);
    this.#size += width;
  }

  /** The tree's hash as it stands. */
  root(): Buffer {
    const [last, ...larger] = [...this.#peaks].reverse();
    return last ? larger.reduce((right, { hash }) => hashPair(hash, right), last.hash) : emptyRoot;
  }

  copy(): Frontier {
    const copy = new Frontier();
    copy.#peaks = [...this.#peaks];
    copy.#size = this.#size;
    return copy;
  }
}

/** The hash of whole tile of 256 hashes: one hash of the tile above it. */
export function hashTile(hashes: readonly Buffer[]): Buffer {
  const frontier = new Frontier();
  for (const hash of hashes) frontier.add(hash);
  return frontier.root();
}
