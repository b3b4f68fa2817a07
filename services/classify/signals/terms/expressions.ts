import { RE2JS } from 're2js';
import { capitalOf, letterOf, sequenceOf } from '../letters.js';
import { type Words, wordBreak } from './words.js';

export type Match = 'whole' | 'start' | 'inside';

/** Instructions of one expression: a search costs at most this times the letters. */
const largest = 1000;
/** Letters that are looked at in one go, and how many of them again in the next: no longer match is promised to be found whole. */
const window = 4000;
const overlap = 400;

/** A text as expressions see it: words in the normal form with one space before, between and behind them. */
export interface Line {
  text: string;
  /** By UTF-16 unit of `text`, the letter of the words. */
  letters: readonly number[];
}

export function lineOf({ letters, breaks }: Words): Line {
  let text = '';
  const at: number[] = [];
  for (let n = 0; n < letters.length; n++) {
    if (breaks[n] === wordBreak) {
      text += ' ';
      at.push(n);
    }
    text += String.fromCharCode(letters[n]!);
    at.push(n);
  }
  return { text: `${text} `, letters: [...at, letters.length] };
}

/** The pieces of a line, each begun with the end of the one before. Most lines are one piece. */
export function* piecesOf({ text }: Line): Generator<{ from: number; piece: string }> {
  for (let from = 0; from === 0 || from + overlap < text.length; from += window - overlap) {
    yield { from, piece: text.slice(from, from + window) };
  }
}

export interface Expression {
  /** How many instructions it has. */
  size: number;
  /** Where it matches in a piece, in its UTF-16 units, at most `most` times; overlapping matches are not told. Linear in the piece's length. */
  find(piece: string, most: number): [start: number, end: number][];
}

/** Makes an expression of what is written in a list. @throws Error whose message says what is wrong with it */
export function compile(written: string, match: Match, before: readonly string[]): Expression {
  const folded = fold(written);
  const alone = checked(folded);
  if (alone.test('')) throw new Error('matches where there is nothing');
  const prefix = match === 'inside' ? '' : before.length > 0 ? ` (?:${before.join('|')})?` : ' ';
  const suffix = match === 'whole' ? ' ' : '';
  const pattern = checked(`${prefix}(?:${folded})${suffix}`);
  const size = pattern.programSize();
  if (size > largest) throw new Error(`is too large: ${size} instructions, ${largest} are allowed`);
  return {
    size,
    find(piece, most) {
      if (!pattern.test(piece)) return [];
      const found: [number, number][] = [];
      const matcher = pattern.matcher(piece);
      for (let from = 0; found.length < most && from < piece.length && matcher.find(from); ) {
        const end = matcher.end();
        // The space behind a word is also the one before the next.
        found.push([matcher.start() + (prefix === '' ? 0 : 1), end - suffix.length]);
        from = end - suffix.length;
      }
      return found;
    },
  };
}

function checked(expression: string): RE2JS {
  try {
    return RE2JS.compile(expression, RE2JS.CASE_INSENSITIVE);
  } catch (error) {
    throw new Error((error as Error).message.split('\n', 1)[0]);
  }
}

/** Where the bounds of pieces, and words of other scripts than Latin, would make these mean something else than expected. */
const refused: Readonly<Record<string, string>> = {
  '^': 'holds ^: posts are looked at in pieces, and the beginning of a word is said by "match"',
  $: 'holds $: posts are looked at in pieces, and the end of a word is said by "match"',
  '\\A': 'holds \\A: posts are looked at in pieces',
  '\\z': 'holds \\z: posts are looked at in pieces',
  '\\b': 'holds \\b, which knows ASCII words only: say match: whole, or write a space',
  '\\B': 'holds \\B, which knows ASCII words only: say match: inside',
  '\\Q': 'holds \\Q: quote one by one',
};

/** The expression with its letters in the normal form in which posts are looked at. @throws Error */
function fold(written: string): string {
  let folded = '';
  let inClass = false;
  // An escape with its name, or a character.
  for (const [part] of written.matchAll(/\\[pP]\{[^}]*\}|\\x\{[^}]*\}|\\.|./gsu)) {
    const wrong = inClass ? undefined : refused[part];
    if (wrong) throw new Error(wrong);
    if (part === '[') inClass = true;
    if (part === ']') inClass = false;
    if (part.length > 2 || part.charCodeAt(0) < 0x80) {
      folded += part;
      continue;
    }
    const is = plain(part);
    if (is === '') throw new Error(`holds "${part}", which is no letter: words stand with one space between them`);
    if (inClass && is !== part) throw new Error(`holds "${part}" in a class, where it has to be written as "${is}"`);
    folded += is.length > 1 ? `(?:${is})` : is;
  }
  return folded;
}

function plain(character: string): string {
  const letter = letterOf(character.codePointAt(0) ?? 0);
  if (letter >= 0x10000) return sequenceOf(letter);
  if (letter > 0) return String.fromCharCode(letter);
  const capital = capitalOf(letter);
  return capital ? String.fromCharCode(capital.plain) : '';
}
