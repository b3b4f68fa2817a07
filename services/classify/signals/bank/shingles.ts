const base = 0x01000193;

/** Spreads a hash over all 32 bits (the finaliser of MurmurHash3). */
function spread(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

let scratch = new Uint32Array(4096);

/**
 * A hash for each run of `width` letters, in order, repeated ones repeated; none of a text with fewer.
 * @returns a view that the next call overwrites.
 */
export function shinglesOf(letters: Uint16Array | Uint8Array, width: number): Uint32Array {
  if (scratch.length < letters.length) scratch = new Uint32Array(letters.length * 2);
  return shinglesInto(scratch, letters, width);
}

/** The same, into the caller's own room, which has to be as long as the text. */
export function shinglesInto(room: Uint32Array, letters: Uint16Array | Uint8Array, width: number): Uint32Array {
  let lead = 1;
  for (let n = 0; n < width; n++) lead = Math.imul(lead, base);
  let rolling = 0;
  let count = 0;
  for (let n = 0; n < letters.length; n++) {
    rolling = Math.imul(rolling, base) + letters[n]! + 1;
    if (n >= width) rolling -= Math.imul(lead, letters[n - width]! + 1);
    rolling |= 0;
    if (n >= width - 1) room[count++] = spread(rolling);
  }
  return room.subarray(0, count);
}

/** One hash of the whole. */
export function hashOf(units: Uint16Array): number {
  let hash = units.length;
  for (let n = 0; n < units.length; n++) hash = Math.imul(hash ^ units[n]!, base) + (hash >>> 15);
  return spread(hash);
}

/** Sorted, each once; a copy. */
export function distinct(hashes: Uint32Array): Uint32Array {
  const sorted = hashes.slice().sort();
  let count = 0;
  for (let n = 0; n < sorted.length; n++) if (n === 0 || sorted[n] !== sorted[n - 1]) sorted[count++] = sorted[n]!;
  return sorted.slice(0, count);
}
