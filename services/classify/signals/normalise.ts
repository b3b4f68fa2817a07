import { between, capitalOf, dropped, letterOf, sequenceOf } from './letters.js';
import { findLinks } from './links/index.js';

/** Longer texts are cut: no post is longer (contracts/post.ts), and one character may become up to 18. */
const longestText = 100_000;
/** With fewer letters than this beside handles and hashtags, these are taken for the text itself. */
const fewLetters = 8;

/** A handle or a hashtag, where its letters stand in `units`. */
interface Aside {
  start: number;
  end: number;
  handle: boolean;
}

const units = new Uint16Array(longestText);

/**
 * The letters and digits of a text in the form in which known texts are compared, one after the other, as UTF-16 units:
 * compatibility forms (NFKC) and case folded, look-alikes as the Latin letter, without accents, spaces, punctuation, emoji,
 * links, handles, and hashtags before and behind the text. Linear in the text's length, whatever it holds: characters are
 * folded one by one, so that no run of combining marks has to be sorted.
 * @param untagged leaves out hashtags among words too, and what hangs on a word by `#`
 * @returns a view that the next call overwrites.
 */
export function fold(text: string, untagged = false): Uint16Array {
  const links = findLinks(text).filter(link => link.certain);
  const end = Math.min(text.length, longestText);
  const asides: Aside[] = [];
  let aside: Aside | undefined;
  let capitals: { at: number; seen: number }[] = [];
  let latin = false;
  let inWord = false;
  let length = 0;
  let plainStart = -1;
  let plainEnd = 0;

  const endWord = () => {
    if (aside) aside.end = length;
    aside = undefined;
    if (capitals.length > 0) {
      if (latin) for (const { at, seen } of capitals) units[at] = seen;
      capitals = [];
    }
    inWord = false;
    latin = false;
  };

  for (let at = 0, link = 0; at < end; at++) {
    if (at === links[link]?.start) {
      endWord();
      at = (links[link++]?.end ?? at + 1) - 1;
      continue;
    }
    let code = text.charCodeAt(at);
    if (code >= 0xd800 && code < 0xdc00) {
      code = text.codePointAt(at) ?? code;
      if (code > 0xffff) at++;
    }
    const letter = letterOf(code);
    if (letter === dropped) continue;
    if (letter === between) {
      if (aside && inWord && joins(code, aside)) continue;
      const sign = signs.get(code);
      const begins = sign && (!inWord || (untagged && sign === '#'));
      endWord();
      if (begins) {
        aside = { start: length, end: length, handle: sign === '@' };
        asides.push(aside);
      }
      continue;
    }
    inWord = true;
    if (length === longestText) continue;
    if (code < 0x250 && code > 0x40) latin = true;
    if (!aside && plainStart < 0) plainStart = length;
    if (letter > 0 && letter < 0x10000) {
      units[length++] = letter;
    } else if (letter > 0) {
      const sequence = sequenceOf(letter);
      for (let n = 0; n < sequence.length && length < longestText; n++) units[length++] = sequence.charCodeAt(n);
    } else {
      const { plain, seen } = capitalOf(letter) ?? { plain: 0, seen: 0 };
      capitals.push({ at: length, seen });
      units[length++] = plain;
    }
    if (!aside) plainEnd = length;
  }
  endWord();
  if (asides.length === 0) return units.subarray(0, length);
  // Hashtags among words are words; before and behind them they are not.
  const out = asides.filter(({ start, end, handle }) => untagged || handle || end <= plainStart || start >= plainEnd);
  return units.subarray(0, without(out, length));
}

/** The same as text. */
export function normalise(text: string): string {
  const folded = fold(text);
  return Buffer.from(folded.buffer, folded.byteOffset, folded.byteLength).toString('utf16le');
}

const signs = new Map([
  [0x23, '#'],
  [0xff03, '#'],
  [0x40, '@'],
  [0xff20, '@'],
]);

/** Handles go on after `_ . - @` (as in `@name@server.example`), hashtags after `_`. */
const joins = (code: number, { handle }: Aside): boolean =>
  code === 0x5f || (handle && (code === 0x2e || code === 0x2d || code === 0x40));

/** Takes these out of `units`, unless hardly anything would remain. Answers the length that is left. */
function without(asides: readonly Aside[], length: number): number {
  const taken = asides.reduce((sum, { start, end }) => sum + end - start, 0);
  if (length - taken < fewLetters) return length;
  let to = 0;
  let from = 0;
  for (const { start, end } of asides) {
    units.copyWithin(to, from, start);
    to += start - from;
    from = end;
  }
  units.copyWithin(to, from, length);
  return to + length - from;
}
