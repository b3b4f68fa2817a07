import { DROPPED, folded, kinds, LETTER, leetDigits, leetSigns, SYMBOL } from './fold.js';
import { prepare, spansOf } from './prepare.js';

/** Bounds of the features. Weights are trained for exactly one set of these and are refused under another. */
export const featureSettings = {
  /** Raised whenever the same text would give other ids. */
  version: 2,
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

  #source = '';
  #text = '';
  readonly #units = new Uint16Array(maxUnits + 2);
  readonly #start = new Uint16Array(maxTokens);
  readonly #length = new Uint16Array(maxTokens);
  readonly #from = new Uint16Array(maxTokens);
  readonly #to = new Uint16Array(maxTokens);

  /** Fills the buffers from `text`, of any length, in bounded time. Returns the number of ids, 0 for a text without words. */
  read(text: string): number {
    this.#source = text;
    this.#text = prepare(text, maxUnits);
    this.#tokenize(this.#text);
    this.count = 0;
    this.#hashWords();
    this.#hashCharacters();
    return this.count;
  }

  /** Where tokens stand in the text that was read, as it was given: start and end in UTF-16 units. */
  spans(tokens: readonly number[]): [start: number, end: number][] {
    const places = tokens.map((t): [number, number] => [this.#from[t]!, this.#to[t]!]);
    return spansOf(this.#source, this.#text, places, maxUnits);
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
    let said = false;
    let single = 0;
    let digits = false;
    const close = (to: number) => {
      if (used > start && tokens < maxTokens) {
        if (used - start === 1) single++;
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
        if (letter <= 57) digits = true;
        if (unit >= 0x600 && unit <= 0x6ff) arabic++;
      } else if (leetSigns[unit] && used > start && kinds[text.charCodeAt(i + 1)] === LETTER) {
        units[used++] = leetSigns[unit];
      } else if (kind !== DROPPED) {
        close(i);
        from = i;
        if (unit >= 0xd800 && unit <= 0xdbff && i + 1 < end) {
          units[used++] = unit;
          units[used++] = text.charCodeAt(++i);
          said = true;
          close(i + 1);
        } else if (kind === SYMBOL) {
          const mark = folded[unit]!;
          if (mark === unit && unit > 127) said = true;
          // Of a mark in a row, two are read.
          if (used < 2 || units[used - 1] !== mark || units[used - 2] !== mark || text.charCodeAt(i - 1) !== unit) {
            units[used++] = mark;
            close(i + 1);
          }
        } else if (unit === 46 && isEnd(text.charCodeAt(i + 1))) {
          units[used++] = unit;
          close(i + 1);
        } else if (unit === 64) {
          i = skipHandle(text, i);
        }
      }
      i++;
    }
    close(i);
    // Marks alone say nothing.
    this.tokens = said || letters > 0 ? tokens : 0;
    // Most posts need neither.
    if (single >= 3) this.#joinSpacedOut();
    if (digits) for (let t = 0; t < this.tokens; t++) this.#foldDigits(t);
    this.arabicShare = letters === 0 ? 0 : arabic / letters;
  }

  /** Letters that stand alone, one separator apart, three or more in a row, are one word: somebody spaced it out. */
  #joinSpacedOut(): void {
    const units = this.#units;
    let kept = 0;
    for (let t = 0; t < this.tokens; ) {
      let end = t + 1;
      let letters = this.#isAlone(t) && !isDigit(units[this.#start[t]!]!) ? 1 : 0;
      if (this.#isAlone(t))
        while (
          end < this.tokens &&
          end - t < maxWord &&
          this.#isAlone(end) &&
          this.#from[end]! - this.#to[end - 1]! === 1
        )
          if (!isDigit(units[this.#start[end++]!]!)) letters++;
      const last = end - t >= 3 && letters >= 2 ? end - 1 : t;
      this.#start[kept] = this.#start[t]!;
      this.#length[kept] = last === t ? this.#length[t]! : last - t + 1;
      this.#from[kept] = this.#from[t]!;
      this.#to[kept] = this.#to[last]!;
      kept++;
      t = last + 1;
    }
    this.tokens = kept;
  }

  #isAlone(t: number): boolean {
    return this.#length[t] === 1 && kinds[this.#units[this.#start[t]!]!] === LETTER;
  }

  /** Within a word, a digit is the letter that it is drawn for; any other digit counts as 0, and a number as 0 or 00. */
  #foldDigits(t: number): void {
    const units = this.#units;
    const start = this.#start[t]!;
    const stop = start + this.#length[t]!;
    let letters = false;
    let digits = false;
    for (let i = start; i < stop; i++) {
      if (isDigit(units[i]!)) digits = true;
      else letters = true;
    }
    if (!digits) return;
    if (!letters) this.#length[t] = Math.min(stop - start, 2);
    for (let i = start; i < stop; i++) if (isDigit(units[i]!)) units[i] = (letters && leetDigits[units[i]! - 48]) || 48;
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

/** A full stop is read where a sentence ends, and not within a word, where it may be there to hide it. */
function isEnd(next: number): boolean {
  return Number.isNaN(next) || next === 32 || next === 10 || next === 13;
}

function isDigit(unit: number): boolean {
  return unit >= 48 && unit <= 57;
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
