import { shinglesInto } from './shingles.js';

/** Letters of the runs that two texts have to share before letters count as the same. */
const width = 5;
const unseen = -1;
const repeated = -2;

/**
 * How far a post may differ from an entry and still be its text and nothing beside it, in letters at one place. Words changed for others leave
 * gaps in both texts; words around a quotation leave one in the post alone, before or behind what is quoted, and a quotation cut short one at an end.
 * Figures: docs/decisions/0010.
 */
const most = { around: 3, between: 8, changed: 44, changedAtEnd: 24, changedAtEndOnly: 14 };

/** What a post and an entry have in common, in letters. */
export interface Common {
  /** Letters of the entry that the post has, in the entry's order. */
  both: number;
  /** Letters that the post has beyond the entry. What stands where the entry has other letters counts only as far as it is longer. */
  added: number;
  /** The post is the entry's text, changed here and there, with nothing before, behind or between. */
  alone: boolean;
}

/**
 * Lays entries beside a post, as patience diff does: runs of five letters that the post has once are matched, the longest sequence of them
 * that is in order in both is kept and extended as far as letters agree. What repeats itself so much that nothing is there once is
 * compared without order. Takes time in proportion to the letters, and little memory.
 */
export class Alignment {
  #post: Uint8Array = new Uint8Array(0);
  #places = new Places();
  #hashes = new Uint32Array(1024);
  /** Runs that both have: where in the entry, where in the post, and the one before it in the best sequence. */
  #inEntry = new Int32Array(1024);
  #inPost = new Int32Array(1024);
  #before = new Int32Array(1024);
  /** The last of the best sequence of each length so far. */
  #last = new Int32Array(1024);

  /** The post to lay entries beside; kept by reference. */
  take(post: Uint8Array): void {
    this.#post = post;
    this.#room(post.length);
    this.#places.fill(shinglesInto(this.#hashes, post, width));
  }

  /** @param least where the entry can't have so many letters in common, it is not laid beside: `both` is 0 */
  compare(entry: Uint8Array, least: number): Common {
    this.#room(entry.length);
    const hashes = shinglesInto(this.#hashes, entry, width);
    let pairs = 0;
    let longest = 0;
    let covered = 0;
    let coveredTo = 0;
    for (let at = 0; at < hashes.length; at++) {
      const place = this.#places.at(hashes[at]!);
      if (place === unseen) continue;
      covered += at + width - Math.max(at, coveredTo);
      coveredTo = at + width;
      if (place === repeated) continue;
      this.#inEntry[pairs] = at;
      this.#inPost[pairs] = place;
      longest = this.#append(pairs++, longest);
    }
    if (covered + width < least) return { both: 0, added: 0, alone: false };
    if (longest === 0) {
      const added = this.#post.length - entry.length;
      return { both: covered, added: Math.max(0, added), alone: Math.abs(added) <= most.changedAtEndOnly };
    }
    return this.#measure(entry, longest);
  }

  /** Makes room for texts of so many letters. */
  #room(letters: number): void {
    if (letters <= this.#hashes.length) return;
    const size = letters * 2;
    this.#hashes = new Uint32Array(size);
    this.#inEntry = new Int32Array(size);
    this.#inPost = new Int32Array(size);
    this.#before = new Int32Array(size);
    this.#last = new Int32Array(size);
  }

  /** Puts a run behind the longest sequence that it can follow. Answers the length of the longest of all. */
  #append(pair: number, longest: number): number {
    const place = this.#inPost[pair]!;
    let from = longest;
    if (longest > 0 && this.#inPost[this.#last[longest - 1]!]! >= place) {
      from = 0;
      for (let to = longest - 1; from < to; ) {
        const middle = (from + to) >> 1;
        if (this.#inPost[this.#last[middle]!]! < place) from = middle + 1;
        else to = middle;
      }
    }
    this.#before[pair] = from === 0 ? unseen : this.#last[from - 1]!;
    this.#last[from] = pair;
    return Math.max(longest, from + 1);
  }

  #measure(entry: Uint8Array, longest: number): Common {
    const post = this.#post;
    // The sequence backwards, turned round in place of `last`.
    for (let at = longest - 1, pair = this.#last[longest - 1]!; at >= 0; at--) {
      this.#last[at] = pair;
      pair = this.#before[pair]!;
    }
    let both = 0;
    let added = 0;
    let alone = true;
    let inside = false;
    let changedAtEnd = 0;
    let inEntry = 0;
    let inPost = 0;
    const gap = (toEntry: number, toPost: number, end: boolean) => {
      const ofEntry = toEntry - inEntry;
      const ofPost = toPost - inPost;
      if (ofEntry === 0 && ofPost === 0) return;
      added += Math.max(0, ofPost - ofEntry);
      const changed = Math.max(ofEntry, ofPost);
      if (end) {
        if (ofEntry === 0) alone &&= ofPost <= most.around;
        else changedAtEnd = Math.max(changedAtEnd, changed);
      } else {
        inside = true;
        alone &&= ofEntry < 2 ? ofPost <= most.between : changed <= most.changed;
      }
    };
    for (let n = 0; n < longest; n++) {
      let atEntry = this.#inEntry[this.#last[n]!]!;
      let atPost = this.#inPost[this.#last[n]!]!;
      const ahead = Math.max(inEntry - atEntry, inPost - atPost, 0);
      // Already reached by extending what came before.
      if (ahead >= width) continue;
      const endEntry = atEntry + width;
      atEntry += ahead;
      atPost += ahead;
      while (atEntry > inEntry && atPost > inPost && entry[atEntry - 1] === post[atPost - 1]) {
        atEntry--;
        atPost--;
      }
      gap(atEntry, atPost, n === 0);
      both += endEntry - atEntry;
      inPost = atPost + endEntry - atEntry;
      inEntry = endEntry;
      const stop = n + 1 < longest ? this.#inEntry[this.#last[n + 1]!]! : entry.length;
      while (inEntry < stop && inPost < post.length && entry[inEntry] === post[inPost]) {
        both++;
        inEntry++;
        inPost++;
      }
    }
    gap(entry.length, post.length, true);
    alone &&= changedAtEnd <= (inside ? most.changedAtEnd : most.changedAtEndOnly);
    return { both, added, alone };
  }
}

/** Where each hash is, filled again and again without being cleared. */
class Places {
  #hashes = new Uint32Array(4096);
  #places = new Int32Array(4096);
  #rounds = new Uint32Array(4096);
  #round = 0;

  fill(hashes: Uint32Array): void {
    let room = this.#hashes.length;
    while (room < hashes.length * 2) room *= 2;
    if (room !== this.#hashes.length || this.#round === 0xffffffff) {
      this.#hashes = new Uint32Array(room);
      this.#places = new Int32Array(room);
      this.#rounds = new Uint32Array(room);
      this.#round = 0;
    }
    this.#round++;
    for (let n = 0; n < hashes.length; n++) {
      const at = this.#find(hashes[n]!);
      this.#places[at] = this.#rounds[at] === this.#round ? repeated : n;
      this.#hashes[at] = hashes[n]!;
      this.#rounds[at] = this.#round;
    }
  }

  /** The place of the hash, `repeated` where it has several, `unseen` where it has none. */
  at(hash: number): number {
    const at = this.#find(hash);
    return this.#rounds[at] === this.#round ? this.#places[at]! : unseen;
  }

  #find(hash: number): number {
    const mask = this.#hashes.length - 1;
    let at = hash & mask;
    while (this.#rounds[at] === this.#round && this.#hashes[at] !== hash) at = (at + 1) & mask;
    return at;
  }
}
