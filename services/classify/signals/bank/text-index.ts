import { Alignment } from './alignment.js';
import { PostingLists } from './posting-lists.js';
import { distinct, shinglesInto, shinglesOf } from './shingles.js';

/** Letters of the runs by which candidates are found. */
const anchored = 9;
/** By so many of its runs an entry is found; runs that lead to `crowd` entries already are left to those. */
const anchors = 24;
const crowd = 8;
/** Of those behind a run no more than this are looked at, the newest. */
const mostBehind = 8;
/** Of its anchors a post must share this part, and two at least, to be compared. */
const share = 0.15;
/** So many entries are compared with a post at the most, those with the most anchors in common, and so many letters of them. */
const mostCompared = 64;
const mostLetters = 1_000_000;

const manyRuns = 1_000;
const chunkSize = 1 << 20;

/**
 * What is told, in letters: how much is the same weighed against how much is not, by the product of letters in common and similarity; or, in a longer
 * post, a quotation. A larger bank gives chance more tries, so it takes more: for each tenfold `more`, from `small` entries on.
 */
const told = { product: 15, small: 10_000, more: 4, similarity: 0.4, quoted: 48, containment: 0.5 };
/** A post this many times as long as an entry holds too much else to be its text. */
const longer = 1 / told.similarity;

/** Similarity from which a changed text counts as the confirmed one, where nothing else was said: a fifth of its words may be others. */
export const actsAtDefault = 0.5;

/** How much of two texts is the same, in letters of their normal form. */
export interface Nearness {
  slot: number;
  /** From 0 to 1: letters that both have, in the same order, of those of the entry and what the post has beyond it. */
  similarity: number;
  /** From 0 to 1: letters that both have, in the same order, of the entry's: 1 where the post holds all of the entry's text. */
  containment: number;
  /** Letters that both have. */
  both: number;
  /** The post is the entry's text, changed here and there, with nothing before, behind or between; else it may quote it. */
  alone: boolean;
}

/**
 * Finds the entries whose text a post holds, changed. Candidates come from shared anchors: of an entry's runs of nine letters those with
 * the lowest hashes that few others have, a bottom sketch (Broder, On the resemblance and containment of documents, 1997). Each
 * candidate is then laid beside the post. Memory: about 270 bytes an entry and one a letter, in typed arrays.
 */
export class TextIndex {
  readonly #anchors = new PostingLists();
  /** The letters of the entries, a byte each: different ones of one script stay different. */
  readonly #chunks: Uint8Array[] = [];
  #free = 0;
  /** By slot: chunk, where in it, how long; how many anchors a post has to share. */
  #where = new Uint32Array(3 * 1024);
  #needed = new Uint8Array(1024);
  #hits = new Uint8Array(1024);
  #slots = 0;
  #post = new Uint8Array(1024);
  #runs = new Uint32Array(1024);
  #cursors = new Int32Array(1024);
  readonly #alignment = new Alignment();

