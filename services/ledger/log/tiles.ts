/** Hashes in a whole tile, and entries in a whole bundle (C2SP tlog-tiles: tiles of height 8). */
export const tileWidth = 256;
export const tileHeight = 8;

/** A tile, or a bundle of entries (`entries` for the level). `width`: how many it holds; a whole one holds 256. */
export interface TileName {
  level: number | 'entries';
  index: number;
  width: number;
}

/** How many hashes a level has in a log of `size` entries: of level 0 all, above it one for each whole tile below. */
export const hashesAt = (level: number, size: number): number => Math.floor(size / tileWidth ** level);

/** The tile's path below the log's address: `tile/0/x001/x234/067.p/8`. */
export function tilePath({ level, index, width }: TileName): string {
  const groups =
    String(index)
      .padStart(Math.ceil(String(index).length / 3) * 3, '0')
      .match(/\d{3}/g) ?? [];
  const place = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${place}${width === tileWidth ? '' : `.p/${width}`}`;
}

/** Reads a tile's path; undefined where it is none, or not the one way to write it. */
export function parseTilePath(path: string): TileName | undefined {
  const found = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
  if (!found) return undefined;
  const [, level = '', place = '', width] = found;
  const name: TileName = {
    level: level === 'entries' ? level : Number(level),
    index: Number(place.replace(/[x/]/g, '')),
    width: width === undefined ? tileWidth : Number(width),
  };
  const known = Number.isSafeInteger(name.index) && name.width > 0 && (level === 'entries' || Number(level) < 64);
  return known && tilePath(name) === path ? name : undefined;
}

/** The tiles of a level that hold hashes `from` up to (not including) `to`, as they are in a log of `size` entries. */
export function tilesOf(level: number | 'entries', from: number, to: number, size: number): TileName[] {
  const all = hashesAt(level === 'entries' ? 0 : level, size);
  const tiles: TileName[] = [];
  for (let index = Math.floor(from / tileWidth); index * tileWidth < Math.min(to, all); index++)
    tiles.push({ level, index, width: Math.min(tileWidth, all - index * tileWidth) });
  return tiles;
}

/** A bundle of entries: each with its length before it, two bytes, the high one first. */
export function packEntries(entries: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    entries.flatMap(entry => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(entry.length);
      return [length, entry];
    }),
  );
}

/** @throws RangeError where a length says more than there is. */
export function unpackEntries(bundle: Buffer): Buffer[] {
  const entries: Buffer[] = [];
  for (let at = 0; at < bundle.length; ) {
    const end = at + 2 + (at + 2 <= bundle.length ? bundle.readUInt16BE(at) : Number.NaN);
    if (!(end <= bundle.length)) throw new RangeError('the bundle of entries ends within an entry');
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  return entries;
}
