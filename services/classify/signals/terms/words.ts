import { between, capitalOf, dropped, letterOf, sequenceOf } from '../letters.js';
import { findLinks } from '../links/index.js';

/** Longer texts are cut, as in `normalise.ts`: no post is longer, and one character may become up to 18 letters. */
const longestText = 100_000;
/** So many words of one letter in a row are one word, spelled out. */
const spelledOut = 3;

/** What stands before a letter. */
export const inWord = 0;
export const wordBreak = 1;
/** A break or none, as a term needs it: between spelled-out letters, and at `_` or a capital within a hashtag. */
export const eitherBreak = 2;
/** None, but a term of several words may have one there: hashtags are written without. */
export const inHashtag = 3;

/** A text in the normal form of `normalise.ts`, with its words kept apart and the way back to the text. Index: the letter. */
export interface Words {
  letters: readonly number[];
  /** What stands before the letter. */
  breaks: readonly number[];
  /** Where the letter stands in the text, in UTF-16 units; the end is behind what belongs to it (accents, what nobody sees). */
  starts: readonly number[];
  ends: readonly number[];
}

/** The words of a text without its links: letters folded one by one by the same table as known texts. Linear in the text's length. */
export function wordsOf(text: string): Words {
  const letters: number[] = [];
  const breaks: number[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const links = findLinks(text).filter(link => link.certain);
  let capitals: { at: number; seen: number }[] = [];
  let latin = false;
  let hashtag = false;
  let within = false;
  let wasSmall = false;
  let next = wordBreak;

  const endWord = (): void => {
    if (latin) for (const { at, seen } of capitals) letters[at] = seen;
    capitals = [];
    latin = hashtag = within = wasSmall = false;
    next = wordBreak;
  };
  const add = (letter: number, start: number, end: number): void => {
    letters.push(letter);
    breaks.push(next);
    starts.push(start);
    ends.push(end);
    next = hashtag ? inHashtag : inWord;
  };

  for (let at = 0, link = 0; at < text.length && letters.length < longestText; at++) {
    const start = at;
    if (at === links[link]?.start) {
      endWord();
      at = (links[link++]?.end ?? at + 1) - 1;
      continue;
    }
    const code = text.codePointAt(at) ?? 0;
    if (code > 0xffff) at++;
    const letter = letterOf(code);
    if (letter === dropped) {
      if (within) ends[ends.length - 1] = at + 1;
      continue;
    }
    if (letter === between) {
      if (hashtag && within && code === 0x5f) {
        next = eitherBreak;
        wasSmall = false;
        continue;
      }
      const sign = !within && (code === 0x23 || code === 0xff03);
      endWord();
      hashtag = sign;
      continue;
    }
    if (hashtag) {
      const isCapital = /^\p{Lu}$/u.test(String.fromCodePoint(code));
      if (isCapital && wasSmall) next = eitherBreak;
      wasSmall = !isCapital;
    }
    within = true;
    if (code < 0x250 && code > 0x40) latin = true;
    if (letter > 0 && letter < 0x10000) {
      add(letter, start, at + 1);
    } else if (letter > 0) {
      const sequence = sequenceOf(letter);
      for (let n = 0; n < sequence.length; n++) add(sequence.charCodeAt(n), start, at + 1);
    } else {
      const { plain, seen } = capitalOf(letter) ?? { plain: 0, seen: 0 };
      capitals.push({ at: letters.length, seen });
      add(plain, start, at + 1);
    }
  }
  endWord();
  joinSpelledOut(breaks);
  return { letters, breaks, starts, ends };
}

/** `w o r d` and `w.o.r.d` are also one word. */
function joinSpelledOut(breaks: number[]): void {
  let first = 0;
  for (let at = 0; at < breaks.length; at++) {
    if (breaks[at] === wordBreak && (at + 1 === breaks.length || breaks[at + 1] === wordBreak)) continue;
    if (at - first >= spelledOut) breaks.fill(eitherBreak, first + 1, at);
    first = at + 1;
  }
  if (breaks.length - first >= spelledOut) breaks.fill(eitherBreak, first + 1);
}
