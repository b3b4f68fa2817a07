import { doubled, PostingLists } from './posting-lists.js';
import { distinct, shinglesOf } from './shingles.js';

/** Letters of the runs that texts are compared by, and of the longer, rarer ones by which candidates are found. */
const compared = 5;
const anchored = 8;
/** By so many of its runs an entry is found; runs that lead to `crowd` entries already are left to those. */
const anchors = 24;
const crowd = 8;
/** Of its anchors a post must share this part, and two at least, to be compared. */
const share = 0.1;
/** So many entries are compared with a post at the most, those with the most anchors in common. */
const mostCompared = 64;

const manyRuns = 1_000;

/** How much of two texts is the same, from 0 to 1, over the distinct runs of five letters. */
export interface Nearness {
  slot: number;
  /** Jaccard: what both have, of what either has. */
  similarity: number;
  /** What both have, of what the entry has: 1 where the post holds all of the entry's text. */
  containment: number;
  /** How many runs both have. */
  both: number;
}

/**
 * Finds the entries whose text a post holds, changed. Candidates come from shared anchors: of an entry's runs of eight letters those with
 * the lowest hashes that few others have, a bottom sketch (Broder, On the resemblance and containment of documents, 1997). Each
 * candidate is then compared exactly. Memory: about 4 bytes a letter and 800 an entry, in typed arrays that double.
 */
export class TextIndex {
  #anchors = new PostingLists();
  /** Each entry's distinct shingles, one entry after the other; `#start[slot]` to `#start[slot + 1]`. */
  #shingles = new Uint32Array(4096);
  #start = new Uint32Array(1024);
  #needed = new Uint16Array(1024);
  #hits = new Uint16Array(1024);
  #slots = 0;
  readonly #post = new Members();

  /** Takes in the next entry and answers its slot: 0, 1, … */
  add(units: Uint16Array): number {
    const slot = this.#slots++;
    if (this.#slots >= this.#start.length) {
      this.#start = doubled(this.#start);
      this.#needed = doubled(this.#needed);
      this.#hits = doubled(this.#hits);
    }
    const shingles = distinct(shinglesOf(units, compared));
    const from = this.#start[slot]!;
    while (from + shingles.length > this.#shingles.length) this.#shingles = doubled(this.#shingles);
    this.#shingles.set(shingles, from);
    this.#start[slot + 1] = from + shingles.length;
    const marks = distinct(shinglesOf(units, anchored));
    const rare = marks.filter(hash => this.#anchors.count(hash) < crowd).subarray(0, anchors);
    const chosen = rare.length >= Math.min(anchors / 3, marks.length) ? rare : marks.subarray(0, anchors);
    for (const hash of chosen) this.#anchors.add(hash, slot);
    this.#needed[slot] = Math.max(Math.min(2, chosen.length), Math.ceil(chosen.length * share));
    return slot;
  }

  /** The entries that share anchors with the text, and how near each is; no more than 64. */
  find(units: Uint16Array): Nearness[] {
    const runs = shinglesOf(units, anchored);
    // What repeats itself counts again each time; in a long text that would put chance before what is really there.
    const shingles = runs.length > manyRuns ? distinct(runs) : runs;
    const touched: number[] = [];
    for (let n = 0; n < shingles.length; n++) {
      for (let at = this.#anchors.first(shingles[n]!); at >= 0; at = this.#anchors.next(at)) {
        const slot = this.#anchors.item(at);
        const hits = this.#hits[slot]!;
        if (hits === 0) touched.push(slot);
        if (hits < 0xffff) this.#hits[slot] = hits + 1;
      }
    }
    if (touched.length === 0) return [];
    const candidates = touched.filter(slot => this.#hits[slot]! >= this.#needed[slot]!);
    if (candidates.length > mostCompared) {
      candidates.sort((a, b) => this.#hits[b]! - this.#hits[a]!);
      candidates.length = mostCompared;
    }
    for (const slot of touched) this.#hits[slot] = 0;
    if (candidates.length === 0) return [];
    this.#post.fill(shinglesOf(units, compared));
    return candidates.map(slot => this.#compare(slot));
  }

  #compare(slot: number): Nearness {
    const from = this.#start[slot]!;
    const to = this.#start[slot + 1]!;
    let both = 0;
    for (let n = from; n < to; n++) if (this.#post.has(this.#shingles[n]!)) both++;
    return { slot, similarity: both / (to - from + this.#post.size - both), containment: both / (to - from), both };
  }
}

/** A set of 32-bit numbers that is filled again and again without being cleared. */
class Members {
  #values = new Uint32Array(8192);
  #round = new Uint32Array(8192);
  #current = 0;
  size = 0;

  fill(values: Uint32Array): void {
    let room = this.#values.length;
    while (room < values.length * 2) room *= 2;
    if (room !== this.#values.length || this.#current === 0xffffffff) {
      this.#values = new Uint32Array(room);
      this.#round = new Uint32Array(room);
      this.#current = 0;
    }
    this.#current++;
    this.size = 0;
    for (let n = 0; n < values.length; n++) {
      const at = this.#find(values[n]!);
      if (this.#round[at] === this.#current) continue;
      this.#values[at] = values[n]!;
      this.#round[at] = this.#current;
      this.size++;
    }
  }

  has(value: number): boolean {
    return this.#round[this.#find(value)] === this.#current;
  }

  #find(value: number): number {
    const mask = this.#values.length - 1;
    let at = value & mask;
    while (this.#round[at] === this.#current && this.#values[at] !== value) at = (at + 1) & mask;
    return at;
  }
}
