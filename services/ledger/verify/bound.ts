import {
  type Checkpoint,
  Frontier,
  hashBytes,
  hashesAt,
  hashTile,
  tileHeight,
  tilePath,
  tileWidth,
} from '../log/index.js';
import { CannotCheck, Differs, Missing } from './outcome.js';
import type { LogSource } from './source.js';

/** Whole tiles that are remembered: what is read in order needs one of each level; the rest is on its way. */
const remembered = 128;

/**
 * A log's tiles, of which none is used before it is bound to the root of a checkpoint: those at the right edge make the root, and every other one
 * must have the hash that the tile above it says. So it makes no difference who serves them.
 */
export class BoundLog {
  #edge: readonly Buffer[] = [];
  #tiles = new Map<string, Promise<Buffer>>();

  private constructor(
    private readonly source: LogSource,
    readonly head: Checkpoint,
  ) {}

  /** @throws Differs where the tiles do not make the checkpoint's root; CannotCheck. */
  static async open(source: LogSource, head: Checkpoint): Promise<BoundLog> {
    const log = new BoundLog(source, head);
    const reading: Promise<Buffer>[] = [];
    for (let level = 0; hashesAt(level, head.size) > 0; level++) {
      const all = hashesAt(level, head.size);
      const width = all % tileWidth;
      reading.push(
        width === 0 ? Promise.resolve(Buffer.alloc(0)) : log.#take(level, Math.floor(all / tileWidth), width),
      );
    }
    log.#edge = await Promise.all(reading);
    const root = rootOf(log.#edge);
    if (!root.equals(head.root))
      throw new Differs(
        `the tiles at the end of the log make the root ${root.toString('base64')}, and the checkpoint signs ${head.root.toString('base64')}: entries were changed, or the tiles are not of this log`,
      );
    return log;
  }

  /** The hash of entry `index` as a leaf of the tree. @throws Differs, CannotCheck */
  async leaf(index: number): Promise<Buffer> {
    const tile = await this.tile(0, Math.floor(index / tileWidth));
    return hashAt(tile, index % tileWidth);
  }

  /** The root that the log had when it had `size` entries. @throws Differs, CannotCheck */
  async rootAt(size: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let level = 0; hashesAt(level, size) > 0; level++) {
      const all = hashesAt(level, size);
      const width = all % tileWidth;
      parts.push(
        width === 0
          ? Buffer.alloc(0)
          : (await this.tile(level, Math.floor(all / tileWidth))).subarray(0, width * hashBytes),
      );
    }
    return rootOf(parts);
  }

  /** A tile's hashes, one after the other, bound to the root. @throws Differs, CannotCheck */
  async tile(level: number, index: number): Promise<Buffer> {
    const all = hashesAt(level, this.head.size);
    if (index >= Math.floor(all / tileWidth)) {
      const edge = this.#edge[level];
      if (!edge || index * tileWidth >= all) throw new RangeError('the log is not that long');
      return edge;
    }
    const name = `${level}/${index}`;
    const known = this.#tiles.get(name);
    if (known) return known;
    const taking = this.#bind(level, index);
    // Whoever asks for it hears of it; nobody may have asked yet.
    taking.catch(() => undefined);
    this.#tiles.set(name, taking);
    for (const oldest of this.#tiles.keys()) {
      if (this.#tiles.size <= remembered) break;
      this.#tiles.delete(oldest);
    }
    return taking;
  }

  async #bind(level: number, index: number): Promise<Buffer> {
    const above = this.tile(level + 1, Math.floor(index / tileWidth));
    const [bytes, parent] = await Promise.all([this.#take(level, index, tileWidth), above]);
    if (!hashTile(split(bytes)).equals(hashAt(parent, index % tileWidth)))
      throw new Differs(`${tilePath({ level, index, width: tileWidth })} is not the tile that the checkpoint signs`);
    return bytes;
  }

  async #take(level: number, index: number, width: number): Promise<Buffer> {
    const most = tileWidth * hashBytes;
    const path = tilePath({ level, index, width });
    const whole = tilePath({ level, index, width: tileWidth });
    const bytes = await this.source.read(path, width * hashBytes).catch(error => {
      // A log that has grown may have put the whole tile in the place of its beginnings.
      if (error instanceof Missing && width < tileWidth) return this.source.read(whole, most);
      throw error;
    });
    if (bytes.length < width * hashBytes)
      throw new Differs(`${path} has ${bytes.length} bytes and must have ${width * hashBytes}: it is cut off`);
    return bytes.subarray(0, width * hashBytes);
  }
}

const hashAt = (tile: Buffer, place: number): Buffer => tile.subarray(place * hashBytes, (place + 1) * hashBytes);

const split = (tile: Buffer): Buffer[] =>
  Array.from({ length: tile.length / hashBytes }, (_, place) => hashAt(tile, place));

/** The root that the hashes at the right edge make, level 0 first. */
function rootOf(edge: readonly Buffer[]): Buffer {
  const frontier = new Frontier();
  for (const [level, hashes] of [...edge.entries()].reverse())
    for (const hash of split(hashes)) frontier.add(hash, level * tileHeight);
  return frontier.root();
}

/** Reads the signed note of a source. @throws CannotCheck */
export async function readNote(source: LogSource, path: string): Promise<string> {
  const bytes = await source.read(path, 16_384);
  const text = bytes.toString('utf8');
  if (!Buffer.from(text).equals(bytes)) throw new CannotCheck(`${source.name}/${path} is not text`);
  return text;
}
