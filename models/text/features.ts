import { DROPPED, folded, kinds, LETTER, SYMBOL } from './fold.js';

/** Bounds of the features. Weights are trained for exactly one set of these and are refused under another. */
export const featureSettings = {
  /** Raised whenever the same text would give other ids. */
  version: 1,
  buckets: 1 << 17,
  maxIds: 320,
  maxTokens: 150,
  /** UTF-16 units read of a post; the rest is not seen. */
  maxUnits: 4096,
  maxWord: 40,
} as const;
export type FeatureSettings = typeof featureSettings;

const { buckets, maxIds, maxTokens, maxUnits, maxWord } = featureSettings;
const bucketMask = buckets - 1;
const link = /(?:https?:|www\.)\S*/iy;
const notAscii = /[^\p{ASCII}]/u;

/**
 * A post's hashed n-grams: words 1-2, then characters 3-5 within words. One instance is one set of buffers, overwritten by
 * each `read`. Nothing is allocated per n-gram: hashes roll over the units.
 */
export class Features {
  readonly ids = new Int32Array(maxIds);
  /** The token each id came from (for a pair, its second). */
  readonly tokenOf = new Uint8Array(maxIds);
  count = 0;
  tokens = 0;
  readonly tokenHash = new Int32Array(maxTokens);
  /** The share of letters that are Arabic, for the guess of the language. */
  arabicShare = 0;

  #text = '';
  readonly #units = new Uint16Array(maxUnits + 2);
  readonly #start = new Uint16Array(maxTokens);
  readonly #length = new Uint16Array(maxTokens);
  readonly #from = new Uint16Array(maxTokens);
  readonly #to = new Uint16Array(maxTokens);

  /** Fills the buffers from `text`, of any length, in bounded time. Returns the number of ids, 0 for a text without words. */
  read(text: string): number {
    let bounded = text.length > maxUnits ? text.slice(0, maxUnits) : text;
    if (notAscii.test(bounded)) {
      bounded = bounded.normalize('NFKC');
      if (bounded.length > maxUnits) bounded = bounded.slice(0, maxUnits);
    }
    this.#text = bounded;
    this.#tokenize(bounded);
    this.count = 0;
    this.#hashWords();
    this.#hashCharacters();
    return this.count;
  }

  /** A token as it stood in the text after NFKC. */
  token(index: number): string {
    return this.#text.slice(this.#from[index], this.#to[index]);
  }

  #tokenize(text: string): void {
    const units = this.#units;
    const end = text.length;
    let used = 0;
    let tokens = 0;
    let start = 0;
    let from = 0;
    let letters = 0;
    let arabic = 0;
    const close = (to: number) => {
      if (used > start && tokens < maxTokens) {
        this.#start[tokens] = start;
        this.#length[tokens] = used - start;
        this.#from[tokens] = from;
        this.#to[tokens] = to;
        tokens++;
      }
      start = used;
    };
    let i = 0;
    while (i < end && tokens < maxTokens) {
      const unit = text.charCodeAt(i);
      const kind = kinds[unit]!;
      if (kind === LETTER) {
        if (used === start) {
          const skipped = skipLink(text, i, unit);
          if (skipped > i) {
            i = skipped;
            continue;
          }
          from = i;
        } else if (used - start === maxWord) {
          close(i);
          from = i;
        }
        const letter = folded[unit]!;
        // A letter drawn out is at most doubled.
        if (used - start < 2 || units[used - 1] !== letter || units[used - 2] !== letter) units[used++] = letter;
        letters++;
        if (unit >= 0x600 && unit <= 0x6ff) arabic++;
      } else if (kind !== DROPPED) {
        close(i);
        from = i;
        if (unit >= 0xd800 && unit <= 0xdbff && i + 1 < end) {
          units[used++] = unit;
          units[used++] = text.charCodeAt(++i);
          close(i + 1);
        } else if (kind === SYMBOL) {
          units[used++] = unit;
          close(i + 1);
        } else if (unit === 64) {
          i = skipHandle(text, i);
        }
      }
      i++;
    }
    close(i);
    this.tokens = tokens;
    this.arabicShare = letters === 0 ? 0 : arabic / letters;
  }

  #hashWords(): void {
    const { ids, tokenOf, tokenHash } = this;
    const units = this.#units;
    let count = 0;
    let previous = 0;
    // Two ids a token fit in any case (`maxIds` is more than twice `maxTokens`).
    for (let t = 0; t < this.tokens; t++) {
      const start = this.#start[t]!;
      const stop = start + this.#length[t]!;
      let hash = 0x2545f491;
      for (let i = start; i < stop; i++) hash = Math.imul(hash ^ units[i]!, 0x01000193);
      tokenHash[t] = hash;
      tokenOf[count] = t;
      ids[count++] = mix(hash) & bucketMask;
      if (t > 0) {
        tokenOf[count] = t;
        ids[count++] = mix(Math.imul(previous, 0x85ebca6b) ^ hash) & bucketMask;
      }
      previous = hash;
    }
    this.count = count;
  }

  #hashCharacters(): void {
    const { ids, tokenOf } = this;
    const units = this.#units;
    let total = 0;
    for (let t = 0; t < this.tokens; t++) {
      const l = this.#length[t]!;
      total += l + (l > 1 ? l - 1 : 0) + (l > 2 ? l - 2 : 0);
    }
    // A long post has more than fit: every n-gram is then kept or left by its own hash, wherever it stands.
    const room = maxIds - this.count;
    const keep = total <= room ? 32768 : Math.floor((room / total) * 32768);
    let count = this.count;
    for (let t = 0; t < this.tokens; t++) {
      const start = this.#start[t]!;
      const length = this.#length[t]!;
      // Positions -1 and `length` stand for the word's two ends.
      for (let i = -1; i < length - 1; i++) {
        let hash = Math.imul(0x9e3779b1 ^ (i < 0 ? 1 : units[start + i]!), 0x01000193);
        const last = Math.min(i + 4, length);
        for (let j = i + 1; j <= last; j++) {
          hash = Math.imul(hash ^ (j === length ? 2 : units[start + j]!), 0x01000193);
          if (j < i + 2) continue;
          const mixed = mix(hash);
          if (mixed >>> 17 >= keep) continue;
          if (count === maxIds) {
            this.count = count;
            return;
          }
          tokenOf[count] = t;
          ids[count++] = mixed & bucketMask;
        }
      }
    }
    this.count = count;
  }
}

/** MurmurHash3's finaliser: every bit of the hash reaches every bit of the bucket. */
function mix(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function skipLink(text: string, at: number, unit: number): number {
  const first = unit | 32;
  if (first !== 104 && first !== 119) return at;
  const second = text.charCodeAt(at + 1) | 32;
  if (second !== (first === 104 ? 116 : 119)) return at;
  link.lastIndex = at;
  return link.test(text) ? link.lastIndex : at;
}

function skipHandle(text: string, at: number): number {
  let i = at + 1;
  while (i < text.length && (kinds[text.charCodeAt(i)] === LETTER || text.charCodeAt(i) === 95)) i++;
  return i - 1;
}