  /** Takes in the next entry and answers its slot: 0, 1, … */
  add(units: Uint16Array): number {
    const slot = this.#slots++;
    if (this.#slots > this.#hits.length) {
      const room = Math.ceil(this.#hits.length * 1.5);
      this.#where = inRoom(this.#where, room * 3);
      this.#needed = inRoom(this.#needed, room);
      this.#hits = inRoom(this.#hits, room);
    }
    this.#keep(slot, units);
    const marks = distinct(shinglesOf(this.#letters(slot), anchored));
    let rare = 0;
    for (let n = 0; n < marks.length && rare < anchors; n++) {
      if (this.#anchors.count(marks[n]!) < crowd) this.#runs[rare++] = marks[n]!;
    }
    const chosen =
      rare >= Math.min(anchors / 3, marks.length) ? this.#runs.subarray(0, rare) : marks.subarray(0, anchors);
    for (const hash of chosen) this.#anchors.add(hash, slot);
    this.#needed[slot] = Math.max(Math.min(2, chosen.length), Math.ceil(chosen.length * share));
    return slot;
  }

  /** The entries whose text this is, changed, or that it quotes, and how near each is; no more than 64. */
  find(units: Uint16Array): Nearness[] {
    const { post, candidates } = this.#candidates(units);
    if (candidates.length === 0) return [];
    this.#alignment.take(post);
    const least = told.product + told.more * Math.max(0, Math.log10(this.#slots / told.small));
    const found: Nearness[] = [];
    let letters = 0;
    for (const slot of candidates) {
      const entry = this.#letters(slot);
      letters += entry.length;
      if (letters > mostLetters && found.length > 0) break;
      const { both, added, alone } = this.#alignment.compare(entry, least);
      const similarity = both / (entry.length + added);
      const containment = both / entry.length;
      const changed = similarity >= told.similarity && both * similarity >= least;
      const quoted = containment >= told.containment && both >= told.quoted;
      if (changed || quoted) found.push({ slot, similarity, containment, both, alone });
    }
    return found;
  }

  /** The text's letters, and slots worth comparing with it, those with the most anchors in common first. */
  #candidates(units: Uint16Array): { post: Uint8Array; candidates: number[] } {
    if (this.#post.length < units.length) {
      this.#post = new Uint8Array(units.length * 2);
      this.#runs = new Uint32Array(units.length * 2);
      this.#cursors = new Int32Array(units.length * 2);
    }
    const post = this.#post.subarray(0, plain(units, this.#post, 0));
    const all = shinglesInto(this.#runs, post, anchored);
    // What repeats itself counts again each time; in a long text that would put chance before what is really there.
    const runs = all.length > manyRuns ? distinct(all) : all;
    const touched: number[] = [];
    const lists = this.#anchors;
    const heads = lists.firstOfEach(runs, this.#cursors);
    for (let n = 0; n < heads; n++) {
      let behind = 0;
      for (let at = this.#cursors[n]!; at >= 0 && behind < mostBehind; at = lists.next(at)) {
        const slot = lists.item(at);
        const hits = this.#hits[slot]!;
        if (hits === 0) touched.push(slot);
        if (hits < 0xff) this.#hits[slot] = hits + 1;
        behind++;
      }
    }
    if (touched.length === 0) return { post, candidates: touched };
    const candidates = touched.filter(
      slot => this.#hits[slot]! >= this.#needed[slot]! && this.#fits(slot, post.length),
    );
    if (candidates.length > 1) candidates.sort((a, b) => this.#hits[b]! - this.#hits[a]!);
    for (const slot of touched) this.#hits[slot] = 0;
    if (candidates.length > mostCompared) candidates.length = mostCompared;
    return { post, candidates };
  }

  /** Whether the lengths allow the post to be the entry's text, or to quote it. */
  #fits(slot: number, letters: number): boolean {
    const length = this.#where[slot * 3 + 2]!;
    return length >= told.quoted || letters <= length * longer;
  }

  #keep(slot: number, units: Uint16Array): void {
    let chunk = this.#chunks.length - 1;
    if (chunk < 0 || this.#free + units.length > this.#chunks[chunk]!.length) {
      this.#chunks.push(new Uint8Array(Math.max(chunkSize, units.length)));
      this.#free = 0;
      chunk++;
    }
    const end = plain(units, this.#chunks[chunk]!, this.#free);
    this.#where[slot * 3] = chunk;
    this.#where[slot * 3 + 1] = this.#free;
    this.#where[slot * 3 + 2] = end - this.#free;
    this.#free = end;
  }

  #letters(slot: number): Uint8Array {
    const from = this.#where[slot * 3 + 1]!;
    return this.#chunks[this.#where[slot * 3]!]!.subarray(from, from + this.#where[slot * 3 + 2]!);
  }
}

/**
 * Writes the letters from `at` on, a byte each, without what repeats itself beyond three times: laughter and stretched words make texts long, not
 * alike. Different letters of one script stay different. Answers where they end.
 */
function plain(units: Uint16Array, into: Uint8Array, at: number): number {
  let end = at;
  // By period: for how many letters each has been the one that stands a period before it.
  let one = 0;
  let two = 0;
  let three = 0;
  let four = 0;
  for (let n = 0; n < units.length; n++) {
    const unit = units[n]!;
    one = unit === units[n - 1] ? one + 1 : 0;
    two = unit === units[n - 2] ? two + 1 : 0;
    three = unit === units[n - 3] ? three + 1 : 0;
    four = unit === units[n - 4] ? four + 1 : 0;
    if (one < 2 && two < 5 && three < 7 && four < 9) into[end++] = (unit ^ (unit >>> 8)) & 0xff;
  }
  return end;
}

function inRoom<A extends Uint32Array | Uint16Array | Uint8Array>(array: A, room: number): A {
  const copy = new (array.constructor as new (length: number) => A)(room);
  copy.set(array);
  return copy;
}
